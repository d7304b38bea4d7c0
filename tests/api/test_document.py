"""The OpenAPI document is one by the standard, and says of every door what the door does."""

import json
import re
from contextlib import suppress
from typing import Any, Final

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from openapi_spec_validator import OpenAPIV31SpecValidator
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS, load_all_checks

from api import openapi
from api.problems import SENTENCES, ApiProblem
from api.v1 import DOORS
from core.systems.scopes import KeyScope
from tests.api.conftest import Hold, System
from tests.support.database import change

EXAMPLES: Final = 6
"""Requests that are made up for each door, half of them of another form than it describes."""

DOCUMENT: Final = openapi.document(DOORS)


def test_it_is_an_openapi_document() -> None:
    assert [error.message for error in OpenAPIV31SpecValidator(DOCUMENT).iter_errors()] == []
    operations = [each for methods in DOCUMENT["paths"].values() for each in methods.values()]
    assert len(operations) == len(DOORS)
    assert len({each["operationId"] for each in operations}) == len(DOORS)
    for each in operations:
        assert each["summary"]
        assert re.match(r"[A-ZÉÀÊ]", each["description"])
        assert {"401", "429", "503"} <= set(each["responses"])


def test_each_door_asks_a_scope_of_its_own_but_for_the_one_that_tells_them() -> None:
    assert [door.name for door in DOORS if not door.scopes] == ["key"]
    elsewhere = {KeyScope.READ_WORDS, KeyScope.READ_ENROLMENTS}  # of what a door shows, and of SPDCI
    assert frozenset().union(*(door.scopes for door in DOORS)) | elsewhere == frozenset(KeyScope)


async def test_the_page_shows_all_of_it_and_asks_nobody_else(hold: Hold) -> None:
    reader = await hold(KeyScope.READ_FIGURES)
    del reader.http.headers["Authorization"]
    assert await reader.get("/openapi.json") == json.loads(json.dumps(DOCUMENT))
    page = await reader.http.get("/docs")
    assert page.headers["content-security-policy"].startswith("default-src 'none'")
    assert not re.search(r"(?:src|href)=\"(?!#|openapi\.json)|<script|url\(", page.text)
    for door in DOORS:
        assert f"{door.method} /api/v1{door.path}" in page.text
    for problem in ApiProblem:
        assert f'id="{problem.value}"' in page.text
    links = set(re.findall(r'href="#([^"]+)"', page.text))
    assert links <= set(re.findall(r'id="([^"]+)"', page.text))
    assert set(SENTENCES) == set(ApiProblem)


def made_up(operation: Any) -> list[Any]:
    """Requests to a door as it describes them, and others that it does not describe."""
    cases: list[Any] = []
    asks = operation.body or operation.query or operation.path_parameters
    for mode in (GenerationMode.POSITIVE, *([GenerationMode.NEGATIVE] if asks else [])):

        @settings(
            max_examples=EXAMPLES // 2, database=None, derandomize=True, deadline=None, phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )  # fmt: skip
        @given(operation.as_strategy(generation_mode=mode))
        def collect(case: Any) -> None:
            cases.append(case)

        with suppress(Unsatisfiable):  # a door that asks for nothing is asked for nothing else
            collect()
    return cases


@pytest.mark.filterwarnings("ignore")
async def test_every_door_does_what_it_says_whatever_is_sent(hold: Hold) -> None:
    system = await hold(*KeyScope)
    load_all_checks()
    document = schemathesis.openapi.from_dict({**DOCUMENT, "security": []})  # keys are test_doors' matter
    checks = [CHECKS.get_one(name) for name in CHECKED]
    asked = 0
    for found in document.get_all_operations():
        for case in made_up(found.ok()):  # type: ignore[union-attr]  # test_it_is_an_openapi_document says so
            await conforms(system, case, checks)
            asked += 1
        await change("DELETE FROM import_batch")
    assert asked > len(DOORS) * EXAMPLES * 3 / 4


CHECKED: Final = (
    "not_a_server_error", "status_code_conformance", "content_type_conformance", "response_schema_conformance",
    "negative_data_rejection",
)  # fmt: skip


async def conforms(system: System, case: Any, checks: Any) -> None:
    """Send what was made up, and hold the answer against the document."""
    sent = case.as_transport_kwargs(base_url="http://api.test")
    headers = {**dict(sent.get("headers") or {}), "Authorization": system.http.headers["Authorization"]}
    request = {name: sent[name] for name in ("params", "json", "cookies") if sent.get(name) is not None}
    body = sent.get("data")
    answer = await system.http.request(sent["method"], sent["url"], headers=headers, content=body, **request)
    case.validate_response(answer, checks=checks)
