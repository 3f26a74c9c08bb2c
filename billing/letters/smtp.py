"""Handing mail to the server of the settings, many over one connection."""

import smtplib
import ssl
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, Self

from billing.letters.message import in_ascii, needs_utf8
from billing.letters.plain import one_line
from billing.mail_settings import MailSettings

CONNECT_SECONDS = 10.0
ANSWER_SECONDS = 30.0
_MOST_OVER_ONE_CONNECTION = 100  # more than that some servers take for an attack
_MOST_WORDS = 300
_TOO_LARGE = 552
# What the other side, or the way to it, can do.
_TROUBLE = (OSError, smtplib.SMTPException)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one attempt: `refused` is for good, `trouble` may pass."""

    result: Literal["sent", "refused", "trouble"]
    code: int | None = None
    """The server's, where it said one."""
    words: str = ""
    """The server's, or why it was not asked."""
    is_everyones: bool = False
    """Whether any other mail would have fared the same: the server cannot be reached, or does not
    want us."""


class Sender:
    """Keeps its connection for the mail that comes next. For one thread at a time."""

    def __init__(self, settings: MailSettings) -> None:
        self._settings = settings
        self._address = in_ascii(settings.mail_from or "")
        self._server: smtplib.SMTP | None = None
        self._sent = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def send(self, message: bytes, to: str, copies: Sequence[str] = ()) -> Outcome:
        """Hand it over and say what came of it; never raises for what the other side does.

        What counts is the address `to`: it is sent although a copy was refused.
        """
        try:
            server = self._connected()
        except _TROUBLE as error:
            return replace(outcome_of(error), result="trouble", is_everyones=True)
        try:
            everybody = [in_ascii(address) for address in (to, *copies)]
            refused = self._hand_over(server, message, everybody)
            if reply := refused.get(everybody[0]):
                raise smtplib.SMTPRecipientsRefused({everybody[0]: reply})
        except _TROUBLE as error:
            outcome = outcome_of(error)
            if outcome.result == "trouble":
                self.close()
            return outcome
        return Outcome("sent")

    def close(self) -> None:
        """Take leave of the server, if there is a connection."""
        server, self._server = self._server, None
        if server is None:
            return
        try:
            server.quit()
        except _TROUBLE:
            server.close()

    def _hand_over(
        self, server: smtplib.SMTP, message: bytes, everybody: Sequence[str]
    ) -> dict[str, tuple[int, bytes]]:
        """Whom the server refused, and how."""
        if not needs_utf8(self._address, *everybody):
            return server.sendmail(self._address, everybody, message)
        server.ehlo_or_helo_if_needed()
        if not server.has_extn("smtputf8"):
            raise smtplib.SMTPNotSupportedError("the server takes only addresses in ASCII")
        return server.sendmail(self._address, everybody, message, ("SMTPUTF8", "BODY=8BITMIME"))

    def _connected(self) -> smtplib.SMTP:
        if self._sent == _MOST_OVER_ONE_CONNECTION:
            self.close()
        if self._server is None:
            self._server, self._sent = self._connect(), 0
        self._sent += 1
        return self._server

    def _connect(self) -> smtplib.SMTP:
        told = self._settings
        host, port = told.smtp_address
        ours = self._address.partition("@")[2]
        if told.smtp_security == "tls":
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                host, port, ours, timeout=CONNECT_SECONDS, context=ssl.create_default_context()
            )
        else:
            server = smtplib.SMTP(host, port, ours, timeout=CONNECT_SECONDS)
        try:
            self._greet(server)
        except BaseException:
            server.close()
            raise
        return server

    def _greet(self, server: smtplib.SMTP) -> None:
        told = self._settings
        if server.sock is not None:
            server.sock.settimeout(ANSWER_SECONDS)
        if told.smtp_security == "starttls":
            server.starttls(context=ssl.create_default_context())
        if told.smtp_user and told.smtp_password:
            server.login(told.smtp_user, told.smtp_password)


def outcome_of(error: Exception) -> Outcome:
    """A refusal of this recipient or this text is for good. All else is trouble that passes or
    that somebody can mend: a wrong password must not fail the mail of two days."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, words = next(iter(error.recipients.values()))
        return _answered(code, words, is_final=code >= 500)
    if isinstance(error, smtplib.SMTPDataError):
        return _answered(error.smtp_code, error.smtp_error, is_final=error.smtp_code >= 500)
    if isinstance(error, smtplib.SMTPSenderRefused):
        # Among the answers to MAIL FROM only this one is about the mail itself.
        is_final = error.smtp_code == _TOO_LARGE
        outcome = _answered(error.smtp_code, error.smtp_error, is_final=is_final)
        return replace(outcome, is_everyones=not is_final)
    if isinstance(error, smtplib.SMTPResponseException):
        return _answered(error.smtp_code, error.smtp_error, is_final=False)
    return Outcome("trouble", words=_plain(str(error) or type(error).__name__))


def _answered(code: int, words: bytes | str, *, is_final: bool) -> Outcome:
    said = words.decode(errors="replace") if isinstance(words, bytes) else words
    return Outcome("refused" if is_final else "trouble", code, _plain(said))


def _plain(words: str) -> str:
    return one_line(words)[:_MOST_WORDS]
