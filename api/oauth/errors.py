"""What goes wrong at the endpoints of OAuth, in the words of RFC 6749 §4.1.2.1 and §5.2."""

from flask import Response

from api import problems
from api.fast_json import dumps

_LATER = frozenset({409, 429, 503})
_KEPT = ("Retry-After", "Allow")


def refused(status: int, description: str, headers: dict[str, str] | None = None) -> Response:
    """An error of a request that no rule of OAuth was asked about yet."""
    body = {"error": _word(status), "error_description": description}
    return Response(
        dumps(body),
        status,
        {**problems.HEADERS, **(headers or {})},
        content_type="application/json",
    )


def answer_error(error: Exception) -> Response:
    """The answer to whatever was raised, decided as for the rest of the API."""
    problem = problems.answer_error(error)
    headers = {name: problem.headers[name] for name in _KEPT if name in problem.headers}
    return refused(problem.status_code, problem.get_json()["detail"], headers)


def _word(status: int) -> str:
    if status in _LATER:
        return "temporarily_unavailable"
    return "server_error" if status >= 500 else "invalid_request"
