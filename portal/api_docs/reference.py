"""The OpenAPI document in the order in which people read it: groups, operations, objects."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from markupsafe import Markup

from portal.api_docs.fields import Field, Shapes
from portal.api_docs.parts import Answer, Body, Group, Message, Operation, Refusal, Shown
from portal.api_docs.samples import address, coloured, curl, pretty

Json = dict[str, Any]
_COMMON = 0.4  # a refusal that so many operations have is told once, for all


class Reference:
    """The whole documentation; `base` is the address that paths come after."""

    def __init__(self, document: Json, base: str) -> None:
        self.title: str = document["info"]["title"]
        self.version: str = document["info"]["version"]
        self._document, self._base, self._shapes = document, base, Shapes(document)
        self._counted = Counter(
            (r.status, r.code) for _, _, raw in self._all() for r in self._refusals(raw)
        )
        self._most = _COMMON * len(list(self._all()))
        self.groups = [self._group(tag) for tag in document["tags"]]
        self.common = self._common()
        self.scopes = _scopes(document)

    def group(self, slug: str) -> Group | None:
        """The group of that address."""
        return next((group for group in self.groups if group.slug == slug), None)

    def search(self, words: str) -> list[tuple[Group, list[Operation]]]:
        """The operations that have all the words in their name, path, summary or codes."""
        wanted = words.casefold().split()
        found = [
            (group, [o for o in group.operations if all(w in _haystack(o) for w in wanted)])
            for group in self.groups
        ]
        return [(group, operations) for group, operations in found if operations]

    def _all(self) -> Iterator[tuple[str, str, Json]]:
        for path, methods in self._document["paths"].items():
            for method, raw in methods.items():
                yield path, method.upper(), raw

    def _group(self, tag: Json) -> Group:
        mine = [found for found in self._all() if tag["name"] in found[2]["tags"]]
        operations = [self._operation(*found) for found in mine]
        names = {a.object: None for o in operations for a in o.answers if a.object}
        return Group(
            name=tag["name"],
            slug=tag["name"].lower().replace(" ", "-"),
            description=tag["description"],
            operations=operations,
            messages=list(self._messages(tag["name"])),
            objects=[self._object(name) for name in names],
        )

    def _operation(self, path: str, method: str, raw: Json) -> Operation:
        whole = address(self._base, path, raw)
        return Operation(
            id=raw["operationId"],
            method=method,
            path=path,
            summary=raw["summary"],
            description=raw.get("description", ""),
            public=not raw["security"],
            deprecated=raw.get("deprecated", False),
            parameters=list(self._parameters(raw, "path", "query")),
            headers=[p["name"] for p in raw.get("parameters", []) if p["in"] == "header"],
            bodies=list(self._bodies(raw)),
            answers=list(self._answers(raw)),
            refusals=[r for r in self._refusals(raw) if not self._is_common(r)],
            curl=curl(method, whole, raw),
        )

    def _messages(self, tag: str) -> Iterator[Message]:
        for methods in self._document.get("webhooks", {}).values():
            for raw in (raw for raw in methods.values() if tag in raw["tags"]):
                media = raw["requestBody"]["content"]["application/json"]
                yield Message(
                    id=raw["operationId"],
                    summary=raw["summary"],
                    description=raw["description"],
                    headers=list(self._parameters(raw, "header")),
                    fields=self._shapes.fields(media["schema"]),
                    example=_example(media),
                )

    def _parameters(self, raw: Json, *places: str) -> Iterator[Field]:
        for found in raw.get("parameters", []):
            if found["in"] in places:
                schema = {**found["schema"], "description": found.get("description", "")}
                schema["deprecated"] = found.get("deprecated", False)
                yield self._shapes.one(found["name"], schema, required=found["required"])

    def _bodies(self, raw: Json) -> Iterator[Body]:
        content = raw.get("requestBody", {}).get("content", {})
        schema: Json = next((media["schema"] for media in content.values()), {})
        for option in schema.get("anyOf", [schema] if schema else []):
            whole = self._shapes.resolved(option)
            name = self._shapes.name_of(option) or "Body"
            if fields := self._shapes.fields(option):
                yield Body(name, whole.get("description", ""), fields)

    def _answers(self, raw: Json) -> Iterator[Answer]:
        for status, response in raw["responses"].items():
            if status >= "400":
                continue
            media = response.get("content", {}).get("application/json", {})
            item = self._shapes.resolved(media.get("schema", {})).get("properties", {}).get("data")
            named = media.get("schema", {}) if item is None else item.get("items", {})
            yield Answer(
                status=int(status),
                phrase=response["description"],
                object=self._shapes.name_of(named) or self._shapes.name_of(media.get("schema", {})),
                is_list=item is not None,
                example=_example(media),
            )

    def _refusals(self, raw: Json) -> Iterator[Refusal]:
        for status, response in raw["responses"].items():
            if status < "400":
                continue
            content = self._resolved(response)["content"]["application/problem+json"]
            for code, example in content["examples"].items():
                yield Refusal(int(status), code, self._resolved(example)["summary"])

    def _is_common(self, refusal: Refusal) -> bool:
        return self._counted[refusal.status, refusal.code] > self._most

    def _common(self) -> list[Refusal]:
        every = {r for _, _, raw in self._all() for r in self._refusals(raw) if self._is_common(r)}
        return sorted(every, key=lambda refusal: (refusal.status, refusal.code))

    def _object(self, name: str) -> Shown:
        schema = self._document["components"]["schemas"][name]
        return Shown(name, schema.get("description", ""), self._shapes.fields(schema))

    def _resolved(self, part: Json) -> Json:
        if "$ref" not in part:
            return part
        found: Any = self._document
        for name in part["$ref"].removeprefix("#/").split("/"):
            found = found[name]
        whole: Json = found
        return whole


def _example(media: Json) -> Markup | None:
    return coloured(pretty(media["example"])) if "example" in media else None


def _haystack(operation: Operation) -> str:
    codes = " ".join(refusal.code for refusal in operation.refusals)
    told = (operation.id, operation.method, operation.path, operation.summary, codes)
    return " ".join(told).casefold()


def _scopes(document: Json) -> dict[str, str]:
    """What each scope allows, as the flows of OAuth tell it."""
    schemes = document["components"]["securitySchemes"].values()
    flows = [flow for scheme in schemes for flow in scheme.get("flows", {}).values()]
    found: dict[str, str] = flows[0]["scopes"] if flows else {}
    return found
