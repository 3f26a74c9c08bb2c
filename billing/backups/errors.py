"""Why a backup or a restore cannot be made."""

from billing.errors import Conflict, Invalid


class BackupNotPossible(Conflict):
    """The file is there already, or the database cannot tell of one moment for so long."""

    code = "backup_not_possible"


class BackupDamaged(Invalid):
    """The file is not what was written; the message names the part."""

    code = "backup_damaged"


class RestoreNotPossible(Conflict):
    """The state of the database or of the file refuses it; nothing was changed."""

    code = "restore_not_possible"
