"""A letter as the bytes of a mail. No header takes a line break: the library refuses it."""

from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from billing.database import Row
from billing.letters.attachments import Attachment
from billing.letters.letter import LOGO_ID, Letter

# Quoted, so that it passes servers that take no 8-bit text and no long lines.
_QUOTED = "quoted-printable"


def message_of(mail: Row, letter: Letter, attached: Attachment | None, sender: str) -> EmailMessage:
    """The mail from the address `sender`. It is the same each time it is made, its id above all:
    where one is delivered twice, programs can tell."""
    message = EmailMessage(policy=SMTP)
    message["From"] = _address(sender, letter.brand.name)
    message["To"] = _address(mail["to"])
    if copies := mail.get("copies"):
        message["Cc"] = [_address(copy) for copy in copies]
    message["Subject"] = letter.subject
    message["Date"] = format_datetime(_moment(mail))
    message["Message-ID"] = message_id(mail, sender)
    message["Content-Language"] = letter.language
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody's holiday notice answers it
    message.set_content(letter.text, cte=_QUOTED)
    logo = letter.brand.logo
    html = letter.html(f"cid:{LOGO_ID}" if logo else None)
    message.add_alternative(html, subtype="html", cte=_QUOTED)
    if logo:
        part = message.get_payload()[1]  # type: ignore[index]
        part.add_related(  # type: ignore[union-attr]
            logo.content, "image", logo.subtype, cid=f"<{LOGO_ID}>", disposition="inline"
        )
    if attached:
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


def _address(address: str, name: str = "") -> Address:
    local, _, domain = in_ascii(address).rpartition("@")
    return Address(name, local, domain)


def _moment(mail: Row) -> datetime:
    moment: datetime = mail["queued_at"]
    return moment
