"""What the documentation consists of: groups of operations, their answers, objects and messages."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from portal.api_docs.fields import Field


@dataclass(frozen=True, slots=True)
class Refusal:
    """One code that an operation may be refused with."""

    status: int
    code: str
    words: str


@dataclass(frozen=True, slots=True)
class Body:
    """One shape that a body may have."""

    name: str
    description: str
    fields: list[Field]


@dataclass(frozen=True, slots=True)
class Answer:
    """A good answer."""

    status: int
    phrase: str
    object: str | None
    """The name of the object in it."""
    is_list: bool
    example: Markup | None


@dataclass(frozen=True, slots=True)
class Operation:
    """All that is to be told of one operation."""

    id: str
    method: str
    path: str
    summary: str
    description: str
    public: bool
    deprecated: bool
    parameters: list[Field]
    headers: list[str]
    bodies: list[Body]
    answers: list[Answer]
    refusals: list[Refusal]
    curl: str


@dataclass(frozen=True, slots=True)
class Shown:
    """An object that operations answer with."""

    name: str
    description: str
    fields: list[Field]


@dataclass(frozen=True, slots=True)
class Message:
    """What Duebill posts to others."""

    id: str
    summary: str
    description: str
    headers: list[Field]
    fields: list[Field]
    example: Markup | None


@dataclass(frozen=True, slots=True)
class Group:
    """The operations of one tag."""

    name: str
    slug: str
    description: str
    operations: list[Operation]
    messages: list[Message]
    objects: list[Shown]
