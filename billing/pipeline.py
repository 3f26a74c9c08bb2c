"""Several inserts of a transaction in one round trip.

MongoDB works off what one connection brings in the order in which it was sent, and does nothing
more for a transaction that failed. So inserts that need not know of each other's answers are sent
one after the other, and the answers read afterwards. MongoDB 8 has a command for it (bulkWrite),
the embedded one has not, and PyMongo has no interface for it: the names here that begin with an
underscore are its own, and tests/billing/test_pipeline.py holds them against what insert_one does.
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, NamedTuple

from bson.codec_options import CodecOptions
from pymongo.client_session import ClientSession
from pymongo.database import Database
from pymongo.errors import DuplicateKeyError
from pymongo.helpers_shared import _check_command_response, _check_write_command_response
from pymongo.message import _op_msg
from pymongo.read_preferences import ReadPreference
from pymongo.synchronous.pool import Connection

Row = dict[str, Any]
Taken = Callable[[DuplicateKeyError], Exception]


class Insert(NamedTuple):
    """A row for a collection, and what is raised where a key of it is taken: else the driver's
    DuplicateKeyError."""

    collection: str
    row: Row
    taken: Taken | None = None


_ANSWERS = CodecOptions[Row](unicode_decode_error_handler="replace")  # as the driver reads them


def insert_in_order(database: Database[Row], inserts: Sequence[Insert]) -> None:
    """Do them all within the bound transaction, which the first to fail ends.

    Raises what `taken` gives, and what the driver raises.
    """
    done: list[Insert] = []
    try:
        if len(inserts) > 1 and _can_be_sent_at_once(database.client):
            work = partial(_insert, database, inserts, done)
            database.client._retryable_write(False, work, None, operation="insert")
            return
        for insert in inserts:
            database[insert.collection].insert_one(insert.row)
            done.append(insert)
    except DuplicateKeyError as error:
        if taken := inserts[len(done)].taken:
            raise taken(error) from error
        raise


def _can_be_sent_at_once(client: Any) -> bool:
    """Within a transaction, whose failure undoes them all; and where nobody watches commands, each
    of which the driver itself has to show then (portal.tracing_commands)."""
    session = client._get_bound_session()
    return session and session.in_transaction and not client._event_listeners.enabled_for_commands


def _insert(
    database: Database[Row],
    inserts: Sequence[Insert],
    done: list[Insert],
    session: ClientSession,
    conn: Connection,
    _is_retryable: bool,
) -> None:
    """Called by the driver with a connection; it sees to what is raised."""
    replies = _replies(database, inserts, session, conn)
    for insert, reply in zip(inserts, replies, strict=True):
        database.client._process_response(reply, session)
        _check_command_response(reply, conn.max_wire_version)
        _check_write_command_response(reply)
        done.append(insert)


def _replies(
    database: Database[Row], inserts: Sequence[Insert], session: ClientSession, conn: Connection
) -> list[Row]:
    """What is answered to each. All is read whatever it says, so that the connection is in step;
    where reading fails the driver closes it."""
    messages = [_message(database, insert, session, conn) for insert in inserts]
    conn.send_message(b"".join(text for _, text, _, _ in messages), max(m[3] for m in messages))
    found = [conn.receive_message(number) for number, _, _, _ in messages]
    return [reply.unpack_response(codec_options=_ANSWERS)[0] for reply in found]


def _message(
    database: Database[Row], insert: Insert, session: ClientSession, conn: Connection
) -> tuple[int, bytes, int, int]:
    """Its number, its text, and the sizes of the whole and of the row: as Connection.command
    makes it."""
    command: Row = {"insert": insert.collection, "ordered": True, "documents": [insert.row]}
    conn.add_server_api(command)
    session._apply_to(command, False, ReadPreference.PRIMARY, conn)
    if session._starting_transaction:
        session._transaction.set_in_progress()
    conn.send_cluster_time(command, session, database.client)
    conn.apply_timeout(command)
    options, compression = database.codec_options, conn.compression_context
    return _op_msg(0, command, database.name, None, options, ctx=compression)
