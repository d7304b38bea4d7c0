"""The simulator's telephone through gateways that it does not speak: what it posts becomes a hop of theirs.

The telephone posts Africa's Talking's form, with all that was typed, to `/simulator/ussd/{gateway}`; behind that stands
a phone of the gateway, which says the last input alone.
"""

from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Final, Protocol

import httpx
import structlog
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from core.platform.settings import Settings
from core.platform.smpp.accounts import SmppAccount, read_accounts
from core.platform.smpp.options import SmppOption
from simulator.gateway import GatewayError, PhoneScreen
from simulator.last_input import LastInputPhone
from simulator.smsc import StandInSmsc
from simulator.smsc_phones import SmscLine
from ussd import lastinput, smpp
from ussd.conventions import read_convention

log = structlog.get_logger(__name__)

CALLBACK: Final = "/simulator/ussd/{gateway}"
MOST_CALLS: Final = 200
LOOPBACK: Final = ("127.0.0.1", "localhost", "::1")


class PhoneBehind(Protocol):
    """A phone behind some gateway."""

    async def dial(self, deep: str = "") -> PhoneScreen: ...

    async def reply(self, key: str) -> PhoneScreen: ...

    async def repeat(self) -> PhoneScreen: ...

    async def end_event(self, status: str = "Incomplete") -> object: ...


Phones = Callable[[Request, str], PhoneBehind]
"""Gives the phone of a number, as whoever asks sees the application."""


class Dialling:
    """The calls that are under way through gateways that have phones here."""

    def __init__(self, phones: Mapping[str, Phones]) -> None:
        self._phones = phones
        self._calls: OrderedDict[str, tuple[PhoneBehind, str]] = OrderedDict()

    def routes(self) -> list[Route]:
        """Where the telephone posts."""
        return [
            Route(CALLBACK, self._posted, methods=["POST"]),
            Route(f"{CALLBACK}/events", self._ended, methods=["POST"]),
        ]

    async def _posted(self, request: Request) -> Response:
        gateway = request.path_params["gateway"]
        if gateway not in self._phones:
            return PlainTextResponse("Not Found", status_code=404)
        form = await request.form()
        session_id, typed = str(form.get("sessionId", "")), str(form.get("text", ""))
        phone, before = self._calls.pop(session_id, (None, ""))
        try:
            if phone is None:
                phone = self._phones[gateway](request, str(form.get("phoneNumber", "")))
                screen = await phone.dial(typed)
            elif typed == before:
                screen = await phone.repeat()
            else:
                screen = await phone.reply(typed.removeprefix(before).removeprefix("*"))
        except GatewayError as error:
            return PlainTextResponse(str(error), status_code=502)
        self._calls[session_id] = phone, typed
        while len(self._calls) > MOST_CALLS:
            self._calls.popitem(last=False)
        return PlainTextResponse(f"{'END' if screen.ends else 'CON'} {screen.text}")

    async def _ended(self, request: Request) -> Response:
        form = await request.form()
        phone, _ = self._calls.pop(str(form.get("sessionId", "")), (None, ""))
        if phone is not None:
            await phone.end_event(str(form.get("status", "")))
        return PlainTextResponse("ok")


class DemoGateways:
    """What stands on the other side of the gateways that are switched on, as far as it can be played here."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._token = settings.callback_tokens[0]
        self._accounts = self._on_loopback()
        self._behind: SmscLine | None = None

    @property
    def phones(self) -> dict[str, Phones]:
        """The phones of each gateway that has some."""
        phones: dict[str, Phones] = {}
        if self._accounts:
            phones[smpp.NAME] = self._by_smpp
        if lastinput.NAME in self._settings.ussd_gateways:
            phones[lastinput.NAME] = self._by_last_input
        return phones

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Be the SMSC that the line binds to, where that is on this machine and nobody else is it."""
        if not self._accounts:
            yield
            return
        by_reference = read_convention(self._settings.smpp_ussd_convention).session is SmppOption.USER_MESSAGE_REFERENCE
        smsc = StandInSmsc(self._accounts[0].port)
        self._behind = SmscLine(smsc, by_reference=by_reference, service_code=self._settings.service_code)
        async with smsc.running(), self._behind.running():
            yield

    def _on_loopback(self) -> tuple[SmppAccount, ...]:
        if smpp.NAME not in self._settings.ussd_gateways:
            return ()
        accounts = read_accounts(smpp.URL, self._settings.smpp_ussd_url.get_secret_value())
        return tuple(account for account in accounts if account.host in LOOPBACK)

    def _by_smpp(self, _: Request, msisdn: str) -> PhoneBehind:
        if self._behind is None:
            raise GatewayError("no SMSC stands here")
        return self._behind.phone(msisdn)

    def _by_last_input(self, request: Request, msisdn: str) -> PhoneBehind:
        here = f"http://{request.headers.get('host', 'localhost')}"
        client = httpx.AsyncClient(transport=httpx.ASGITransport(app=request.app), base_url=here)
        settings = self._settings
        fields = lastinput.read_fields(settings)
        callback = f"/ussd/{lastinput.NAME}/{self._token}"
        return LastInputPhone(client, callback, msisdn, fields, service_code=settings.service_code)
