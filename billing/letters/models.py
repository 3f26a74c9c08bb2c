"""The seller's own wordings, one document a kind and language that was ever changed."""

import mongoengine as me

from billing.documents import Document
from billing.indexes import declare_indexes
from billing.letters.originals import Wording

WORDINGS = "mail_wordings"

declare_indexes(WORDINGS)


class MailWording(Document):
    """Its id is `kind.language`. Without texts the original holds; the revision counts on."""

    meta = {"collection": WORDINGS}

    subject = me.StringField()
    button = me.StringField()
    body = me.StringField()

    def put(self, wording: Wording | None) -> None:
        """Have it say this; None: what the original says."""
        self.subject, self.button, self.body = wording or (None, None, None)

    @property
    def wording(self) -> Wording | None:
        """What the seller wrote, if it still holds."""
        if self.subject is None:
            return None
        return Wording(self.subject, self.button, self.body)
