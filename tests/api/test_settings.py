"""Settings over the API: for admins alone."""

from __future__ import annotations

import pytest

from tests.api.checked_client import CheckedClient
from tests.api.conftest import Speaker


@pytest.mark.parametrize("role", ["billing", "support", "viewer"])
def test_only_admins_see_and_change_settings(speaking_as: Speaker, role: str) -> None:
    client = speaking_as(role)
    assert client.get("/settings").status_code == 403
    assert client.put("/settings", {"name": "Mine"}).status_code == 403
    assert client.patch("/settings", {"name": "Mine"}).status_code == 403


def test_put_replaces_and_patch_merges(admin: CheckedClient) -> None:
    first = admin.get("/settings")
    assert first.json["updated_at"] is None
    body = {"name": "Duebill Ltd", "address": {"city": "Ulm"}, "payment_terms_days": 30}
    replaced = admin.put("/settings", body, if_match=first.headers["ETag"])
    assert replaced.status_code == 200
    assert replaced.json["address"]["city"] == "Ulm"
    patched = admin.patch(
        "/settings",
        {"dunning": {"final_action": "cancel"}, "change_defaults": {"downgrade": "none"}},
        if_match=replaced.headers["ETag"],
    ).json
    assert patched["payment_terms_days"] == 30
    assert patched["dunning"] == {
        "days": [0, 3, 7, 14], "final_action": "cancel", "automatic": True,
    }  # fmt: skip
    assert patched["change_defaults"]["downgrade"] == "none"
    assert patched["change_defaults"]["upgrade"] == "create_prorations"
    assert admin.get("/settings").json == patched
    assert admin.put("/settings", {"name": "Bare"}).json["payment_terms_days"] == 14


def test_a_stale_etag_is_412(admin: CheckedClient) -> None:
    tag = admin.get("/settings").headers["ETag"]
    admin.patch("/settings", {"name": "First"}, if_match=tag)
    assert admin.patch("/settings", {"name": "Second"}, if_match=tag).status_code == 412
    assert admin.get("/settings").json["name"] == "First"


def test_what_is_wrong_is_named(admin: CheckedClient) -> None:
    body = {"name": "D", "invoice_prefix": "no", "dunning": {"days": [9, 3]}, "logo": "x"}
    answer = admin.put("/settings", body)
    assert answer.status_code == 422
    fields = {error["field"] for error in answer.json["errors"]}
    assert fields == {"invoice_prefix", "dunning.days", "logo"}
    missing = f"txr_{'0' * 26}"
    answer = admin.patch("/settings", {"default_tax_rate_ids": [missing]})
    assert answer.json["code"] == "tax_rate_missing"
