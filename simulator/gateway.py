"""The gateway's side of a USSD call, as Africa's Talking plays it.

The callback is a form-encoded POST; ``text`` carries everything typed since the session began, joined by ``*``.
The answer is ``CON`` and a text that waits for a reply, or ``END`` and the last text of the session.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from time import perf_counter
from typing import Final
from uuid import uuid4

from httpx import AsyncClient, Response

from core.text.words import Code

NAME: Final = "africastalking"
OK: Final = 200
NETWORK: Final = "61001"


class EndStatus(Code):
    """How a session ended, in the gateway's words."""

    SUCCESS = "Success"
    INCOMPLETE = "Incomplete"
    FAILED = "Failed"


class GatewayError(Exception):
    """The call cannot go on."""


class NoSession(GatewayError):
    """A key was pressed while no session is open."""


class BadResponse(GatewayError):
    """The application answered something that a gateway cannot show: ``status`` (HTTP) and ``body`` say what."""

    def __init__(self, status: int, body: str) -> None:
        super().__init__(f"HTTP {status}: {body[:80]!r} is neither CON nor END")
        self.status = status
        self.body = body


@dataclass(frozen=True, slots=True)
class PhoneScreen:
    """What the phone shows; ``ends`` is true when the session is over and no reply is possible."""

    ends: bool
    text: str


def callback_of(gateway: str, token: str) -> str:
    """Where the telephone posts to dial through a gateway: its own callback, or the simulator's for another."""
    return f"/ussd/{NAME}/{token}" if gateway == NAME else f"/simulator/ussd/{gateway}"


def read_screen(response: Response) -> PhoneScreen:
    """The screen in a response; raises `BadResponse` when it is not a 200 that begins with ``CON `` or ``END ``."""
    kind, space, text = response.text.partition(" ")
    if response.status_code != OK or not space or kind not in {"CON", "END"}:
        raise BadResponse(response.status_code, response.text)
    return PhoneScreen(ends=kind == "END", text=text)


class UssdCall:
    """One phone on the line. Dialling again opens a new session, as after a call that was cut.

    ``callback`` is the path or address the gateway is set to; ``msisdn`` is E.164; ``network`` is MCC and MNC.
    The client decides the transport and the time limits.
    Every verb that posts raises `BadResponse` and what httpx raises.
    """

    def __init__(
        self,
        client: AsyncClient,
        callback: str,
        msisdn: str,
        *,
        service_code: str = "*384*1234#",
        network: str = NETWORK,
    ) -> None:
        self.client = client
        self.callback = callback
        self.msisdn = msisdn
        self.service_code = service_code
        self.network = network
        self.session_id = ""
        self.screen: PhoneScreen | None = None
        self.hops = 0
        self._inputs: list[str] = []
        self._opened = 0.0

    @property
    def typed(self) -> str:
        """Everything typed since the session began, joined by ``*``: the form's ``text``."""
        return "*".join(self._inputs)

    async def dial(self, deep: str = "") -> PhoneScreen:
        """Open a session; ``deep`` is what follows the code, ``1*2`` for ``*384*1234*1*2#``."""
        self.session_id = f"ATUid_{uuid4().hex}"
        self.screen = None
        self.hops = 0
        self._inputs = deep.split("*") if deep else []
        self._opened = perf_counter()
        return await self._hop()

    async def reply(self, key: str) -> PhoneScreen:
        """Send a key or some words. Raises `NoSession` before a dial and after the last screen."""
        if not self.session_id:
            raise NoSession("nothing was dialled")
        if self.screen is not None and self.screen.ends:
            raise NoSession("the last screen ended the session")
        self._inputs.append(key)
        return await self._hop()

    async def repeat(self) -> PhoneScreen:
        """Post the last form once more, as a gateway does that missed the answer. Raises `NoSession` before a dial.

        The form is fixed before `reply` first waits, so ``gather(call.reply("1"), call.repeat())`` sends one hop twice
        at the same moment.
        """
        if not self.session_id:
            raise NoSession("nothing was dialled")
        return await self._post()

    async def end_event(self, status: str = EndStatus.SUCCESS, *, error: str = "") -> Response:
        """Tell the application how the session ended, at the callback's ``/events``. Raises `NoSession` before a dial.

        ``Incomplete`` is a call cut or left; ``Failed`` is a gateway that gave up. The answer is returned as it came.
        """
        if not self.session_id:
            raise NoSession("nothing was dialled")
        return await self.client.post(
            f"{self.callback}/events",
            data={
                "date": datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S"),
                "sessionId": self.session_id,
                "serviceCode": self.service_code,
                "networkCode": self.network,
                "phoneNumber": self.msisdn,
                "status": str(status),
                "cost": "0",
                "durationInMillis": str(round((perf_counter() - self._opened) * 1000)),
                "hopsCount": str(self.hops),
                "input": self.typed,
                "lastAppResponse": _as_answered(self.screen),
                "errorMessage": error,
            },
        )

    async def _hop(self) -> PhoneScreen:
        self.hops += 1
        return await self._post()

    async def _post(self) -> PhoneScreen:
        response = await self.client.post(
            self.callback,
            data={
                "sessionId": self.session_id,
                "serviceCode": self.service_code,
                "phoneNumber": self.msisdn,
                "networkCode": self.network,
                "text": self.typed,
            },
        )
        self.screen = read_screen(response)
        return self.screen


def _as_answered(screen: PhoneScreen | None) -> str:
    if screen is None:
        return ""
    return f"{'END' if screen.ends else 'CON'} {screen.text}"
