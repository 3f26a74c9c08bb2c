"""PATCH: read, merge and write in one transaction, so that no change in between is lost."""

from collections.abc import Callable
from typing import Any

from api.body import Patch
from billing.inputs import Input
from billing.transactions import in_transaction


def patched(
    get: Callable[[str], Any],
    as_input: Callable[[Any], Input],
    update: Callable[[str, Any, int | None], Any],
) -> Callable[[str, Patch, int | None], Any]:
    """The function that lays a patch over an object; raises what its parts raise."""

    def apply(object_id: str, patch: Patch, revision: int | None) -> Any:
        return in_transaction(
            lambda: update(object_id, patch.onto(as_input(get(object_id))), revision)
        )

    return apply
