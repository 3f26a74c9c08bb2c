"""Which passwords may be chosen, wherever one is chosen."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from billing.database import Database, Row
from billing.errors import Invalid
from billing.inputs import parse
from billing.settings import Settings, SettingsError
from billing.users.accept_invitation import accept_invitation
from billing.users.choosing import check_choice
from billing.users.first_admin import ensure_first_admin
from billing.users.inputs import AcceptInvitation, ChangePassword, NewPassword, UserInput
from billing.users.links import LIFETIMES, new_link
from billing.users.models import User
from billing.users.reset_password import reset_password
from billing.users.save_user import change_password, create_user
from tests.factories import PASSWORD
from tests.factories import create_user as existing_user

COMMON = "qwertyuiop123"


@pytest.mark.parametrize("common", [COMMON, "123456789012", "1q2w3e4r5t6y", "aaaaaaaaaaaa"])
def test_what_is_tried_first_is_refused(common: str) -> None:
    with pytest.raises(Invalid, match="tried first"):
        check_choice(common, User(name="Ada", email="ada@example.com"))


@pytest.mark.parametrize(
    "guessed",
    ["ada.lovelace", "Lovelace-2026!", "Duebill-admin-1", "adalovelace@example.com"],
)
def test_what_is_made_of_ones_name_is_refused(guessed: str) -> None:
    with pytest.raises(Invalid, match="your name"):
        check_choice(guessed, User(name="Ada Lovelace", email="ada@example.com"))


@pytest.mark.parametrize(
    "good", ["correct horse battery", "zwölf Ärzte im Regen", "🦊" * 5 + "lima-tango", "x1" * 300]
)
def test_anything_else_is_accepted_whatever_it_is_made_of(good: str) -> None:
    check_choice(good, User(name="Ada Lovelace", email="ada@example.com"))


def _create() -> object:
    told = {"email": "n@example.com", "name": "New", "role": "viewer", "password": COMMON}
    return create_user(parse(UserInput, told))


def _change() -> object:
    data = ChangePassword(current_password=PASSWORD, new_password=COMMON)
    return change_password(existing_user().id, data)


def _reset() -> object:
    token = new_link(existing_user().id, "password_reset", LIFETIMES["password_reset"])
    return reset_password(token, NewPassword(new_password=COMMON))


def _accept() -> object:
    invited = existing_user(password=None, status="invited")
    token = new_link(invited.id, "invitation", LIFETIMES["invitation"])
    return accept_invitation(token, AcceptInvitation(name="Ada", password=COMMON))


@pytest.mark.parametrize("choose", [_create, _change, _reset, _accept])
def test_wherever_one_is_chosen(db: Database[Row], choose: Callable[[], object]) -> None:
    with pytest.raises(Invalid) as refusal:
        choose()
    assert refusal.value.errors[0].field in {"password", "new_password"}


def test_the_first_admin_of_the_environment_needs_a_good_one_too(
    db: Database[Row], settings: Settings
) -> None:
    named = {"admin_email": "ada@example.com", "admin_password": COMMON}
    with pytest.raises(SettingsError, match="ADMIN_PASSWORD is among"):
        ensure_first_admin(settings.model_copy(update=named))
