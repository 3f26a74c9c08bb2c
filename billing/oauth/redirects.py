"""Where a client may be sent back to. Source: RFC 9700 §4.1.3, RFC 8252 §7.3 and §8.3."""

import re
from urllib.parse import SplitResult, urlsplit

from billing.errors import WrongValue

_PRINTABLE = re.compile(r"[!-~]+")
_AWKWARD = set('"\\<>^`{|}')
_NETLOC = re.compile(r"(?:[A-Za-z0-9.-]+|\[[0-9a-f:.]+\])(?::[0-9]{1,5})?")
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
_THIS_COMPUTER = re.compile(r"(http://(?:127\.0\.0\.1|\[::1\]))(?::[0-9]{1,5})?(?=[/?]|$)")


def redirect_uri(value: str) -> str:
    """`value` when a client may register it. Raises WrongValue."""
    parts = _split(value)
    if parts.scheme == "http" and parts.hostname not in _LOOPBACK:
        raise WrongValue("must begin with https://, or with http:// for this computer only")
    if "#" in value:
        raise WrongValue("must not have a fragment (#)")
    if not _NETLOC.fullmatch(parts.netloc):
        raise WrongValue("must name one host by plain letters, without wildcards and users")
    return value


def is_registered(asked: str, registered: list[str], *, any_port: bool) -> bool:
    """Whether `asked` is one of the registered addresses, character for character.

    With `any_port` the port of a loopback address may differ: a program on somebody's computer
    takes whichever is free.
    """
    if asked in registered:
        return True
    return any_port and any(_differs_by_port(asked, uri) for uri in registered)


def _split(value: str) -> SplitResult:
    wrong = WrongValue("must be an address such as https://app.example.com/callback")
    if not _PRINTABLE.fullmatch(value) or _AWKWARD & set(value):
        raise wrong
    try:
        parts = urlsplit(value)
        known = parts.scheme in {"https", "http"} and parts.hostname and parts.port != 0
    except ValueError:
        raise wrong from None
    if not known or not value.startswith(f"{parts.scheme}://"):
        raise wrong
    return parts


def _differs_by_port(asked: str, registered: str) -> bool:
    here = _THIS_COMPUTER.match(registered)
    if here is None:
        return False
    rest = registered[here.end() :]
    return bool(re.fullmatch(f"{re.escape(here[1])}(?::[0-9]{{1,5}})?{re.escape(rest)}", asked))
