"""How a paper goes out: as PDF, under its name, with an entity tag that changes with its bytes."""

from dataclasses import dataclass

from flask import Response

from api.conditions import is_known
from api.problems import HEADERS
from billing.papers.paper import Paper


@dataclass(frozen=True, slots=True)
class Pdf:
    """A PDF. It is not even made for a client that has it (RFC 9110 §13.1.2)."""

    status: int = 200

    def respond(self, result: Paper) -> Response:
        tag = f'"{result.key}"'
        headers = {**HEADERS, "Cache-Control": "private, no-cache", "ETag": tag}
        if is_known(tag):
            return Response(status=304, headers=headers)
        headers["Content-Disposition"] = result.disposition("attachment")
        return Response(result.pdf(), self.status, headers, content_type="application/pdf")
