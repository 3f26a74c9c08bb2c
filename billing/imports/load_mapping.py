"""Reading a mapping: a built-in one by its name, or any TOML file."""

import tomllib
from pathlib import Path
from typing import Any

from billing.errors import Invalid
from billing.imports.errors import MappingInvalid
from billing.imports.invoices_mapping import InvoicesMapping
from billing.imports.mapping import Mapping, Source
from billing.inputs import Model, parse

_MAPPED = ("customer", "subscription", "invoice", "line")  # tables of fields and their sources
BUILT_IN = Path(__file__).parent / "mappings"


def load_mapping(name_or_path: str) -> Mapping:
    """A mapping of subscribers. Raises MappingInvalid, naming every wrong place in one line."""
    return _load(name_or_path, Mapping)


def load_invoices_mapping(name_or_path: str) -> InvoicesMapping:
    """A mapping of past invoices. Raises MappingInvalid, naming every wrong place in one line."""
    return _load(name_or_path, InvoicesMapping)


def is_of_invoices(name_or_path: str) -> bool:
    """Whether the mapping is one of past invoices. Raises MappingInvalid."""
    return _read(_find(name_or_path)).get("kind") == "invoices"


def _load(name_or_path: str, model: type[Model]) -> Model:
    path = _find(name_or_path)
    values = _read(path)
    for part in _MAPPED:
        if isinstance(values.get(part), dict):
            values[part] = _flat(values[part], path)
    try:
        return parse(model, values)
    except Invalid as error:
        said = "; ".join(f"{e.field}: {e.message}" if e.field else e.message for e in error.errors)
        raise MappingInvalid(f"The mapping {path} is not valid: {said}.") from None


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise MappingInvalid(f"The mapping {path} cannot be read: {error}.") from None


def built_in_mappings() -> list[str]:
    """The names of the mappings that come with Duebill."""
    return sorted(path.stem for path in BUILT_IN.glob("*.toml"))


def _find(name_or_path: str) -> Path:
    if name_or_path in built_in_mappings():
        return BUILT_IN / f"{name_or_path}.toml"
    path = Path(name_or_path)
    if not path.is_file():
        known = ", ".join(built_in_mappings())
        raise MappingInvalid(
            f"There is no mapping {name_or_path}: name a built-in one ({known}) or a TOML file."
        )
    return path


def _flat(table: dict[str, Any], path: Path, prefix: str = "") -> dict[str, Any]:
    """`{preferences: {currency: source}}` → `{"preferences.currency": source}`."""
    flat: dict[str, Any] = {}
    for name, value in table.items():
        if not isinstance(value, dict):
            raise MappingInvalid(
                f"The mapping {path} is not valid: {prefix}{name} must be a table such as "
                '{ column = "Name" }, { value = "USD" } or { template = "No. {Number}" }.'
            )
        if value.keys() & Source.model_fields.keys():
            flat[f"{prefix}{name}"] = value
        else:
            flat |= _flat(value, path, f"{prefix}{name}.")
    return flat
