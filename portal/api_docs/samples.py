"""Requests to copy, and JSON to look at."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import quote, urlencode

from markupsafe import Markup, escape

Json = dict[str, Any]

_TOKENS = re.compile(
    r'(?P<key>"(?:[^"\\]|\\.)*")(?=:)|(?P<text>"(?:[^"\\]|\\.)*")'
    r"|(?P<number>-?[0-9]+(?:\.[0-9]+)?)|(?P<word>true|false|null)"
)


def curl(method: str, address: str, operation: Json) -> str:
    """A command line that makes the request of the operation's example."""
    parts = [f"curl {'' if method == 'GET' else f'-X {method} '}{_quoted(address)}"]
    if operation["security"]:
        parts.append('-H "Authorization: Bearer $TOKEN"')
    names = {parameter["name"] for parameter in operation.get("parameters", [])}
    if "Idempotency-Key" in names:
        parts.append('-H "Idempotency-Key: $(uuidgen)"')
    if (body := body_example(operation)) is not None:
        parts += ["-H 'Content-Type: application/json'", f"-d {_quoted(pretty(body))}"]
    return " \\\n  ".join(parts)


def address(base: str, path: str, operation: Json) -> str:
    """The whole address, with the example's ids and parameters in it."""
    query = {}
    for parameter in operation.get("parameters", []):
        if "example" not in parameter:
            continue
        if parameter["in"] == "path":
            path = path.replace(f"{{{parameter['name']}}}", quote(str(parameter["example"])))
        elif parameter["in"] == "query":
            query[parameter["name"]] = parameter["example"]
    return f"{base}{path}{f'?{urlencode(query)}' if query else ''}"


def body_example(operation: Json) -> Any:
    """The example of what is sent, None where nothing is."""
    content = operation.get("requestBody", {}).get("content", {})
    return next((media.get("example") for media in content.values()), None)


def pretty(value: Any) -> str:
    """Indented JSON."""
    return json.dumps(value, indent=2, ensure_ascii=False)


def coloured(text: str) -> Markup:
    """JSON with its keys, texts, numbers and words marked, for the style sheet to colour."""
    found, end = Markup(), 0
    for token in _TOKENS.finditer(text):
        found += escape(text[end : token.start()])
        found += Markup('<span class="j-{}">{}</span>').format(token.lastgroup, token[0])
        end = token.end()
    return found + escape(text[end:])


def inline(text: str) -> Markup:
    """Words with their `code` marked."""
    parts = str(text).split("`")
    return Markup().join(
        Markup("<code>{}</code>").format(part) if position % 2 else escape(part)
        for position, part in enumerate(parts)
    )


def _quoted(text: str) -> str:
    """For a POSIX shell."""
    return "'" + text.replace("'", "'\\''") + "'"
