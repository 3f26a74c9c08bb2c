"""Bodies are read whole or refused: none is cut off at the limit, or where the sender went away.

The library stops reading a chunked body at the limit, and one that ends before the length it
told, and takes what it has for the whole: a form that says 10 where 1000 was meant.
"""

from typing import IO, Any

import flask
from gunicorn.http.errors import ParseException
from werkzeug.exceptions import BadRequest, RequestEntityTooLarge
from werkzeug.utils import cached_property
from werkzeug.wsgi import LimitedStream, get_content_length, get_input_stream


class WholeBodyRequest(flask.Request):
    """What the application makes of a request. The limit is MAX_CONTENT_LENGTH."""

    @cached_property
    def stream(self) -> IO[bytes]:
        """The body. Reading raises RequestEntityTooLarge beyond the limit, and BadRequest where
        the body ends too early or is badly chunked."""
        most = self.max_content_length
        checked = get_input_stream(self.environ, max_content_length=most)
        if most is None or "wsgi.input_terminated" not in self.environ:
            return checked
        body, length = self.environ["wsgi.input"], get_content_length(self.environ)
        if length is None:
            return _Chunked(body, most)  # type: ignore[return-value]
        return LimitedStream(body, length)  # type: ignore[return-value]


class _Chunked(LimitedStream):
    """Reads one byte more than is allowed, to know whether there is one."""

    def __init__(self, stream: IO[bytes], most: int) -> None:
        super().__init__(stream, most + 1, is_max=True)

    def readinto(self, buffer: Any) -> int | None:
        try:
            read = super().readinto(buffer)
        except ParseException as error:
            raise BadRequest from error
        if self.tell() == self.limit:
            raise RequestEntityTooLarge
        return read
