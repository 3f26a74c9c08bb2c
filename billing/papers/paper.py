"""A paper: what it says, what it is called, and its PDF, which is only made when it is wanted."""

import json
import re
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from hashlib import sha256
from typing import Literal
from urllib.parse import quote

from billing.papers.parts import Data
from billing.papers.shelf import kept
from billing.papers.texts import line
from billing.papers.typesetter import edition, typeset
from billing.seller.errors import LogoNotFound
from billing.seller.logos import get_logo


@dataclass(frozen=True)
class Paper:
    """`name` is the file's without its ending, `logo` a logo's id, `created` the moment that the
    PDF gives for its making: the document's own, so that its bytes stay what they are."""

    name: str
    data: Data
    created: datetime
    logo: str | None = None

    @cached_property
    def key(self) -> str:
        """Differs wherever the bytes may differ."""
        told = [edition(), self.data, self.logo, self._created]
        return sha256(json.dumps(told).encode()).hexdigest()

    def disposition(self, how: Literal["inline", "attachment"]) -> str:
        """The header Content-Disposition (RFC 6266): a name in ASCII, and the whole one."""
        plain = self.file_name.encode("ascii", "replace").decode().replace("?", "_")
        return f"{how}; filename=\"{plain}\"; filename*=UTF-8''{quote(self.file_name, safe='')}"

    @property
    def file_name(self) -> str:
        """The name with its ending, without what file systems refuse."""
        name = re.sub(r'[\\/:*?"<>|]', "-", line(self.name).replace("\u200b", ""))
        return f"{name}.pdf"

    def pdf(self) -> bytes:
        """The bytes, from the shelf or made now."""
        return kept(self.key, self._made)

    @property
    def _created(self) -> int:
        return int(self.created.timestamp())

    def _made(self) -> bytes:
        return typeset(self.data, self._picture(), self._created)

    def _picture(self) -> bytes | None:
        try:
            return get_logo(self.logo)[0] if self.logo else None
        except LogoNotFound:
            return None
