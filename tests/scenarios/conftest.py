"""The API's application and an admin's client; every story begins with an empty database."""

from tests.api.conftest import admin, app, speaking_as, tokens

__all__ = ["admin", "app", "speaking_as", "tokens"]
