"""The OpenAPI document."""

from functools import cache
from typing import Any

from api.answers import Plain
from api.endpoint import Endpoints
from api.shape import OpenApiDocument

endpoints = Endpoints("Description", "What this API offers.")


@endpoints.get("/openapi.json", "This document", public=True, answer=Plain(OpenApiDocument))
def get_openapi() -> dict[str, Any]:
    """Made from the declarations that validate every request."""
    return _document()


@cache
def _document() -> dict[str, Any]:
    from api.openapi.document import document
    from api.routes import PREFIX, features

    return document(features(), PREFIX)
