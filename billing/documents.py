"""The base of every document, and the field types the library lacks."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, ClassVar

import mongoengine as me

from billing import clock
from billing.database import release
from billing.errors import StaleRevision
from billing.ids import new_id
from billing.schema import VERSIONS, notice_newer


class CalendarDateField(me.fields.BaseField):
    """A calendar date, kept as its ISO text: no time zone can shift it, and text order is
    date order."""

    if TYPE_CHECKING:  # the library's descriptors carry no types

        def __get__(self, instance: Any, owner: Any) -> Any: ...
        def __set__(self, instance: Any, value: Any) -> None: ...

    def to_mongo(self, value: date | str | None) -> str | None:
        return value.isoformat() if isinstance(value, date) else value

    def to_python(self, value: date | str | None) -> date | None:
        return date.fromisoformat(value) if isinstance(value, str) else value

    def prepare_query_value(self, op: str, value: Any) -> Any:
        return self.to_mongo(value)

    def validate(self, value: Any, clean: bool = True) -> None:
        if not isinstance(value, date):
            self.error("must be a date")


class PriceField(me.fields.BaseField):
    """A price in the currency's smallest unit: an integer, or decimal text when it is finer."""

    if TYPE_CHECKING:

        def __get__(self, instance: Any, owner: Any) -> Any: ...
        def __set__(self, instance: Any, value: Any) -> None: ...

    def validate(self, value: Any, clean: bool = True) -> None:
        if not (type(value) is int or (isinstance(value, str) and Decimal(value).is_finite())):
            self.error("must be an integer or a decimal string")


class Document(me.Document):
    """What all documents share. `revision` counts the writes and guards against lost updates;
    `schema_version` is told by billing.schema, and None in the first version."""

    meta: ClassVar[dict[str, Any]] = {"abstract": True, "auto_create_index": False, "strict": False}
    prefix = ""

    id = me.StringField(primary_key=True)
    revision = me.IntField(required=True, default=1)
    created_at = me.DateTimeField(required=True)
    updated_at = me.DateTimeField(required=True)
    schema_version = me.IntField()

    def __init__(self, *args: Any, **values: Any) -> None:
        super().__init__(*args, **values)
        if values.get("_created", True):  # not what was read
            self.schema_version = VERSIONS.get(self._get_collection_name())
        if self.id is None:
            self.id = new_id(self.prefix)
            self.created_at = self.updated_at = clock.now()

    @classmethod
    def _from_son(cls, son: Mapping[str, Any], *args: Any, **values: Any) -> Any:
        notice_newer(cls._get_collection_name(), son)
        return super()._from_son(son, *args, **values)

    @classmethod
    def _get_collection(cls) -> Any:
        release()
        return super()._get_collection()

    def check_revision(self, expected: int | None) -> None:
        """Raises StaleRevision when the caller read an older revision than the stored one."""
        refuse_stale(self.revision, expected)

    def stored(self) -> None:
        """Tell the library that the document is in the database as it is now."""
        self._created = False
        self._clear_changed_fields()

    def row(self) -> dict[str, Any]:
        """The document as MongoDB keeps it (`_id`, ISO dates)."""
        return dict(self.to_mongo())


def refuse_stale(revision: int, expected: int | None) -> None:
    """Raises StaleRevision when the caller read an older revision than the stored one."""
    if expected is not None and expected != revision:
        raise StaleRevision(
            "Somebody changed this meanwhile. Look at the current state and try again."
        )
