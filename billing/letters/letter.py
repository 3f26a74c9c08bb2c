"""A rendered mail: one text, shown plain and as HTML."""

from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from billing.letters.brand import Brand
from billing.letters.originals import TEMPLATES

_pages = Environment(
    loader=FileSystemLoader(TEMPLATES),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
LOGO_ID = "logo"
"""By which the HTML of a sent mail names the logo that comes along."""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Some lines, or the place of the button."""

    lines: list[str]
    is_link: bool


@dataclass(frozen=True)
class Letter:
    """What a mail says; `body` as plain text, in which `link` may be a paragraph of its own."""

    language: str
    subject: str
    button: str
    body: str
    link: str
    brand: Brand

    @cached_property
    def paragraphs(self) -> list[Paragraph]:
        """The body, cut at blank lines."""
        lines = [line.strip() for line in self.body.splitlines()]
        blocks = [block.strip() for block in "\n".join(lines).split("\n\n")]
        return [
            Paragraph(block.split("\n"), is_link=bool(self.link) and block == self.link)
            for block in blocks
            if block
        ]

    @property
    def text(self) -> str:
        """The plain part."""
        parts = [
            f"{self.button}:\n{self.link}" if paragraph.is_link else "\n".join(paragraph.lines)
            for paragraph in self.paragraphs
        ]
        return "\n\n".join([*parts, "-- \n" + "\n".join(self.brand.lines)]) + "\n"

    def html(self, logo: str | None) -> str:
        """The HTML part; `logo` is where its picture is found."""
        values: dict[str, Any] = {
            "language": self.language,
            "subject": self.subject,
            "button": self.button,
            "link": self.link,
            "paragraphs": self.paragraphs,
            "brand": self.brand,
            "seller": self.brand.name,
            "sender": self.brand.lines,
            "logo": logo,
        }
        return _page().render(values)

    @property
    def preview(self) -> str:
        """The HTML with all that it shows in itself."""
        return self.html(self.brand.logo.data_url if self.brand.logo else None)


@cache
def _page() -> Template:
    return _pages.get_template("letter.html")
