"""The telephone in a terminal: the screen as a box, the keys as lines."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import current_thread, main_thread
from typing import Final

import httpx
from rich import box
from rich.console import Console
from rich.panel import Panel
from rich.text import Text

from core.text.alphabet import Alphabet, alphabet
from simulator.gateway import NAME, BadResponse, EndStatus, PhoneScreen, UssdCall, callback_of

PATIENCE_SECONDS: Final = 15.0
SCREEN_COLUMNS: Final = 36
NOT_FOUND: Final = 404


async def dial(
    base_url: str,
    msisdn: str,
    *,
    token: str,
    service_code: str,
    gateway: str = NAME,
    deep: str = "",
    out: Console,
    read: Callable[[str], str] = input,
    alphabet_name: str = "gsm7",
    transport: httpx.AsyncBaseTransport | None = None,
) -> bool:
    """Make one call from ``msisdn`` and talk until it ends; false when the line could not be reached or understood.

    ``read`` takes a prompt and returns a line, as `input` does. Two empty lines, Ctrl-C or Ctrl-D hang up.
    ``deep`` is what follows the code, ``1*2`` for ``*384*1234*1*2#``. Without ``transport``, real HTTP is spoken.
    Another ``gateway`` than Africa's Talking is dialled through at the simulator of a demonstration.
    """
    async with httpx.AsyncClient(
        base_url=base_url, timeout=PATIENCE_SECONDS, transport=transport, trust_env=False
    ) as client:
        call = UssdCall(client, callback_of(gateway, token), msisdn, service_code=service_code)
        try:
            await _talk(call, deep, out, read, alphabet(alphabet_name))
        except BadResponse as error:
            out.print(Text(_explained(error), style="bold red"))
        except httpx.TimeoutException:
            out.print(Text(f"No answer within {PATIENCE_SECONDS:g} seconds.", style="bold red"))
        except httpx.TransportError:
            out.print(Text(f"Nobody answers at {base_url}. Is the server running? Try: make demo", style="bold red"))
        else:
            return True
    return False


async def _talk(call: UssdCall, deep: str, out: Console, read: Callable[[str], str], carried: Alphabet) -> None:
    out.print(Text(f"{call.msisdn} dials {_dialled(call.service_code, deep)}", style="bold"))
    screen = await call.dial(deep)
    out.print(_drawn(screen, carried))
    while not screen.ends:
        key = _key(out, read)
        if key is None:
            out.print("You hung up.")
            await call.end_event(EndStatus.INCOMPLETE)
            return
        screen = await call.reply(key)
        out.print(_drawn(screen, carried))
    await call.end_event(EndStatus.SUCCESS)


def _key(out: Console, read: Callable[[str], str]) -> str | None:
    """What the person types, or None when they hang up."""
    for hint in ("Enter once more to hang up.", ""):
        try:
            with _ctrl_c_interrupts():
                typed = read("> ").strip()
        except (EOFError, KeyboardInterrupt):
            out.print()
            return None
        if typed:
            return typed
        out.print(Text(hint, style="dim"))
    return None


@contextmanager
def _ctrl_c_interrupts() -> Iterator[None]:
    """Give Ctrl-C back to the line being read: asyncio would only note it, and a blocked read would go on."""
    if current_thread() is not main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _dialled(service_code: str, deep: str) -> str:
    if not deep:
        return service_code
    return f"{service_code.removesuffix('#')}*{deep}#"


def _drawn(screen: PhoneScreen, carried: Alphabet) -> Panel:
    return Panel(
        Text(screen.text),
        box=box.HEAVY if screen.ends else box.ROUNDED,
        width=SCREEN_COLUMNS,
        title="end" if screen.ends else None,
        subtitle=_measured(screen.text, carried),
        padding=(0, 1),
    )


def _measured(text: str, carried: Alphabet) -> Text:
    try:
        used = carried.measure(text)
    except ValueError:
        return Text("not in GSM-7", style="bold red")
    return Text(f"{used}/{carried.page_budget}", style="bold red" if used > carried.page_budget else "dim")


def _explained(error: BadResponse) -> str:
    if error.status == NOT_FOUND:
        return "The server refuses this callback (HTTP 404): is the token one of JIGI_CALLBACK_TOKENS?"
    return f"The server answered what no phone can show: {error}."
