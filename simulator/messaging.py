"""The gateway's side of sending SMS: `POST /version1/messaging`, and its newer `/bulk`, as Africa's Talking answers.

Facts: the form is ``username, to (comma-separated), message, from, enqueue, bulkSMSMode``, the key is in the header
``apiKey``; the answer is 201 and one row for each recipient. ``enqueue`` is 1 when it is left out.
"""

import asyncio
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Final
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response

from simulator.connections import Cut
from simulator.delivery import Delivery
from simulator.faults import Faults, GatewayFault
from simulator.inbox import Sending, Taken
from simulator.phones import MSISDN
from simulator.reports import plan

STATUS: Final = {
    100: "Processed",
    101: "Success",
    102: "Queued",
    401: "RiskHold",
    402: "InvalidSenderId",
    403: "InvalidPhoneNumber",
    404: "UnsupportedNumberType",
    405: "InsufficientBalance",
    406: "UserInBlacklist",
    407: "CouldNotRoute",
    409: "DoNotDisturbRejection",
    500: "InternalServerError",
    501: "GatewayError",
    502: "RejectedByGateway",
}
SENT, QUEUED, INVALID_NUMBER, NO_BALANCE = 101, 102, 403, 405
ACCEPTED: Final = frozenset({100, SENT, QUEUED})
NO_ID: Final = "None"
COST: Final = "KES 0.8000"
SHARED_SENDER: Final = "AFRICASTKNG"
"""Whom a message comes from that names no sender."""


PROXY_PAGE: Final = "<!doctype html><html><title>502 Bad Gateway</title><h1>Bad Gateway</h1></html>"
"""What somebody in front of it shows who does not get an answer from it."""

OFF_SECONDS: Final = 5
"""When who finds it switched off is told to come again."""


class BadForm(ValueError):
    """A field that must be there is not."""


class Messaging:
    """Takes messages, with the faults on order, and has them reported."""

    def __init__(self, taken: Taken, faults: Faults, delivery: Delivery) -> None:
        self._taken = taken
        self._faults = faults
        self._delivery = delivery

    async def send(self, request: Request) -> Response:
        """Answer `POST /version1/messaging`."""
        if not request.headers.get("apikey"):
            return PlainTextResponse("The supplied authentication is invalid", HTTPStatus.UNAUTHORIZED)
        if self._faults.order.off:
            return switched_off()
        fault = self._faults.draw()
        body = await request.body()
        if self._faults.order.delay_ms:
            await asyncio.sleep(self._faults.order.delay_ms / 1000)
        if fault is not None and (refused := refusal(fault)) is not None:
            return refused
        try:
            sending, numbers = _read(body, is_json=request.url.path.endswith("/bulk"))
        except BadForm as bad:
            return PlainTextResponse(str(bad), HTTPStatus.BAD_REQUEST)
        return self.poison(numbers) or await self._answer(sending, numbers, fault)

    def poison(self, numbers: Sequence[str]) -> Response | None:
        """The answer to who asks for a number that always fails."""
        bad = set(numbers) & set(self._faults.order.poisoned)
        return PlainTextResponse("Internal Server Error", HTTPStatus.INTERNAL_SERVER_ERROR) if bad else None

    async def take(
        self, sending: Sending, numbers: Sequence[str], fault: GatewayFault | None
    ) -> tuple[list[int], list[str]]:
        """Take what is to be taken and have it reported: the code of each number, and the ids of those taken."""
        codes = self._codes(sending, numbers, fault)
        accepted = [number for number, code in zip(numbers, codes, strict=True) if code in ACCEPTED]
        ids = self._taken.take(sending, accepted, one_id=fault is not None and fault.kind == "same_id")
        order = self._faults.order.reports
        if order.on and self._delivery.callbacks:
            reports = plan(zip(ids, accepted, strict=True), order, self._faults.report_chance)
            await self._delivery.report(reports, order.after_ms, order.spread_ms)
        return codes, ids

    async def _answer(self, sending: Sending, numbers: Sequence[str], fault: GatewayFault | None) -> Response:
        kind = fault.kind if fault else None
        asked = numbers[: len(numbers) // 2] if kind == "half_after" else numbers
        codes, ids = await self.take(sending, asked, fault)
        if fault and kind == "slow":
            await asyncio.sleep(fault.slow_ms / 1000)
        if fault and (broken := taken_and_broken(fault)) is not None:
            return broken
        given = iter([NO_ID] * len(ids) if kind == "no_ids" else ids)
        rows = [_row(number, code, given) for number, code in zip(numbers, codes, strict=True)]
        if kind == "short":
            rows = rows[: len(rows) // 2]
        if kind == "text_codes":
            rows = [row | {"statusCode": str(row["statusCode"])} for row in rows]
        response = _response(f"Sent to {len(ids)}/{len(numbers)} Total Cost: XOF 0", rows)
        if kind == "garbage_after":
            response = Response(
                response.body[: len(response.body) // 2], response.status_code, media_type="application/json"
            )
        return response

    def _codes(self, sending: Sending, numbers: Sequence[str], fault: GatewayFault | None) -> list[int]:
        """The status code of each recipient."""
        code_of = _code_of(QUEUED if sending.enqueue else SENT, fault)
        codes = [code_of(number) if MSISDN.fullmatch(number) else INVALID_NUMBER for number in numbers]
        asked = sum(code in ACCEPTED for code in codes)
        paid = self._faults.spend(asked)
        return codes if paid == asked else list(_paid(codes, paid))


def switched_off() -> Response:
    """The answer of a gateway that is switched off: nothing is taken."""
    return PlainTextResponse("Service Unavailable", 503, {"Retry-After": f"{OFF_SECONDS}"})


def refusal(fault: GatewayFault) -> Response | None:
    """The answer, when the fault lets nothing be taken."""
    again = {"Retry-After": f"{fault.retry_after:g}"}
    match fault.kind:
        case "401":
            return PlainTextResponse("The supplied authentication is invalid", HTTPStatus.UNAUTHORIZED)
        case "429":
            return PlainTextResponse("Too Many Requests", 429, again)
        case "busy":
            return PlainTextResponse("Service Unavailable", HTTPStatus.SERVICE_UNAVAILABLE, again)
        case "proxy":
            return HTMLResponse(PROXY_PAGE, HTTPStatus.BAD_GATEWAY)
        case "could_not_send":
            return _response("Could not send the message", [])
        case "500" | "502" | "503" | "504":
            return PlainTextResponse(HTTPStatus(int(fault.kind)).phrase, int(fault.kind))
        case "html":
            return HTMLResponse("<!doctype html><title>Gateway</title><p>Please wait", fault.status)
        case "empty":
            return _response(fault.message, [])
        case "cut_before":
            return Cut()
        case _:
            return None


def taken_and_broken(fault: GatewayFault) -> Response | None:
    """The answer, when the fault lets what was taken be answered as if the server had failed, or not at all."""
    match fault.kind:
        case "cut_after":
            return Cut()
        case "proxy_after":
            return HTMLResponse(PROXY_PAGE, HTTPStatus.BAD_GATEWAY)
        case "half_after":
            return PlainTextResponse("Bad Gateway", HTTPStatus.BAD_GATEWAY)
        case "500_after" | "502_after" | "503_after" | "504_after":
            status = HTTPStatus(int(fault.kind[:3]))
            return PlainTextResponse(status.phrase, status)
        case _:
            return None


def _code_of(accepted: int, fault: GatewayFault | None) -> Callable[[str], int]:
    match fault:
        case GatewayFault(kind="balance"):
            return lambda _: NO_BALANCE
        case GatewayFault(kind="codes", codes=codes):
            others = codes.get("*", accepted)
            return lambda number: codes.get(number, others)
        case _:
            return lambda _: accepted


def _paid(codes: Iterable[int], paid: int) -> Iterator[int]:
    """The same codes, where the balance is enough for the first ``paid`` messages only."""
    for code in codes:
        if code not in ACCEPTED:
            yield code
        elif paid:
            paid -= 1
            yield code
        else:
            yield NO_BALANCE


def _read(body: bytes, *, is_json: bool) -> tuple[Sending, list[str]]:
    if is_json:
        return _read_bulk(body)
    form = {name: values[0] for name, values in parse_qs(body.decode(errors="replace"), keep_blank_values=True).items()}
    for name in ("username", "to", "message"):
        if not form.get(name):
            raise BadForm(f"Request is missing required form field '{name}'")
    sending = Sending(
        username=form["username"],
        sender=form.get("from") or SHARED_SENDER,
        text=form["message"],
        enqueue=form.get("enqueue") != "0",
        at=datetime.now(UTC),
    )
    return sending, form["to"].split(",")


def _read_bulk(body: bytes) -> tuple[Sending, list[str]]:
    """The newer endpoint's request, in JSON; it asks for a sender."""
    try:
        content = json.loads(body)
        fields = {name: content[name] for name in ("username", "message", "senderId", "phoneNumbers")}
    except (ValueError, KeyError, TypeError):
        raise BadForm("Request is missing a required field") from None
    sending = Sending(
        username=str(fields["username"]),
        sender=str(fields["senderId"]),
        text=str(fields["message"]),
        enqueue=content.get("enqueue") != 0,
        at=datetime.now(UTC),
    )
    return sending, [str(number) for number in fields["phoneNumbers"]]


def _row(number: str, code: int, ids: Iterator[str]) -> dict[str, object]:
    taken = code in ACCEPTED
    return {
        "statusCode": code,
        "number": number,
        "status": STATUS.get(code, "Unknown"),
        "cost": COST if taken else "0",
        "messageId": next(ids) if taken else NO_ID,
    }


def _response(message: str, rows: Sequence[dict[str, object]]) -> Response:
    content = json.dumps({"SMSMessageData": {"Message": message, "Recipients": rows}})
    return Response(content, HTTPStatus.CREATED, media_type="application/json")
