"""The PDF that goes along with a mail."""

from typing import NamedTuple

from billing.database import Row
from billing.papers.queries import get_invoice_paper, get_receipt


class Attachment(NamedTuple):
    """A PDF and what its file is called."""

    name: str
    content: bytes


def attachment_of(mail: Row) -> Attachment | None:
    """What the mail says is attached, set now. Raises what the papers' queries do."""
    kind, id_ = mail.get("document") or (None, "")
    if kind is None:
        return None
    paper = get_receipt(id_) if kind == "receipt" else get_invoice_paper(id_)
    return Attachment(paper.file_name, paper.pdf())
