"""What we rely on in the gateway's SDK: one private method and one private name of it are overridden.

When this fails, the SDK has changed there: read its release notes, and look at `_Carried` in
`sms/outbox/africastalking.py` before the version is raised.
"""

import inspect
from importlib.metadata import version
from pathlib import Path
from typing import Any

import httpx
import pytest
from africastalking.Application import ApplicationService
from africastalking.Service import Service
from africastalking.SMS import SMSService

from core.platform.settings import Settings
from sms.outbox.africastalking import _Account, _Carried, _Messaging

ROOT = Path(__file__).parents[3]
ASKED = {"callback", "data", "headers", "params", "timeout"}
AWA = "+22376000001"


def test_the_version_is_the_one_that_was_read() -> None:
    pinned = f"africastalking=={version('africastalking')}"
    assert pinned in (ROOT / "constraints.txt").read_text().splitlines()


def test_the_method_takes_what_ours_takes() -> None:
    theirs = list(inspect.signature(Service._make_request).parameters)
    ours = list(inspect.signature(_Carried._make_request).parameters)
    assert theirs == ["self", "url", "method", "headers", "data", "params", "callback", "timeout"]
    assert ours[:-1] == theirs[:6], "and the rest is ours to leave"


@pytest.mark.parametrize("kind", [_Messaging, _Account])
def test_ours_is_the_one_that_is_called(kind: type[Any]) -> None:
    assert kind._make_request is _Carried._make_request
    assert "_make_request" not in vars(SMSService) | vars(ApplicationService)


@pytest.mark.parametrize(
    ("kind", "ask", "url", "method"),
    [
        (
            SMSService,
            lambda service: service.send("Bonjour", [AWA], sender_id="JIGI", enqueue=True),
            "messaging",
            "POST",
        ),
        (ApplicationService, lambda service: service.fetch_application_data(), "user", "GET"),
    ],
    ids=["messaging", "account"],
)
def test_every_request_of_the_sdk_passes_there_with_the_base_url(
    monkeypatch: pytest.MonkeyPatch, kind: type[Any], ask: Any, url: str, method: str
) -> None:
    """It is called as it always was, address and method in their places, the rest by name; its answer comes back."""
    asked: list[tuple[tuple[Any, ...], dict[str, Any]]] = []

    def remembered(_: Any, *args: Any, **named: Any) -> str:
        asked.append((args, named))
        return "the answer"

    monkeypatch.setattr(Service, "_make_request", remembered)
    service = kind("jigi", "the key")
    service._baseUrl = "http://stand-in/version1"
    assert ask(service) == "the answer"
    ((args, named),) = asked
    assert args == (f"http://stand-in/version1/{url}", method)
    assert set(named) == ASKED
    assert named["headers"]["apiKey"] == "the key"


async def test_ours_asks_the_address_that_is_set() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, text=str(request.url))

    async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as client:
        account = _Account(Settings(sms_username="jigi", sms_gateway_url="http://127.0.0.1:9/"), client)
        asked = await account.fetch_application_data()
    assert asked.text == "http://127.0.0.1:9/version1/user?username=jigi"
