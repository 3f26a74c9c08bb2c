"""Which addresses are for programs: cookies are neither read nor set, and answers are no pages."""

_EXACTLY = frozenset({"/oauth/token", "/oauth/revoke", "/oauth/introspect"})
_BELOW = ("/api/", "/.well-known/")
_DOCS = "/api/docs"  # pages about the API, for people


def is_for_programs(path: str) -> bool:
    """Whether `path` takes bearer tokens or a client's own proof, so that CSRF cannot reach it."""
    return path in _EXACTLY or (path.startswith(_BELOW) and not _is_docs(path))


def _is_docs(path: str) -> bool:
    return path == _DOCS or path.startswith(f"{_DOCS}/")
