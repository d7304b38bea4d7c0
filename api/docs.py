"""The documents as a page: made of the OpenAPI document, and of nothing from elsewhere; no script runs in it."""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any, Final

from api.problems import SENTENCES, ApiProblem

STYLE: Final = (
    "body{font:1rem/1.5 system-ui,sans-serif;max-width:60rem;margin:0 auto;padding:1rem;color:#1b1b1b;background:#fff}"
    "code,pre{font-family:ui-monospace,monospace;background:#f2f2f2;overflow-wrap:anywhere}pre{padding:.5rem}"
    "table{border-collapse:collapse;width:100%}th,td{border:1px solid #767676;padding:.25rem .5rem;text-align:left;"
    "vertical-align:top}section{border-top:1px solid #767676;margin-top:1.5rem}a{color:#004a99}"
)
POLICY: Final = (
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    f"style-src 'sha256-{base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()}'"
)


def page(document: Mapping[str, Any]) -> str:
    """The page of a document."""
    doors = [
        (method, path, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]
    schemas = document["components"]["schemas"]
    parts = [
        f"<h1>Jigi API {escape(document['info']['version'])}</h1>",
        f"<p>{escape(document['info']['description'])}</p>",
        '<p><a href="openapi.json">OpenAPI 3.1</a></p>',
        "<nav><h2>Portes · Doors</h2><ul>",
        *(
            f'<li><a href="#{operation["operationId"]}"><code>{method.upper()} {escape(path)}</code></a> '
            f"{escape(operation['summary'])}</li>"
            for method, path, operation in doors
        ),
        "</ul></nav>",
        *(_door(method, path, operation) for method, path, operation in doors),
        "<section><h2>Objets · Objects</h2>",
        *(_schema(name, schema) for name, schema in sorted(schemas.items())),
        "</section><section><h2>Problèmes · Problems (RFC 9457)</h2>",
        _table(("", "", "", ""), [_problem(kind) for kind in ApiProblem]),
        "</section>",
    ]
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Jigi API</title>'
        f'<meta name="viewport" content="width=device-width"><style>{STYLE}</style></head><body><main>'
        f"{''.join(parts)}</main></body></html>"
    )


def _door(method: str, path: str, operation: Mapping[str, Any]) -> str:
    asked = [
        (
            f"<code>{escape(each['name'])}</code>",
            each["in"],
            _kind(each["schema"]),
            escape(each.get("description") or each["schema"].get("description", "")),
        )
        for each in operation["parameters"]
    ]
    body = operation.get("requestBody")
    takes = f"<p>→ {_kind(body['content']['application/json']['schema'])}</p>" if body else ""
    responses = [
        (status, _content(response), escape(response["description"]))
        for status, response in operation["responses"].items()
    ]
    return (
        f'<section id="{operation["operationId"]}"><h2><code>{method.upper()} {escape(path)}</code></h2>'
        f'<p>{escape(operation["summary"])}. <span lang="fr">{escape(operation["description"])}</span></p>'
        f"{_table(('name', 'in', 'type', ''), asked)}{takes}{_table(('status', '', ''), responses)}</section>"
    )


def _content(response: Mapping[str, Any]) -> str:
    return " ".join(_kind(each["schema"]) for each in response.get("content", {}).values())


def _schema(name: str, schema: Mapping[str, Any]) -> str:
    words = escape(schema.get("description", ""))
    if "enum" in schema:
        values = ", ".join(f"<code>{escape(str(value))}</code>" for value in schema["enum"])
        return f'<h3 id="{escape(name)}">{escape(name)}</h3><p>{words}</p><p>{values}</p>'
    rows = [
        (f"<code>{escape(each)}</code>", _kind(inner), escape(inner.get("description", "")))
        for each, inner in schema.get("properties", {}).items()
    ]
    return f'<h3 id="{escape(name)}">{escape(name)}</h3><p>{words}</p>{_table(("field", "type", ""), rows)}'


def _problem(kind: ApiProblem) -> tuple[str, ...]:
    sentences = SENTENCES[kind]
    return (
        f'<code id="{kind.value}">{kind.value}</code>',
        str(sentences.status),
        escape(" : ".join(sentences.fr)),
        escape(": ".join(sentences.en)),
    )


def _kind(schema: Mapping[str, Any]) -> str:
    """A type in a word, linked to where it is told."""
    if "$ref" in schema:
        name = escape(schema["$ref"].rsplit("/", 1)[-1])
        return f'<a href="#{name}">{name}</a>'
    if "anyOf" in schema:
        return " | ".join(_kind(each) for each in schema["anyOf"])
    if "enum" in schema:
        return " | ".join(f"<code>{escape(str(each))}</code>" for each in schema["enum"])
    if schema.get("type") == "array":
        return f"[{_kind(schema.get('items', {}))}]"
    return escape(str(schema.get("format") or schema.get("type", "")))


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    if not rows:
        return ""
    head = "".join(f'<th scope="col">{escape(each)}</th>' for each in heads) if any(heads) else ""
    body = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    return f"<table>{f'<tr>{head}</tr>' if head else ''}{body}</table>"
