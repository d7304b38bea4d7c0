"""The telephone in a terminal: what it draws, how one hangs up, how it says that it cannot."""

import io
import signal
import socket
from collections.abc import Callable, Iterator

import httpx
import pytest
from rich.console import Console
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from simulator.terminal import dial
from tests.simulator.tiny_line import TOKEN, TinyLine

CALLER = "+22376123456"


class Terminal:
    """A person before a terminal: types the given lines, then closes the input; `shown` is all that was printed."""

    def __init__(self, *lines: str) -> None:
        self._lines: Iterator[str] = iter(lines)
        self.out = Console(file=io.StringIO(), width=80, force_terminal=False)

    def read(self, prompt: str) -> str:
        try:
            return next(self._lines)
        except StopIteration:
            raise EOFError from None

    @property
    def shown(self) -> str:
        assert isinstance(self.out.file, io.StringIO)
        return self.out.file.getvalue()


async def call(
    app: Starlette, terminal: Terminal, *, token: str = TOKEN, deep: str = "", read: Callable[[str], str] | None = None
) -> bool:
    return await dial(
        "http://jigi.test",
        CALLER,
        token=token,
        service_code="*384*1234#",
        deep=deep,
        out=terminal.out,
        read=read or terminal.read,
        transport=httpx.ASGITransport(app),
    )


async def test_a_call_to_its_end(line: TinyLine) -> None:
    terminal = Terminal("2", "Awa")
    assert await call(line.app(), terminal)
    assert "+22376123456 dials *384*1234#" in terminal.shown
    assert "│ 1. Mon paiement " in terminal.shown
    assert "68/182" in terminal.shown
    assert "┃ Merci Awa " in terminal.shown
    assert [hop["text"] for hop in line.hops] == ["", "2", "2*Awa"]
    assert [event["status"] for event in line.events] == ["Success"]


async def test_a_deep_code_goes_straight_there(line: TinyLine) -> None:
    terminal = Terminal()
    assert await call(line.app(), terminal, deep="1")
    assert "dials *384*1234*1#" in terminal.shown
    assert "30 000 F CFA" in terminal.shown


async def test_two_empty_lines_hang_up(line: TinyLine) -> None:
    terminal = Terminal("", "", "1")
    assert await call(line.app(), terminal)
    assert "Enter once more to hang up." in terminal.shown
    assert "You hung up." in terminal.shown
    assert len(line.hops) == 1
    assert [event["status"] for event in line.events] == ["Incomplete"]


async def test_one_empty_line_is_forgiven(line: TinyLine) -> None:
    assert await call(line.app(), Terminal("", "1"))
    assert [hop["text"] for hop in line.hops] == ["", "1"]


async def test_the_end_of_the_input_hangs_up(line: TinyLine) -> None:
    assert await call(line.app(), Terminal())
    assert [event["status"] for event in line.events] == ["Incomplete"]


async def test_ctrl_c_hangs_up(line: TinyLine) -> None:
    def interrupted(_: str) -> str:
        signal.raise_signal(signal.SIGINT)
        return "1"

    before = signal.getsignal(signal.SIGINT)
    assert await call(line.app(), Terminal(), read=interrupted)
    assert len(line.hops) == 1
    assert [event["status"] for event in line.events] == ["Incomplete"]
    assert signal.getsignal(signal.SIGINT) is before


async def test_a_refused_token_is_said(line: TinyLine) -> None:
    terminal = Terminal()
    assert not await call(line.app(), terminal, token="wrong")
    assert "JIGI_CALLBACK_TOKENS" in terminal.shown


async def test_an_answer_that_is_no_screen_is_said(line: TinyLine) -> None:
    terminal = Terminal("3")
    assert not await call(line.app(), terminal)
    assert "HTTP 500" in terminal.shown


@pytest.mark.parametrize(
    ("text", "measure"),
    [("{€}", "6/182"), ("n sɛbɛn", "not in GSM-7"), ("a" * 183, "183/182")],
)
async def test_the_length_is_the_network_s(text: str, measure: str) -> None:
    async def answer(_: object) -> PlainTextResponse:
        return PlainTextResponse(f"END {text}")

    terminal = Terminal()
    await call(Starlette(routes=[Route("/ussd/africastalking/demo", answer, methods=["POST"])]), terminal)
    assert measure in terminal.shown


async def test_nobody_at_the_address_is_said() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{closed.getsockname()[1]}"
    terminal = Terminal()
    assert not await dial(address, CALLER, token=TOKEN, service_code="*384*1234#", out=terminal.out, read=terminal.read)
    assert f"Nobody answers at {address}" in terminal.shown


async def test_a_line_that_is_too_slow_is_said() -> None:
    async def late(_: httpx.Request) -> httpx.Response:
        raise httpx.ReadTimeout("late")

    terminal = Terminal()
    assert not await dial(
        "http://jigi.test",
        CALLER,
        token=TOKEN,
        service_code="*384*1234#",
        out=terminal.out,
        read=terminal.read,
        transport=httpx.MockTransport(late),
    )
    assert "No answer within 15 seconds." in terminal.shown
