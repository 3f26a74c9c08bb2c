"""Finding mail in the outbox."""

from typing import Unpack

from billing.database import Row, database
from billing.mail.errors import MailNotFound
from billing.mail.models import MAILS
from billing.pages import Page, PageArguments, PageRequest, paginate

SORTS = {"created_at": "_id"}


def get_mail(mail_id: str) -> Row:
    """One mail. Raises MailNotFound."""
    found = database()[MAILS].find_one({"_id": mail_id})
    if found is None:
        raise MailNotFound("There is no such mail, or it is older than what is kept.")
    return found


def list_mails(
    *,
    status: str | None = None,
    kind: str | None = None,
    to: str | None = None,
    about: str | None = None,
    customer_id: str | None = None,
    **page: Unpack[PageArguments],
) -> Page:
    """The outbox, newest first; `to` is a whole address."""
    filters = {
        "status": status,
        "kind": kind,
        "to": to,
        "about": about,
        "customer_id": customer_id,
    }
    where = {name: value for name, value in filters.items() if value is not None}
    fields = {"facts": 0, "sealed": 0, "said": 0}
    return paginate(MAILS, where, PageRequest(**page), sorts=SORTS, projection=fields)


def count_waiting(most: int) -> int:
    """How many mails wait to be sent, counted no further than `most`."""
    return database()[MAILS].count_documents({"status": "waiting"}, limit=most)


def count_failing(most: int) -> int:
    """How many of them have been tried already, counted no further than `most`."""
    tried = {"status": "waiting", "attempts.0": {"$exists": True}}
    return database()[MAILS].count_documents(tried, limit=most)
