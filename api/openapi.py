"""The OpenAPI document (3.1), made of the doors: what they take and give is what the code takes and gives."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from api.doors import ROOT, Door
from api.problems import MEDIA, SENTENCES, ApiProblem, ProblemDetails
from api.pushes import IDEMPOTENCY_KEY
from core.schema.identity import program

OF_ALL: Final = (
    ApiProblem.NO_KEY, ApiProblem.UNKNOWN_KEY, ApiProblem.EXPIRED_KEY, ApiProblem.WITHDRAWN_KEY, ApiProblem.OTHER_SCOPE,
    ApiProblem.TOO_MANY_REQUESTS, ApiProblem.NOT_NOW,
)  # fmt: skip
"""What may be answered at every door."""

OF_A_BODY: Final = (ApiProblem.NO_JSON, ApiProblem.INVALID, ApiProblem.TOO_LARGE, ApiProblem.OTHER_TYPE)
ABOUT: Final = (
    "Ce que d'autres systèmes poussent à Jigi et y lisent. What other systems push to Jigi and read there. "
    "Moments are UTC, money is whole F CFA, cursors are opaque, reasons and remarks are French."
)


def document(doors: Sequence[Door]) -> dict[str, Any]:
    """The document of these doors."""
    refs, schemas = _schemas(doors)
    paths: dict[str, dict[str, Any]] = {}
    for door in doors:
        paths.setdefault(ROOT + door.path, {})[door.method.lower()] = _operation(door, refs)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Jigi",
            "version": f"1 ({program()})",
            "summary": "Way in for other systems",
            "description": ABOUT,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "security": [{"key": []}],
        "tags": [{"name": tag} for tag in dict.fromkeys(_tag(door) for door in doors)],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "key": {"type": "http", "scheme": "bearer", "description": "A key of the system: jigi_…"},
                "basic": {"type": "http", "scheme": "basic", "description": "A key as the password of any user."},
            },
        },
    }


Refs = Mapping[Any, Mapping[str, Any]]


def _schemas(doors: Sequence[Door]) -> tuple[Refs, dict[str, Any]]:
    asked: dict[tuple[type[BaseModel], JsonSchemaMode], None] = {(ProblemDetails, "serialization"): None}
    for door in doors:
        asked[door.gives, "serialization"] = None
        if door.takes:
            asked[door.takes, "validation"] = None
    refs, made = models_json_schema(list(asked), ref_template="#/components/schemas/{model}")
    return refs, made["$defs"]


def _operation(door: Door, refs: Refs) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": re.sub(r"\W+", "_", door.name),
        "tags": [_tag(door)],
        "summary": door.en,
        "description": f"{door.fr}.{_scopes(door)}",
        **({"security": [{"key": []}, {"basic": []}]} if door.by_basic else {}),
        "parameters": [*_of_path(door), *_of_query(door), *_of_headers(door)],
        "responses": {**_answers(door, refs), **_problems(door)},
    }
    if door.takes:
        content = {"application/json": {"schema": dict(refs[door.takes, "validation"])}}
        operation["requestBody"] = {"required": True, "content": content}
    return operation


def _tag(door: Door) -> str:
    return door.path.split("/")[1]


def _scopes(door: Door) -> str:
    if not door.scopes:
        return ""
    return f" Scope: {' or '.join(f'`{scope}`' for scope in sorted(door.scopes))}."


def _of_path(door: Door) -> list[dict[str, Any]]:
    if not door.has_number:
        return []
    return [{"name": "number", "in": "path", "required": True, "schema": {"type": "integer", "minimum": 0}}]


def _of_query(door: Door) -> list[dict[str, Any]]:
    schema = door.query.model_json_schema(ref_template="#/components/schemas/{model}")
    own = schema.get("$defs", {})
    return [
        {
            "name": name,
            "in": "query",
            "required": name in schema.get("required", ()),
            "schema": _inlined(_without_null(each), own),
        }
        for name, each in schema.get("properties", {}).items()
    ]


def _without_null(schema: Mapping[str, Any]) -> dict[str, Any]:
    """What stands in an address is there or is not, and never null."""
    kinds = [each for each in schema.get("anyOf", ()) if each != {"type": "null"}]
    rest = {name: value for name, value in schema.items() if name not in ("anyOf", "title", "default")}
    return {**rest, **kinds[0]} if len(kinds) == 1 else {**schema}


def _inlined(schema: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    ref = schema.get("$ref")
    if ref is None:
        return dict(schema)
    rest = {name: value for name, value in schema.items() if name != "$ref"}
    return {**own[ref.rsplit("/", 1)[-1]], **rest}


def _of_headers(door: Door) -> list[dict[str, Any]]:
    headers = [
        {
            "name": "Accept-Language",
            "in": "header",
            "required": False,
            "schema": {"type": "string"},
            "description": "Problems are told in `fr` or `en`.",
        }
    ]
    if door.method == "GET":
        words = "The ETag of what one has: 304 where it is the same."
        headers.append(
            {"name": "If-None-Match", "in": "header", "required": False, "schema": {"type": "string"},
             "description": words}
        )  # fmt: skip
    if door.once:
        schema = {"type": "string", "pattern": f"^{IDEMPOTENCY_KEY.pattern}$"}
        words = "The same for the same batch: sent again, it is taken once."
        headers.append(
            {"name": "Idempotency-Key", "in": "header", "required": True, "schema": schema, "description": words}
        )
    return headers


def _answers(door: Door, refs: Refs) -> dict[str, Any]:
    content = {"application/json": {"schema": dict(refs[door.gives, "serialization"])}}
    fields = {"description": door.en, "content": content}
    if door.method == "GET":
        etag = {"ETag": {"schema": {"type": "string"}}}
        return {"200": {**fields, "headers": etag}, "304": {"description": "It is what one has."}}
    responses = {str(int(door.status)): fields}
    if door.once:
        responses["200"] = {**fields, "description": "It was taken before."}
    return responses


def _problems(door: Door) -> dict[str, Any]:
    kinds = [*OF_ALL, *door.problems, *(OF_A_BODY if door.takes else (ApiProblem.INVALID,))]
    if door.has_number:
        kinds.append(ApiProblem.NOT_FOUND)
    if door.once:
        kinds.append(ApiProblem.NO_IDEMPOTENCY_KEY)
    by_status: dict[int, list[ApiProblem]] = {}
    for kind in kinds:
        by_status.setdefault(SENTENCES[kind].status, []).append(kind)
    content = {MEDIA: {"schema": {"$ref": "#/components/schemas/ProblemDetails"}}}
    return {
        str(status): {"description": ", ".join(f"`{kind}`" for kind in dict.fromkeys(same)), "content": content}
        for status, same in sorted(by_status.items())
    }
