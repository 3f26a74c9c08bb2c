"""A letter as the bytes of a mail.

The library makes them too, from a tree of objects that took most of the time of sending. Here it
does what is difficult: addresses, names, everything that is folded or encoded, and attachments.
"""

from binascii import b2a_qp
from datetime import datetime
from email.headerregistry import Address
from email.message import MIMEPart
from email.policy import SMTP
from email.utils import format_datetime
from functools import lru_cache

from billing.database import Row
from billing.emails import is_plain
from billing.letters.attachments import Attachment
from billing.letters.brand import Logo
from billing.letters.headers import header
from billing.letters.letter import LOGO_ID, Letter

_END = b"\r\n"


def message_of(mail: Row, letter: Letter, attached: Attachment | None, sender: str) -> bytes:
    """The mail from the address `sender`. It is the same each time it is made, its id above all:
    where one is delivered twice, programs can tell."""
    logo = letter.brand.logo
    html = _text("html", letter.html(f"cid:{LOGO_ID}" if logo else None))
    if logo:
        html = _multipart("related", html, _picture(logo))
    body = _multipart("alternative", _text("plain", letter.text), html)
    if attached:
        body = _multipart("mixed", body, _file(attached))
    return _head(mail, letter, sender) + body


def needs_utf8(*addresses: str) -> bool:
    """Whether only servers that know SMTPUTF8 (RFC 6531) take mail between these."""
    return not "".join(addresses).isascii()


def message_id(mail: Row, sender: str) -> str:
    """`<mail_….1@example.com>`; another one where somebody has it sent again."""
    return f"<{mail['_id'].lower()}.{mail['sendings']}@{in_ascii(sender).partition('@')[2]}>"


@lru_cache(maxsize=1024)
def in_ascii(address: str) -> str:
    """The address with its domain as the DNS knows it."""
    if address.isascii():
        return address
    local, _, domain = address.rpartition("@")
    try:
        return f"{local}@{domain.encode('idna').decode()}"
    except UnicodeError:
        return address


def _head(mail: Row, letter: Letter, sender: str) -> bytes:
    """All but what says of what kind the body is, with which a part begins."""
    to, copies = in_ascii(mail["to"]), [in_ascii(copy) for copy in mail.get("copies", ())]
    in_utf8 = needs_utf8(in_ascii(sender), to, *copies)
    lines = [
        _usual(sender, letter.brand.name, letter.language, in_utf8=in_utf8),
        header("To", to if is_plain(to) else _address(to), in_utf8=in_utf8),
        header("Subject", letter.subject, in_utf8=in_utf8),
        header("Date", format_datetime(_moment(mail))),
        header("Message-ID", message_id(mail, sender)),
    ]
    if copies:
        lines.append(header("Cc", [_address(copy) for copy in copies], in_utf8=in_utf8))
    return b"".join(lines)


@lru_cache(maxsize=8)
def _usual(sender: str, name: str, language: str, *, in_utf8: bool) -> bytes:
    """What a seller's mails have in common."""
    lines = [
        header("From", _address(in_ascii(sender), name), in_utf8=in_utf8),
        header("Content-Language", language),
        header("Auto-Submitted", "auto-generated"),  # RFC 3834: nobody's holiday notice answers it
        header("MIME-Version", "1.0"),
    ]
    return b"".join(lines)


def _address(address: str, name: str = "") -> Address:
    local, _, domain = address.rpartition("@")
    return Address(name, local, domain)


def _moment(mail: Row) -> datetime:
    moment: datetime = mail["queued_at"]
    return moment


def _text(subtype: str, text: str) -> bytes:
    """A part, quoted so that it passes servers that take no 8-bit text and no long lines."""
    lines = _END.join([*text.encode().splitlines(), b""])
    head = header("Content-Type", f'text/{subtype}; charset="utf-8"')
    return head + header("Content-Transfer-Encoding", "quoted-printable") + _END + b2a_qp(lines)


def _multipart(subtype: str, *parts: bytes) -> bytes:
    """Parts between boundaries: neither quoted nor base64 text has `=_` in it (RFC 2045, 6.7)."""
    line = f"--=_{subtype}".encode()
    head = header("Content-Type", f'multipart/{subtype}; boundary="=_{subtype}"') + _END
    between = [each for part in parts for each in (line, _END, part, _END)]
    return b"".join([head, *between, line, b"--", _END])


@lru_cache(maxsize=2)
def _picture(logo: Logo) -> bytes:
    part = MIMEPart(policy=SMTP)
    part.set_content(logo.content, "image", logo.subtype, cid=f"<{LOGO_ID}>", disposition="inline")
    return part.as_bytes()


def _file(attached: Attachment) -> bytes:
    part = MIMEPart(policy=SMTP)
    part.set_content(attached.content, "application", "pdf", filename=attached.name)
    return part.as_bytes()
