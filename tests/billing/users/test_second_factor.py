"""The second factor: set up with a code, asked for at each sign-in, and never twice by one code."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from pyotp import TOTP

from billing import clock, sealing
from billing.database import Database, Row
from billing.users.check_code import check_code, recovery_codes_left
from billing.users.errors import (
    CodeRequired,
    InvalidCredentials,
    InvalidToken,
    OfferStale,
    SecondFactorAbsent,
    SecondFactorPresent,
    SecondFactorRequired,
    TooManyAttempts,
    WrongCode,
)
from billing.users.inputs import Code, SetUpSecondFactor
from billing.users.models import User
from billing.users.queries import get_user, list_users
from billing.users.recovery_codes import HOW_MANY
from billing.users.second_factor import (
    offer_second_factor,
    remove_second_factor,
    renew_recovery_codes,
    reset_second_factor,
    set_up_second_factor,
)
from billing.users.sign_in import sign_in
from billing.users.throttle import CODES, WINDOW
from billing.users.tokens import Tokens
from billing.users.totp import step_of
from billing.users.views import user_view
from tests.factories import PASSWORD, Phone, create_second_factor, create_user

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
HALF_A_MINUTE = timedelta(seconds=30)
SECRET = "kq8Zr3vN0xWb5LtYcJ7uPf2HdGm9SaQe"


@pytest.fixture(autouse=True)
def sealed() -> None:
    sealing.use_secret(SECRET)


@pytest.fixture
def phone(db: Database[Row]) -> Phone:
    """A second factor that was set up at noon."""
    with clock.frozen(NOON):
        return create_second_factor()


def wrong(phone: Phone, code: str, at: datetime) -> None:
    with clock.frozen(at), pytest.raises(WrongCode):
        check_code(phone.user, code)


def later(steps: int) -> datetime:
    return NOON + steps * HALF_A_MINUTE


@pytest.mark.parametrize(
    ("seconds", "code"),
    [(59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (20000000000, "353130")],
)
def test_codes_are_those_of_the_rfc(seconds: int, code: str) -> None:
    """RFC 6238, appendix B: the secret 12345678901234567890, the last six digits of eight."""
    secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
    at = datetime.fromtimestamp(seconds, UTC)
    assert step_of(secret, code, at) == seconds // 30
    assert step_of(secret, code, at + timedelta(seconds=61)) is None
    assert step_of(secret, "000000", at) is None


def test_a_code_is_asked_for_after_the_right_password_only(phone: Phone) -> None:
    with pytest.raises(InvalidCredentials):
        sign_in(phone.user.email, "a wrong password", code="123456")
    with pytest.raises(CodeRequired):
        sign_in(phone.user.email, PASSWORD)
    with clock.frozen(later(2)):
        assert sign_in(phone.user.email, PASSWORD, code=phone.code(later(2))).id == phone.user.id


def test_the_event_tells_how(phone: Phone, db: Database[Row]) -> None:
    with clock.frozen(later(2)):
        sign_in(phone.user.email, PASSWORD, code=phone.code(later(2)))
    event = db.events.find_one({"type": "user.signed_in"}) or {}
    assert event["reason"] == "By password and a code"


def test_clocks_may_differ_by_one_step(phone: Phone) -> None:
    for steps, drift in ((10, -1), (20, 0), (30, 1)):
        with clock.frozen(later(steps)):
            assert check_code(phone.user, phone.code(later(steps + drift))) == "a code"
    wrong(phone, phone.code(later(38)), later(40))
    wrong(phone, phone.code(later(42)), later(40))


def test_a_code_is_taken_once_and_none_before_it_afterwards(phone: Phone) -> None:
    with clock.frozen(later(5)):
        assert check_code(phone.user, phone.code(later(5)))
    wrong(phone, phone.code(later(5)), later(5))
    wrong(phone, phone.code(later(4)), later(5))
    with clock.frozen(later(5)):
        assert check_code(phone.user, phone.code(later(6)))


def test_the_code_of_the_set_up_does_not_sign_in(phone: Phone) -> None:
    wrong(phone, phone.code(NOON), NOON)


def test_of_eight_who_bring_one_code_at_once_one_gets_in(phone: Phone) -> None:
    code = phone.code(later(5))

    def attempt(_: int) -> bool:
        with clock.frozen(later(5)):
            try:
                return bool(check_code(phone.user, code))
            except (WrongCode, TooManyAttempts):
                return False

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(attempt, range(8))) == 1


def test_guessing_ends_soon_and_the_right_code_has_to_wait_too(phone: Phone) -> None:
    for _ in range(CODES.per_account):
        wrong(phone, "000000", later(5))
    with clock.frozen(later(5)), pytest.raises(TooManyAttempts) as refusal:
        check_code(phone.user, phone.code(later(5)))
    assert 0 < refusal.value.retry_after <= WINDOW.total_seconds() + 1
    with clock.frozen(later(5)), pytest.raises(TooManyAttempts):
        sign_in(phone.user.email, PASSWORD, code=phone.code(later(5)))
    after = later(5) + WINDOW
    with clock.frozen(after):
        assert check_code(phone.user, phone.code(after))


def test_of_guesses_at_once_no_more_are_looked_at_than_one_after_the_other(phone: Phone) -> None:
    def is_looked_at(_: int) -> bool:
        with clock.frozen(later(5)):
            try:
                check_code(phone.user, "000000")
            except TooManyAttempts:
                return False
            except WrongCode:
                return True
        raise AssertionError

    with ThreadPoolExecutor(16) as pool:
        assert sum(pool.map(is_looked_at, range(32))) <= CODES.per_account


def test_right_codes_use_up_no_attempts(phone: Phone) -> None:
    for step in range(CODES.per_address + 5):
        at = later(5 + 2 * step) if step else later(5)
        with clock.frozen(at):
            check_code(phone.user, phone.code(at), "198.51.100.7")


def test_the_right_password_does_not_clear_wrong_codes(phone: Phone) -> None:
    with clock.frozen(later(5)):
        for _ in range(CODES.per_account):
            with pytest.raises(WrongCode):
                sign_in(phone.user.email, PASSWORD, code="000000")
        with pytest.raises(TooManyAttempts):
            sign_in(phone.user.email, PASSWORD, code=phone.code(later(5)))


def test_recovery_codes_open_once_each_however_they_are_typed(phone: Phone) -> None:
    first, second = phone.recovery[:2]
    assert len(set(phone.recovery)) == HOW_MANY
    assert check_code(phone.user, first) == "a recovery code"
    assert check_code(phone.user, f" {second.upper().replace('-', ' ')} ") == "a recovery code"
    wrong(phone, first, NOON)
    assert recovery_codes_left(phone.user.id) == HOW_MANY - 2


def test_fresh_recovery_codes_end_the_old_ones(phone: Phone) -> None:
    fresh = renew_recovery_codes(phone.user.id)
    wrong(phone, phone.recovery[0], NOON)
    assert check_code(phone.user, fresh[0])


def test_another_users_codes_open_nothing(phone: Phone) -> None:
    with clock.frozen(NOON):
        other = create_second_factor()
    wrong(phone, other.code(later(5)), later(5))
    wrong(phone, other.recovery[0], later(5))


def test_nothing_readable_is_kept_or_told(phone: Phone, db: Database[Row]) -> None:
    kept = str([*db.second_factors.find(), *db.users.find(), *db.events.find()])
    for secret in (phone.secret, *phone.recovery):
        assert secret not in kept
    told = str([list_users().items, user_view(phone.user.row())])
    assert user_view(phone.user.row())["has_second_factor"] is True
    assert user_view(create_user().row())["has_second_factor"] is False
    assert "recovery" not in told


def test_a_code_must_prove_the_set_up(db: Database[Row]) -> None:
    user = create_user()
    offer = offer_second_factor(user)
    with pytest.raises(WrongCode) as refusal:
        set_up_second_factor(user.id, SetUpSecondFactor(offer=offer.sealed, code="000000"))
    assert refusal.value.field == "code"
    assert not get_user(user.id).has_second_factor
    assert db.second_factors.count_documents({}) == 0


def test_an_offer_is_for_one_user_and_half_an_hour(db: Database[Row]) -> None:
    user, other = create_user(), create_user()
    with clock.frozen(NOON):
        offer = offer_second_factor(user)
    later = NOON + timedelta(minutes=30)
    for who, at, sealed in (
        (other, NOON, offer.sealed),
        (user, later, offer.sealed),
        (user, NOON, "forged"),
        (user, NOON, sealing.seal('["x"]', "mail")),
    ):
        data = SetUpSecondFactor(offer=sealed, code=TOTP(offer.secret).at(at))
        with clock.frozen(at), pytest.raises(OfferStale):
            set_up_second_factor(who.id, data)


def test_there_is_one_second_factor(phone: Phone) -> None:
    offer = offer_second_factor(phone.user)
    data = SetUpSecondFactor(offer=offer.sealed, code=TOTP(offer.secret).now())
    with pytest.raises(SecondFactorPresent):
        set_up_second_factor(phone.user.id, data)


def test_to_remove_ones_own_takes_a_code(phone: Phone, db: Database[Row]) -> None:
    with pytest.raises(WrongCode):
        remove_second_factor(phone.user.id, Code(code="000000"))
    counted = db.sign_in_failures.count_documents({})
    assert counted == 1  # though the operation was undone
    remove_second_factor(phone.user.id, Code(code=phone.recovery[0]))
    assert sign_in(phone.user.email, PASSWORD)
    assert db.second_factors.count_documents({}) == 0
    with pytest.raises(SecondFactorAbsent):
        remove_second_factor(phone.user.id, Code(code="000000"))


def test_an_admin_takes_away_what_is_lost(phone: Phone, db: Database[Row]) -> None:
    tokens = Tokens(SECRET, "http://localhost:3000")
    pair = tokens.issue(phone.user)
    reset_second_factor(phone.user.id)
    with pytest.raises(InvalidToken):
        tokens.authenticate(pair.access_token)
    assert sign_in(phone.user.email, PASSWORD).id == phone.user.id
    assert db.events.count_documents({"type": "user.second_factor_reset"}) == 1
    for op in (reset_second_factor, renew_recovery_codes):
        with pytest.raises(SecondFactorAbsent):
            op(phone.user.id)


def test_under_another_key_only_recovery_codes_open(phone: Phone) -> None:
    sealing.use_secret("another secret key, as long as need be")
    wrong(phone, phone.code(later(5)), later(5))
    assert check_code(phone.user, phone.recovery[0])


def test_staff_may_be_required_to_have_one(phone: Phone) -> None:
    bare: User = create_user()
    with pytest.raises(SecondFactorRequired):
        sign_in(bare.email, PASSWORD, staff_need_code=True)
    with pytest.raises(InvalidCredentials):
        sign_in(bare.email, "a wrong password", staff_need_code=True)
    assert sign_in(phone.user.email, PASSWORD, code=phone.recovery[0], staff_need_code=True)
