"""Sending a mail once more, and taking one back that has not gone yet."""

from billing import clock
from billing.database import Row, database
from billing.events.models import event_row
from billing.mail.errors import MailNotCancellable, MailNotSendable
from billing.mail.kinds import KINDS
from billing.mail.models import KEPT_FOR, MAILS
from billing.mail.outbox import at_once
from billing.mail.queries import get_mail
from billing.phrases import Code
from billing.transactions import operation

_FRESH = {"status": "waiting", "tries": 0}
_OVER = {"settled_at": 1, "expires_at": 1, "sent_at": 1}


@operation
def send_again(mail_id: str) -> Row:
    """Put it back into the outbox, to be tried at once; for those who get it, it is another mail.

    Raises MailNotFound, and MailNotSendable where its link is gone.
    """
    mail = get_mail(mail_id)
    if not can_be_sent(mail):
        raise MailNotSendable("Its link is gone since it was sent. Have another one made.")
    values = {**_FRESH, "due_at": at_once(mail["kind"]), "queued_at": clock.wall_clock()}
    is_over = mail["status"] != "waiting"
    change = {"$set": values, "$unset": {**_OVER, "claim": 1}, "$inc": {"sendings": int(is_over)}}
    if not database()[MAILS].update_one(_idle(mail), change).matched_count:
        raise MailNotSendable("It is being sent just now.")
    _record("mail.resent", mail)
    return get_mail(mail_id)


@operation
def cancel_mail(mail_id: str) -> Row:
    """Do not send it. Raises MailNotFound, and MailNotCancellable unless it waits."""
    mail = get_mail(mail_id)
    if mail["status"] != "waiting":
        raise MailNotCancellable(
            "This mail is %(status)s; only what waits can be cancelled.",
            status=Code(mail["status"]),
        )
    now = clock.wall_clock()
    over = {"status": "cancelled", "settled_at": now, "expires_at": now + KEPT_FOR}
    if not database()[MAILS].update_one(_idle(mail), {"$set": over}).matched_count:
        raise MailNotCancellable("It is being sent just now.")
    _record("mail.cancelled", mail)
    return get_mail(mail_id)


def can_be_sent(mail: Row) -> bool:
    """Whether it has all that it is to say; a secret link is forgotten once it was sent."""
    return "sealed" in mail or not KINDS[mail["kind"]].is_secret


def _idle(mail: Row) -> Row:
    """It, as long as nobody is sending it: a claim that is over is nobody's."""
    over = {"$expr": {"$lt": ["$due_at", "$$NOW"]}}
    return {"_id": mail["_id"], "status": mail["status"], "$or": [{"claim": None}, over]}


def _record(event: str, mail: Row) -> None:
    row = event_row(event, mail["_id"], customer_id=mail.get("customer_id"))
    database().events.insert_one(row)
