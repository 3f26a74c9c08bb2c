"""The library's policy for mail, with a memory: to parse and fold headers is most of what making a
mail takes, and all but a few are the same in thousands of mails.
"""

from email.headerregistry import HeaderRegistry
from email.policy import EmailPolicy
from functools import lru_cache
from typing import Any

_REMEMBERED = 1024


class _Registry(HeaderRegistry):
    """Makes a header's class once, where the library makes one for each header."""

    def __getitem__(self, name: str) -> Any:
        return _class_of(name)

    def __call__(self, name: str, value: Any) -> Any:
        return _parsed(name, value) if type(value) is str else super().__call__(name, value)


class _Policy(EmailPolicy):
    """The same policy again where the same is asked for, so that it can be remembered by."""

    def clone(self, **changes: Any) -> Any:
        return _cloned(self, tuple(changes.items()))

    def fold_binary(self, name: str, value: str) -> bytes:
        return _folded(self, name, value)


_library = HeaderRegistry()


@lru_cache(maxsize=_REMEMBERED)
def _class_of(name: str) -> Any:
    return _library[name]


@lru_cache(maxsize=_REMEMBERED)
def _parsed(name: str, value: str) -> Any:
    return _class_of(name)(name, value)


@lru_cache(maxsize=_REMEMBERED)
def _folded(policy: _Policy, name: str, value: str) -> bytes:
    return EmailPolicy.fold_binary(policy, name, value)


@lru_cache(maxsize=_REMEMBERED)
def _cloned(policy: _Policy, changes: tuple[tuple[str, Any], ...]) -> Any:
    return EmailPolicy.clone(policy, **dict(changes))


POLICY = _Policy(linesep="\r\n", header_factory=_Registry())
"""Lines as SMTP wants them."""
