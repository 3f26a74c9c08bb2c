"""Where webhooks may go: never into a private network, unless the installation allows it.

The name is resolved at each delivery and the connection is made to the very address that was
checked, so a name that answers differently the next moment gains nothing (DNS rebinding).
Sources: OWASP's SSRF prevention, IANA's registries of special-purpose addresses.
"""

import re
import socket
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as TooSlow
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import urlsplit

from billing.errors import WrongValue

MOST_CHARACTERS = 2000
_VISIBLE = re.compile(r"https?://[\x21-\x7e]+", re.IGNORECASE)
_HOST = re.compile(r"[A-Za-z0-9_]([A-Za-z0-9_.-]{0,251}[A-Za-z0-9_])?\.?|[0-9A-Fa-f:.]{2,45}")
_LOOK_UP_SECONDS = 3.0

_NEVER = [ip_network(text) for text in ("0.0.0.0/8", "224.0.0.0/4", "255.255.255.255/32")]
_NOT_PUBLIC_4 = [
    *_NEVER,
    *(
        ip_network(text)
        for text in (
            "10.0.0.0/8",
            "100.64.0.0/10",  # carriers' NAT
            "127.0.0.0/8",
            "168.63.129.16/32",  # a cloud's own services, behind a public address
            "169.254.0.0/16",  # link-local, where clouds keep their metadata
            "172.16.0.0/12",
            "192.0.0.0/24",
            "192.0.2.0/24",
            "192.88.99.0/24",
            "192.168.0.0/16",
            "198.18.0.0/15",
            "198.51.100.0/24",
            "203.0.113.0/24",
            "240.0.0.0/4",
        )
    ),
]
_PUBLIC_6 = ip_network("2000::/3")  # all else is loopback, local, multicast, NAT64 or mapped IPv4
_NOT_PUBLIC_6 = [
    ip_network(text)
    for text in (
        "2001::/23",  # Teredo, which carries IPv4, and other protocols' own
        "2001:db8::/32",
        "2002::/16",  # 6to4, which carries IPv4
        "3fff::/20",
    )
]

_allowed = {"private": False}


class TargetRefused(WrongValue):
    """The address must not be called."""


class TargetUnknown(Exception):
    """The name has no address, at least now."""


@dataclass(frozen=True, slots=True)
class Target:
    """An address to post to, taken apart."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def host_header(self) -> str:
        """The host as HTTP names it, with the port where it is not the scheme's own."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        usual = 443 if self.scheme == "https" else 80
        return host if self.port == usual else f"{host}:{self.port}"


def allow_private(allowed: bool) -> None:
    """Let webhooks go to private addresses too (WEBHOOK_ALLOW_PRIVATE)."""
    _allowed["private"] = allowed


def parse_target(url: str) -> Target:
    """The parts of `url`. Raises TargetRefused for what is no plain http(s) address."""
    if len(url) > MOST_CHARACTERS or "\\" in url or not _VISIBLE.fullmatch(url):
        raise TargetRefused(
            "must be an address such as https://example.com/webhooks, in ASCII and at most "
            "%(most)s characters",
            most=str(MOST_CHARACTERS),
        )
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise TargetRefused("has no valid host or port") from None
    if "@" in parts.netloc:
        raise TargetRefused("must not hold a user name or password")
    if parts.fragment or url.endswith("#"):
        raise TargetRefused("must not have a fragment (#)")
    host = parts.hostname or ""
    if not _HOST.fullmatch(host) or port == 0:
        raise TargetRefused("has no valid host or port")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(parts.scheme, host, port or (443 if parts.scheme == "https" else 80), path)


def addresses_of(target: Target) -> list[str]:
    """The addresses behind the target's name, in the order in which to try them.

    Raises TargetUnknown, and TargetRefused when any of them must not be called.
    """
    try:
        found = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise TargetUnknown(f"{target.host} has no address") from None
    addresses = list(dict.fromkeys(str(each[4][0]) for each in found))
    for address in addresses:
        if not may_be_called(address):
            raise TargetRefused(
                "leads to %(address)s, which is not a public address", address=address
            )
    return addresses


def check_target(url: str) -> None:
    """Raises TargetRefused for what will never be delivered to, as far as it can be told now.

    A name that has no address yet is fine, and one that takes too long to look up.
    """
    target = parse_target(url)
    pool = ThreadPoolExecutor(1)  # a look-up cannot be interrupted, only left behind
    try:
        pool.submit(addresses_of, target).result(timeout=_LOOK_UP_SECONDS)
    except (TargetUnknown, TooSlow):
        return
    finally:
        pool.shutdown(wait=False)


def may_be_called(address: str) -> bool:
    """Whether a webhook may go to this IP address (text, a scope id makes it local)."""
    try:
        ip = ip_address(address)
    except ValueError:
        return False
    if _allowed["private"]:
        return not _is_never(ip)
    if isinstance(ip, IPv4Address):
        return not any(ip in network for network in _NOT_PUBLIC_4)
    is_local = ip.scope_id is not None or ip not in _PUBLIC_6
    return not is_local and not any(ip in network for network in _NOT_PUBLIC_6)


def _is_never(ip: IPv4Address | IPv6Address) -> bool:
    """What is no single machine's address."""
    if isinstance(ip, IPv6Address) and ip.ipv4_mapped:
        return _is_never(ip.ipv4_mapped)
    if isinstance(ip, IPv6Address):
        return ip.is_multicast or ip.is_unspecified
    return any(ip in network for network in _NEVER)
