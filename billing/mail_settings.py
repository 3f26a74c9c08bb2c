"""Configuration of mail: the variables SMTP_* and MAIL_FROM, see docs/mail.md."""

from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, EmailStr, Field, model_validator

Security = Literal["starttls", "tls", "none"]
_LOOPBACK = {"localhost", "127.0.0.1", "::1"}
_PORTS: dict[Security, int] = {"starttls": 587, "tls": 465, "none": 25}


def _lower(value: Any) -> Any:
    return value.lower() if isinstance(value, str) else value


class MailSettings(BaseModel):
    """What an installation is told of its mail server; without SMTP_HOST no mail is sent."""

    smtp_host: str | None = Field(default=None, max_length=255, pattern=r"^[A-Za-z0-9:._-]+$")
    smtp_port: int | None = Field(default=None, ge=1, le=65535)
    """587, 465 or 25 by SMTP_SECURITY unless given."""
    smtp_security: Annotated[Security, BeforeValidator(_lower)] = "starttls"
    """`starttls` upgrades the connection before anything is said, `tls` begins with it."""
    smtp_user: str | None = Field(default=None, max_length=500)
    smtp_password: str | None = Field(default=None, max_length=2000, repr=False)
    mail_from: EmailStr | None = None
    """The address that mails come from; the name before it is the seller's."""

    @model_validator(mode="after")
    def _mail_is_whole(self) -> Self:
        if (self.smtp_host is None) != (self.mail_from is None):
            raise ValueError("SMTP_HOST and MAIL_FROM belong together: set both or neither")
        if (self.smtp_user is None) != (self.smtp_password is None):
            raise ValueError("SMTP_USER and SMTP_PASSWORD belong together: set both or neither")
        if self.smtp_user and self.smtp_security == "none" and self.smtp_host not in _LOOPBACK:
            raise ValueError(
                "SMTP_PASSWORD would be sent in the clear: set SMTP_SECURITY to starttls or tls"
            )
        return self

    @property
    def sends_mail(self) -> bool:
        """Whether there is a server to give mail to."""
        return self.smtp_host is not None

    @property
    def smtp_address(self) -> tuple[str, int]:
        """Host and port of the server."""
        return self.smtp_host or "", self.smtp_port or _PORTS[self.smtp_security]
