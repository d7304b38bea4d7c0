"""The telephone in the browser: `/simulator`, and the files the page needs."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from string import Template
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from core.text import gsm7
from core.text.alphabet import UCS2, Alphabet, alphabet
from simulator import web_gateways, web_inbox
from simulator.gateway import NAME, NETWORK, callback_of
from simulator.phones import DemoPhone

PAGE: Final = Path(__file__).parent / "page"
SHORT_CODE: Final = "1234"
NO_GATEWAYS: Final[Mapping[str, str]] = {}
GSM7_CHARACTERS: Final = {"single": gsm7.BASIC, "double": gsm7.EXTENSION}
HEADERS: Final = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


class _Assets(StaticFiles):
    """The page's files, asked for again at each visit so that an upgrade is seen at once."""

    def file_response(self, *args: Any, **kwargs: Any) -> Response:
        response = super().file_response(*args, **kwargs)
        response.headers["Cache-Control"] = "no-cache"
        return response


def routes(
    *,
    token: str,
    service_code: str,
    phones: Sequence[DemoPhone],
    alphabet_name: str,
    sms_gateways: Mapping[str, str] = NO_GATEWAYS,
    short_code: str = SHORT_CODE,
    gateways: Sequence[str] = (NAME,),
) -> list[BaseRoute]:
    """Build the routes of the simulator.

    The page holds ``token`` and posts to the real callback itself: serve it only where that token may be seen.
    ``phones`` are the callers offered, ``alphabet_name`` is `gsm7` or `ucs2`. With ``sms_gateways``, the addresses of
    stand-ins by name, the phone has an SMS inbox and writes to ``short_code``, and each of them can be turned off. It
    dials through any of the ``gateways``.
    Raises ValueError for another alphabet.
    """
    line: dict[str, object] = {
        "callback": callback_of(NAME, token),
        "gateways": [{"name": gateway, "callback": callback_of(gateway, token)} for gateway in gateways],
        "serviceCode": service_code,
        "network": NETWORK,
        "phones": [asdict(phone) for phone in phones],
        "alphabet": _measure(alphabet(alphabet_name)),
    }
    if sms_gateways:
        line["sms"] = {"shortCode": short_code, **GSM7_CHARACTERS}
    template = Template((PAGE / "simulator.html").read_text(encoding="utf-8"))
    html = template.substitute(line=_inside_script(line))

    async def page(_: Request) -> HTMLResponse:
        return HTMLResponse(html, headers=HEADERS)

    return [
        Route("/simulator", page, name="simulator"),
        Mount("/simulator/assets", _Assets(directory=PAGE / "assets"), name="simulator-assets"),
        *(web_inbox.routes(sms_gateways, short_code) if sms_gateways else []),
        *(web_gateways.routes(sms_gateways) if sms_gateways else []),
    ]


def _measure(carried: Alphabet) -> dict[str, object]:
    """What the page needs to count as the network does; in UCS-2 every UTF-16 unit is one."""
    sizes: dict[str, object] = {"budget": carried.page_budget, "aim": carried.page_aim}
    if carried is UCS2:
        return {**sizes, "unit": "caractères"}
    return {**sizes, "unit": "septets", **GSM7_CHARACTERS}


def _inside_script(value: object) -> str:
    """JSON that cannot close the element it stands in."""
    return json.dumps(value, ensure_ascii=False).replace("<", "\\u003c")
