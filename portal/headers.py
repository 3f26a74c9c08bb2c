"""Security and caching headers. Source: OWASP ASVS 5.0 §3.4, the policy of stack.md §2."""

from flask import Flask, Response, request

from portal.assets import content_hash
from portal.programs import is_for_programs

# Tabler draws its check marks as data: images; mails are previewed in frames (portal.frames).
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)

_ALWAYS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
}
_TRANSPORT = f"max-age={2 * 365 * 24 * 3600}; includeSubDomains"


def init_app(app: Flask) -> None:
    """Add the headers to every answer that has not set its own."""
    is_secure = app.config["SESSION_COOKIE_SECURE"]

    def finish(response: Response) -> Response:
        if is_secure:
            response.headers.setdefault("Strict-Transport-Security", _TRANSPORT)
        if is_for_programs(request.path):  # answers data, and brings what data needs
            return response
        return _finish(response)

    app.after_request(finish)


def _finish(response: Response) -> Response:
    for name, value in _ALWAYS.items():
        response.headers.setdefault(name, value)
    if request.endpoint == "static" and response.status_code in {200, 304}:
        _cache_static(response)
    else:
        response.headers.setdefault("Cache-Control", "no-store")
    if response.mimetype == "text/html":
        response.vary.add("HX-Request")
    return response


def _cache_static(response: Response) -> None:
    """An address that carries the content's hash can be kept for ever. While an upgrade is under
    way the hash may be that of another version, whose content is not ours."""
    told = request.args.get("v")
    if told and told == content_hash((request.view_args or {})["filename"]):
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    else:
        response.headers["Cache-Control"] = "no-cache"
