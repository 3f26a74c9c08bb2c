"""What may be said of a wording."""

from typing import Annotated

from pydantic import Field

from billing.inputs import Input, Text

_Line = Annotated[Text, Field(min_length=1, max_length=400, pattern=r"^[^\r\n]*$")]


class WordingInput(Input):
    """The wording of one kind of mail in one language: plain text with the kind's facts, such as
    `{{ number }}`."""

    subject: _Line
    button: Annotated[_Line, Field(max_length=80)]
    """What the button says that leads to the mail's link."""
    body: Annotated[Text, Field(min_length=1, max_length=10_000)]
    """A blank line begins a paragraph; the paragraph `{{ link }}` becomes the button."""
