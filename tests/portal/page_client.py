"""A client that reads pages as a browser without script does, and checks each of them."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element

from flask import Flask
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from billing.users.models import User
from tests.factories import PASSWORD
from tests.portal.page_checks import check_fragment, check_page, parse, text_of


class Seen:
    """An answer: its status, where it leads, and the page it shows."""

    def __init__(self, response: TestResponse, html: str, page: Element | None) -> None:
        self.response = response
        self.status = response.status_code
        self.headers = response.headers
        self.page = page
        self.html = html

    @property
    def to(self) -> str:
        """Where a redirect leads, query and all."""
        return self.response.headers["Location"]

    @property
    def text(self) -> str:
        """The text of the page's main part."""
        assert self.page is not None
        main = self.page.find(".//main")
        return text_of(self.page if main is None else main)

    @property
    def title(self) -> str:
        """The page's heading."""
        assert self.page is not None
        heading = self.page.find(".//h1")
        assert heading is not None
        return text_of(heading)

    def links(self) -> set[str]:
        """Every address that the page links to."""
        assert self.page is not None
        return {a.get("href", "") for a in self.page.iter("a")}

    def error_of(self, field: str) -> str:
        """What is said beside a field."""
        assert self.page is not None
        found = next((e for e in self.page.iter() if e.get("id") == f"{field}-error"), None)
        return "" if found is None else text_of(found)

    def alerts(self) -> str:
        """What the page warns of."""
        assert self.page is not None
        return " ".join(text_of(e) for e in self.page.iter() if e.get("role") == "alert")

    def form(self, action: str | None = None) -> Element:
        """The form of the main part that posts (to `action`)."""
        assert self.page is not None
        main = self.page.find(".//main")
        assert main is not None
        forms = [f for f in main.iter("form") if f.get("method") == "post"]
        wanted = [f for f in forms if action is None or f.get("action") == action]
        assert wanted, f"no form to {action}"
        return wanted[0]

    def values(self, action: str | None = None) -> MultiDict[str, str]:
        """What a browser would send of that form as it stands."""
        return values_of(self.form(action))


def values_of(form: Element) -> MultiDict[str, str]:
    """The successful controls of a form, buttons apart."""
    values: MultiDict[str, str] = MultiDict()
    for control in form.iter():
        name = control.get("name")
        if name and control.tag == "textarea":
            values.add(name, (control.text or "").strip("\n"))
        elif name and control.tag == "select":
            options = list(control.iter("option"))
            chosen = [o for o in options if o.get("selected") is not None] or options[:1]
            values.setlist(name, [option.get("value", "") for option in chosen])
        elif name and control.tag == "input":
            kind = control.get("type")
            if kind not in {"checkbox", "radio"} or control.get("checked") is not None:
                values.add(name, control.get("value", "on" if kind == "checkbox" else ""))
    return values


class PageClient:
    """Speaks for one browser; `sign_in` does what a person does."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.browser = app.test_client()

    def get(self, path: str, **kwargs: Any) -> Seen:
        return self._seen(self.browser.get(path, **kwargs), kwargs.get("headers"))

    def post(self, path: str, data: Any = None, **kwargs: Any) -> Seen:
        """A bare post, without a token unless `data` has one."""
        return self._seen(self.browser.post(path, data=data, **kwargs), kwargs.get("headers"))

    def submit(self, path: str, /, action: str | None = None, **values: Any) -> Seen:
        """Open the page, type `values` into its form and send it."""
        return self.send(self.get(path), action, **values)

    def send(self, seen: Seen, action: str | None = None, **values: Any) -> Seen:
        """Type `values` into the form of a page that is open, and send it."""
        data = seen.values(action)
        for name, value in values.items():
            data.setlist(name, [] if value is None else [value])
        return self.post(seen.form(action).get("action", ""), data)

    def follow(self, seen: Seen) -> Seen:
        """Where a 303 leads."""
        assert seen.status == 303, f"{seen.status}: {seen.text if seen.page is not None else ''}"
        return self.get(seen.to)

    def sign_in(self, user: User, password: str = PASSWORD) -> PageClient:
        """With the sign-in page."""
        seen = self.submit("/sign-in", email=user.email, password=password)
        assert seen.status == 303, seen.text
        return self

    def _seen(self, response: TestResponse, headers: Any) -> Seen:
        page, html = None, ""
        if response.mimetype != "application/pdf":
            html = response.get_data(as_text=True)
        if response.mimetype == "text/html" and response.status_code not in {204, 303}:
            if html.lstrip().startswith("<!doctype html>"):
                page = check_page(html, response.headers)
            else:
                assert headers, "a part of a page was sent to a browser that asked for all"
                page = check_fragment(html)
        response.close()
        if response.status_code == 303:
            assert not urlsplit(response.headers["Location"]).netloc
        return Seen(response, html, page)


__all__ = ["PageClient", "Seen", "parse"]
