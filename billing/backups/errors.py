"""Why a backup or a restore cannot be made: one line for the person at the terminal."""


class BackupError(Exception):
    """Base of what keeps a backup or a restore from being made."""


class BackupNotPossible(BackupError):
    """The file is there already, or the database cannot tell of one moment for so long."""


class BackupDamaged(BackupError):
    """The file is not what was written; the message names the part."""


class RestoreNotPossible(BackupError):
    """The state of the database or of the file refuses it; nothing was changed."""
