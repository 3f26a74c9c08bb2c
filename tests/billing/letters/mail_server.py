"""A real SMTP server on loopback that keeps what it is given, and can be told to misbehave."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from threading import Event
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.ports import free_port


class MailServer:
    """Answers `replies` by the recipient's address, for MAIL FROM by `sender_reply`."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.recipients: list[str] = []
        self.replies: dict[str, str] = {}
        self.sender_reply = "250 OK"
        self.data_reply = "250 Message accepted for delivery"
        self.hold_seconds = 0.0
        """How long it keeps a mail before it says that it has taken it."""
        self.goes_on = Event()
        """Until it is set, what came is kept without a word."""
        self.goes_on.set()
        self.port = free_port()

    @property
    def environ(self) -> dict[str, Any]:
        """What tells Duebill of it, by the names of the settings."""
        return {
            "smtp_host": "127.0.0.1",
            "smtp_port": self.port,
            "smtp_security": "none",
            "mail_from": "billing@example.com",
        }

    async def handle_MAIL(  # noqa: N802 -- the library's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return self.sender_reply

    async def handle_RCPT(  # noqa: N802 -- the library's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        reply = self.replies.get(address, "250 OK")
        if reply.startswith("250"):
            envelope.rcpt_tos.append(address)
        return reply

    async def handle_DATA(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        if self.data_reply.startswith("250"):
            content = envelope.content
            assert isinstance(content, bytes)
            message = message_from_bytes(content, policy=default)
            assert isinstance(message, EmailMessage)
            self.mails.append(message)
            self.recipients += envelope.rcpt_tos
            await asyncio.sleep(self.hold_seconds)
            while not self.goes_on.is_set():
                await asyncio.sleep(0.01)
        return self.data_reply

    def texts(self) -> list[str]:
        """The plain parts of all mails."""
        return [part(mail, "plain") for mail in self.mails]


def part(mail: EmailMessage, subtype: str) -> str:
    """The body of that type."""
    body = mail.get_body((subtype,))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n")


@contextmanager
def serving(server: MailServer) -> Iterator[MailServer]:
    """It answers on its port until this ends."""
    controller = Controller(server, hostname="127.0.0.1", port=server.port, enable_SMTPUTF8=True)
    controller.start()
    try:
        yield server
    finally:
        controller.stop()
