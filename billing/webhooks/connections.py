"""Connections to addresses that were checked; over TLS the certificate must be the name's."""

import ssl
from dataclasses import dataclass
from functools import cache
from http.client import HTTPException
from time import monotonic

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NewConnectionError

from billing.webhooks.cut_off import cut_off_at
from billing.webhooks.targets import Target, TargetUnknown

TROUBLE = (OSError, HTTPError, HTTPException, ValueError)
"""All that a connection can raise, and that is the other side's doing."""


@dataclass(frozen=True, slots=True)
class Open:
    """An open connection, and what it is one to."""

    target: Target
    address: str
    connection: HTTPConnection


def connect(target: Target, addresses: list[str], end: float) -> Open:
    """A new connection, to the first of the addresses that takes one before `end`."""
    for position, address in enumerate(addresses, 1):
        connection = _connection(target, address, max(end - monotonic(), 0.1))
        try:
            with cut_off_at(end, lambda c=connection: c.sock):  # type: ignore[misc]
                connection.connect()
            return Open(target, address, connection)
        except TROUBLE as trouble:
            connection.close()
            if monotonic() > end:
                raise TimeoutError from trouble
            if position == len(addresses):
                raise
    raise TargetUnknown(target.host)


def _connection(target: Target, address: str, timeout: float) -> HTTPConnection:
    if target.scheme == "http":
        return HTTPConnection(address, target.port, timeout=timeout)
    return HTTPSConnection(
        address,
        target.port,
        timeout=timeout,
        server_hostname=target.host,
        ssl_context=trusted(),
    )


@cache
def trusted() -> ssl.SSLContext:
    """The authorities that the system trusts; SSL_CERT_FILE names others."""
    return ssl.create_default_context()


def word_for(error: Exception) -> str:
    """What happened, in a word that stays."""
    if isinstance(error, NewConnectionError):  # which the library counts among the timeouts
        return "no_connection"
    if isinstance(error, TimeoutError | ConnectTimeoutError):
        return "timeout"
    if isinstance(error, ssl.SSLError):
        return "tls_failed"
    return "connection_lost" if isinstance(error, OSError) else "bad_answer"
