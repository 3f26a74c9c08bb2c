"""The documentation of the API, for everyone."""

import gzip
from functools import lru_cache

from flask import Blueprint, Response, abort, current_app, render_template, request
from flask.typing import ResponseReturnValue

from portal.access import public
from portal.api_docs.reference import Reference
from portal.api_docs.samples import inline
from portal.shell import htmx

blueprint = Blueprint("api_docs", __name__, url_prefix="/api/docs")
OPENAPI = "duebill_openapi"
_LONGEST_SEARCH = 100

blueprint.add_app_template_filter(inline, "inline")


@blueprint.get("")
@public
def index() -> ResponseReturnValue:
    """How the API is used, and every operation of it; or those that match `q`."""
    reference, words = _reference(), request.args.get("q", "")[:_LONGEST_SEARCH]
    found = reference.search(words)
    part = htmx and htmx.target == "operations"
    template = "api_docs/_operations.html" if part else "api_docs/index.html"
    return render_template(template, reference=reference, found=found, words=words)


@blueprint.get("/<slug>")
@public
def group(slug: str) -> ResponseReturnValue:
    """The operations and objects of one group."""
    reference = _reference()
    found = reference.group(slug) or abort(404)
    return render_template("api_docs/group.html", reference=reference, group=found)


@blueprint.after_request
def compress(response: Response) -> Response:
    """There is much to read, and nothing secret in it that its length could tell of."""
    response.vary.add("Accept-Encoding")
    if response.status_code == 200 and request.accept_encodings["gzip"]:
        response.set_data(gzip.compress(response.get_data(), 6))
        response.headers["Content-Encoding"] = "gzip"
    return response


def _reference() -> Reference:
    return _made(current_app.config["SETTINGS"].public_url)


@lru_cache(maxsize=4)
def _made(public_url: str) -> Reference:
    document = current_app.extensions[OPENAPI]()
    return Reference(document, public_url + document["servers"][0]["url"])
