"""Out to an OpenID provider of another site and back, in a real browser."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from billing.settings import Settings
from portal.app import create_app
from tests.browser.conftest import Watch
from tests.browser.live import served
from tests.factories import create_user
from tests.openid_provider import CLIENT_ID, CLIENT_SECRET, OpenIDProvider, openid_provider

pytestmark = pytest.mark.browser


@pytest.fixture
def provider() -> Iterator[OpenIDProvider]:
    """To a browser, localhost is another site than 127.0.0.1, where the portal is."""
    with openid_provider() as found:
        found.address = found.address.replace("127.0.0.1", "localhost")
        yield found


@pytest.fixture
def portal(provider: OpenIDProvider, settings: Settings, db: object) -> Iterator[str]:
    told = {
        "oidc_issuer": provider.address,
        "oidc_client_id": CLIENT_ID,
        "oidc_client_secret": CLIENT_SECRET,
        "oidc_default_role": "viewer",
        "oidc_name": "Example ID",
    }
    app = create_app(settings, connect=False)
    with served(app) as address:
        app.config["SETTINGS"] = settings.model_copy(update={**told, "public_url": address})
        yield address


def test_the_button_leads_out_and_back_to_the_page_that_was_wanted(
    browser: Browser, portal: str, provider: OpenIDProvider
) -> None:
    create_user()
    watch, context = Watch(portal), browser.new_context(base_url=portal)
    page = context.new_page()
    watch.over(page)
    page.goto("/customers?status=active")
    page.get_by_role("link", name="Sign in with Example ID").click()
    page.wait_for_url("**/customers?status=active")
    expect(page.get_by_role("heading", name="Customers")).to_be_visible()
    page.get_by_role("button", name="Sign out").first.click()
    page.wait_for_url("**/sign-in")
    expect(page.get_by_role("link", name="Sign in with Example ID")).to_be_visible()
    provider.answer = {"code": None, "error": "access_denied"}
    page.get_by_role("link", name="Sign in with Example ID").click()
    expect(page.get_by_role("alert")).to_contain_text("declined the sign-in")
    context.close()
    own = [found for found in watch.complaints if provider.address not in found]
    assert [found for found in own if "403" not in found] == []
