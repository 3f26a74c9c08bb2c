"""Request bodies: strict JSON, then the same input models that the forms use, in strict mode."""

from functools import cache
from typing import Any, TypeVar

from flask import request
from pydantic import BaseModel, RootModel, ValidationError

from api import strict_json
from api.fast_json import dumps
from api.problems import RequestRefused
from billing.inputs import Input, invalid

MAX_BYTES = 1024 * 1024
_JSON = frozenset({"application/json", "application/merge-patch+json"})

Model = TypeVar("Model", bound=BaseModel)


class NoFields(Input):
    """The body of a call that is told nothing: none at all, or an empty object."""


def read_body(models: tuple[type[BaseModel], ...]) -> BaseModel:
    """The body as the first of `models` whose required fields it has, else as the last; a JSON
    array as the one that is a list (a RootModel), where there is one.

    Raises RequestRefused and, naming every wrong field, Invalid. Where nothing is required the
    body may be left out.
    """
    raw = _raw_body()
    if not raw and not _required(models[-1]):
        return models[-1]()
    value = _load(raw)
    return validate(_choose(models, value), raw)


def read_patch(model: type[Input]) -> "Patch":
    """The body as changes to be laid over what there is. Raises RequestRefused."""
    value = _load(_raw_body())
    if not isinstance(value, dict):
        raise RequestRefused(422, "invalid", "The body must be a JSON object.")
    return Patch(model, value)


def refuse_body() -> None:
    """Raises RequestRefused when a request that takes no body brings one."""
    length = request.environ.get("CONTENT_LENGTH") or "0"
    if length != "0" or "HTTP_TRANSFER_ENCODING" in request.environ:
        raise RequestRefused(400, "unexpected_body", "This request takes no body.")


def validate(model: type[Model], raw: bytes) -> Model:
    """JSON text as `model`, strictly: "12" is not 12. Raises Invalid."""
    try:
        return model.model_validate_json(raw, strict=True)
    except ValidationError as error:
        raise invalid(error) from None


class Patch:
    """A JSON Merge Patch (RFC 7396): what is given replaces, null removes, objects merge.

    Objects whose values may themselves be null (a plan's limits) are replaced as a whole.
    """

    def __init__(self, model: type[Input], fields: dict[str, Any]) -> None:
        self.model = model
        self.fields = fields

    def onto(self, current: Input) -> Any:
        """`current` with the changes, validated as a whole. Raises Invalid."""
        merged = _merged(current.model_dump(mode="json"), self.fields, current)
        return validate(self.model, dumps(merged))


def _merged(values: dict[str, Any], changes: dict[str, Any], current: Any) -> dict[str, Any]:
    result = dict(values)
    for name, change in changes.items():
        inner = getattr(current, name, None)
        if change is None and name in values:
            del result[name]
        elif isinstance(change, dict) and isinstance(inner, BaseModel):
            result[name] = _merged(values[name], change, inner)
        elif isinstance(change, dict) and name == "metadata":
            kept = {**values[name], **change}
            result[name] = {key: value for key, value in kept.items() if value is not None}
        else:
            result[name] = change
    return result


def _raw_body() -> bytes:
    request.max_content_length = MAX_BYTES
    raw = request.get_data()
    if raw and (request.mimetype not in _JSON or _charset() not in {"utf-8", "utf8"}):
        detail = "Send the body as application/json, in UTF-8."
        raise RequestRefused(415, "unsupported_media_type", detail)
    return raw


def _charset() -> str:
    return request.mimetype_params.get("charset", "utf-8").lower()


def _load(raw: bytes) -> Any:
    if not raw:
        raise strict_json.malformed("The body is missing; send a JSON object.")
    return strict_json.load(raw)


@cache
def _required(model: type[BaseModel]) -> frozenset[str]:
    return frozenset(name for name, field in model.model_fields.items() if field.is_required())


def _choose(models: tuple[type[BaseModel], ...], value: Any) -> type[BaseModel]:
    if len(models) == 1:
        return models[0]
    lists = [model for model in models if issubclass(model, RootModel)]
    if lists and isinstance(value, list):
        return lists[0]
    given = value.keys() if isinstance(value, dict) else set()
    objects = [model for model in models if model not in lists]
    return next((model for model in objects if _required(model) <= given), models[-1])
