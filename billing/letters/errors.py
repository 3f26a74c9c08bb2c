"""Refusals about the wording of mail."""

from billing.errors import Invalid, NotFound


class MailTemplateNotFound(NotFound):
    """There is no such kind of mail, or it is not written in this language."""

    code = "mail_template_not_found"


class WordingUnusable(Invalid):
    """A wording that asks for more than its kind's facts, or cannot be understood."""

    code = "wording_unusable"
