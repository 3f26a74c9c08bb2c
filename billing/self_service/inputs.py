"""What customers may say of what they would do."""

from typing import Annotated, Literal

from pydantic import Field

from billing.inputs import Input, ObjectId, Prose, Quantity
from billing.phrases import Phrase

Feedback = Literal[
    "too_expensive", "missing_features", "switched_service", "unused", "too_complex", "other"
]
FEEDBACK: dict[Feedback, Phrase] = {
    "too_expensive": Phrase("It costs too much"),
    "missing_features": Phrase("Something that we need is missing"),
    "switched_service": Phrase("We use something else now"),
    "unused": Phrase("We do not use it enough"),
    "too_complex": Phrase("It is too hard to use"),
    "other": Phrase("Another reason"),
}


class ChangeQuantity(Input):
    """More or fewer seats, at the present price."""

    quantity: Quantity
    effective: Literal["now", "period_end"] = "now"


class ChangePlan(Input):
    """Another plan, at its own price."""

    plan_id: ObjectId
    quantity: Quantity
    effective: Literal["now", "period_end"] = "now"


class SaveCard(Input):
    """One of the cards that the provider for trials offers: customers name no token of their own,
    which could be somebody else's."""

    token: Literal["fake_ok", "fake_decline", "fake_late"]


class PayBy(Input):
    """Which of the saved methods pays."""

    method_id: Annotated[str, Field(min_length=1, max_length=40)]


class EndSubscription(Input):
    """Why it ends, which need not be said."""

    feedback: Feedback | None = None
    comment: Annotated[Prose, Field(max_length=400)] | None = None

    @property
    def reason(self) -> Phrase | str | None:
        """`It costs too much: we are three people`; None where nothing was said."""
        if self.feedback is None:
            return self.comment or None
        chosen = FEEDBACK[self.feedback]
        if not self.comment:
            return chosen
        return Phrase("%(feedback)s: %(comment)s", feedback=chosen, comment=self.comment)
