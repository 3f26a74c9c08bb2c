"""What may be said of a user."""

from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from billing.emails import EmailAddress
from billing.errors import WrongValue
from billing.inputs import Input, Name, ObjectId
from billing.users.choosing import LONGEST, SHORTEST

Role = Literal["admin", "billing", "support", "viewer", "customer"]
Status = Literal["active", "disabled", "invited"]
Language = Literal["en", "de"]
"""Of pages."""
Email = Annotated[EmailAddress, AfterValidator(str.lower)]
CustomerRole = Literal["owner", "viewer"]
Password = Annotated[str, Field(min_length=SHORTEST, max_length=LONGEST)]


class UserInput(Input):
    """Creating a user, or replacing what is known of one."""

    email: Email
    name: Name
    role: Role
    customer_id: ObjectId | None = None
    """The customer that a user of role `customer` belongs to."""
    customer_role: CustomerRole | None = None
    """What a user of role `customer` may do on the customer's own pages: an `owner` acts for the
    customer, a `viewer` looks. Left out, the present one stays; a new one is an owner."""
    status: Status = "active"
    """`invited` until they accept and choose a password; only one who has none can be invited."""
    password: Password | None = Field(default=None, repr=False)
    """At least 12 characters; left out, the present one stays."""

    @model_validator(mode="after")
    def _customer_only_for_customers(self) -> Self:
        if (self.role == "customer") != (self.customer_id is not None):
            raise WrongValue(
                "customer_id is required for the role customer, and only allowed for it"
            )
        if self.role != "customer" and self.customer_role is not None:
            raise WrongValue("customer_role is only allowed for the role customer")
        if self.status == "invited" and self.password is not None:
            raise WrongValue("password is chosen by who is invited")
        return self


class AcceptInvitation(Input):
    """What somebody who was invited says of themselves."""

    name: Name
    password: Password = Field(repr=False)


class NewPassword(Input):
    """Choosing a password in place of one that is forgotten."""

    new_password: Password = Field(repr=False)


class Code(Input):
    """Six digits of an authenticator app, or a recovery code."""

    code: Annotated[str, Field(min_length=1, max_length=40, repr=False)]


class Confirmation(Input):
    """One's own password; a code of the second factor where there is no password."""

    secret: Annotated[str, Field(min_length=1, max_length=1024, repr=False)]


class SetUpSecondFactor(Code):
    """What proves that an authenticator app knows the secret that was offered."""

    offer: Annotated[str, Field(max_length=1000, repr=False)]


class ChangePassword(Input):
    """Changing one's own password."""

    current_password: str = Field(min_length=1, max_length=1024, repr=False)
    new_password: Password = Field(repr=False)


class ChooseLanguage(Input):
    """The language of one's pages."""

    language: Language | None = None
    """One of those that pages speak; without it they follow the browser."""


def as_input(user: Any) -> UserInput:
    """The input that would make the user as it is (its password apart)."""
    return UserInput.model_construct(
        email=user.email,
        name=user.name,
        role=user.role,
        customer_id=user.customer_id,
        customer_role=user.customer_standing,
        status=user.status,
        password=None,
    )
