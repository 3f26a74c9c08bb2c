"""What was found wrong in a form, in sentences."""

from collections.abc import Iterator

from wtforms import FormField
from wtforms.fields.core import Field


def errors_within(field: Field) -> Iterator[str]:
    """What is said beside a field, or beside those that it is made of."""
    inner = field.form if isinstance(field, FormField) else [field]
    for each in inner:
        yield from each.errors


def sentence(subject: str, message: str) -> str:
    """`is required` beside the field Name becomes `Name is required.`; sentences stay."""
    subject, text = str(subject), message.strip()
    if text[:1].islower() and subject and not text.startswith(subject):
        text = f"{subject} {text}"
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "?", "!")) else ".")
