"""A request has one id: the balancer's where it is one, in the answer and in each line of the log."""

import json

import httpx
import pytest
import structlog
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from core.platform import logs
from core.platform.request_ids import HEADER, RequestIds, current_id, is_id

OURS = "4bf92f3577b34da6a3ce929d0e0e4736"
DASHED = "4bf92f35-77b3-4da6-a3ce-929d0e0e4736"


async def asked(given: str | None) -> httpx.Response:
    async def page(_: Request) -> Response:
        structlog.get_logger("t").info("answered", phone="+22370000001")
        return PlainTextResponse(current_id())

    app = RequestIds(Starlette(routes=[Route("/", page)]))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://line") as client:
        return await client.get("/", headers={HEADER: given} if given else {})


@pytest.mark.parametrize("given", [OURS, DASHED, DASHED.upper()])
async def test_the_id_of_the_balancer_is_kept_in_answer_and_log(given: str, capsys: pytest.CaptureFixture[str]) -> None:
    logs.set_up("INFO")
    answer = await asked(given)
    assert answer.text == answer.headers[HEADER] == given.lower()
    line = json.loads(capsys.readouterr().err.splitlines()[-1])
    assert line["request"] == given.lower()
    assert "70000001" not in line["phone"]
    assert current_id() == ""


@pytest.mark.parametrize("given", [None, "", "+22370000001", "22370000001" * 3, "0" * 32, "x" * 4000, OURS + "\tb"])
async def test_what_is_no_id_is_replaced_by_ours(given: str | None) -> None:
    answer = await asked(given)
    assert is_id(answer.text)
    assert answer.text != given
