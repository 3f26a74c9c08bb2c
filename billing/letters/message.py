"""A letter as the bytes of a mail. No header takes a line break: the library refuses it."""

from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from functools import lru_cache
from typing import Any

from billing.database import Row
from billing.letters.attachments import Attachment
from billing.letters.headers import POLICY
from billing.letters.letter import LOGO_ID, Letter

# Quoted, so that it passes servers that take no 8-bit text and no long lines.
_QUOTED = "quoted-printable"
_BETWEEN = "=_{}"
"""The boundaries of parts: neither quoted nor base64 text can have `=_` in it (RFC 2045, 6.7)."""


def message_of(mail: Row, letter: Letter, attached: Attachment | None, sender: str) -> EmailMessage:
    """The mail from the address `sender`. It is the same each time it is made, its id above all:
    where one is delivered twice, programs can tell."""
    message = EmailMessage(policy=POLICY)
    message["From"] = _from(sender, letter.brand.name)
    message["To"] = _address(mail["to"])
    if copies := mail.get("copies"):
        message["Cc"] = [_address(copy) for copy in copies]
    message["Subject"] = letter.subject
    message["Date"] = format_datetime(_moment(mail))
    message["Message-ID"] = message_id(mail, sender)
    message["Content-Language"] = letter.language
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody's holiday notice answers it
    message.set_content(letter.text, cte=_QUOTED)
    message.make_alternative(boundary=_BETWEEN.format("alternative"))
    logo = letter.brand.logo
    html = letter.html(f"cid:{LOGO_ID}" if logo else None)
    message.add_alternative(html, subtype="html", cte=_QUOTED)
    if logo:
        part: EmailMessage = message.get_payload()[1]  # type: ignore[index, assignment]
        part.make_related(boundary=_BETWEEN.format("related"))
        part.add_related(
            logo.content, "image", logo.subtype, cid=f"<{LOGO_ID}>", disposition="inline"
        )
    if attached:
        message.make_mixed(boundary=_BETWEEN.format("mixed"))
        message.add_attachment(
            attached.content, maintype="application", subtype="pdf", filename=attached.name
        )
    return message


def message_id(mail: Row, sender: str) -> str:
    """`<mail_….1@example.com>`; another one where somebody has it sent again."""
    return f"<{mail['_id'].lower()}.{mail['sendings']}@{in_ascii(sender).partition('@')[2]}>"


def in_ascii(address: str) -> str:
    """The address with its domain as the DNS knows it."""
    local, _, domain = address.rpartition("@")
    try:
        return f"{local}@{domain.encode('idna').decode()}"
    except UnicodeError:
        return address


@lru_cache(maxsize=8)
def _from(sender: str, name: str) -> Any:
    """The header of all mails of a seller."""
    return POLICY.header_factory("From", _address(sender, name))


def _address(address: str, name: str = "") -> Address:
    local, _, domain = in_ascii(address).rpartition("@")
    return Address(name, local, domain)


def _moment(mail: Row) -> datetime:
    moment: datetime = mail["queued_at"]
    return moment
