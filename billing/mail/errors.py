"""Refusals about mail."""

from billing.errors import Conflict, Invalid, NotFound


class MailNotFound(NotFound):
    """There is no such mail, or it is older than what is kept."""

    code = "mail_not_found"


class AddressUnusable(Invalid):
    """Mail cannot be sent to this address."""

    code = "address_unusable"


class MailNotSendable(Conflict):
    """It is on its way already, or what it said in confidence is gone."""

    code = "mail_not_sendable"


class MailNotCancellable(Conflict):
    """Only what waits can be cancelled."""

    code = "mail_not_cancellable"
