"""A stand-in gateway, which also keeps a record of every message it took, report it posted and fault it drew."""

from collections import Counter
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from simulator.delivery import Delivery
from simulator.faults import Faults, GatewayFault
from simulator.inbox import Sending, Taken
from simulator.speech import Speech
from simulator.standin import build, server


class _Record:
    """What happened at the gateway since the record was begun."""

    def __init__(self) -> None:
        self.begin()

    def begin(self) -> None:
        self.taken: list[dict[str, str]] = []
        self.reports: list[dict[str, Any]] = []
        self.faults: Counter[str] = Counter()
        self.requests = 0

    async def show(self, _: Request) -> Response:
        record = {"taken": self.taken, "reports": self.reports, "faults": self.faults, "requests": self.requests}
        return JSONResponse(record)

    async def forget(self, _: Request) -> Response:
        self.begin()
        return Response(status_code=HTTPStatus.NO_CONTENT)


def run(port: int, callbacks: str, speech: Speech) -> None:
    """Serve on loopback until ended; `callbacks` is where the application takes the gateway's forms."""
    record = _Record()
    _keep(record)
    app = build(speech, callbacks=callbacks)
    app.router.routes += [Route("/record", record.show), Route("/record", record.forget, methods=["DELETE"])]
    server(app, port).run()


def _keep(record: _Record) -> None:
    """Note what passes through the stand-in's own hands."""
    take, draw, tell = Taken.take, Faults.draw, Delivery.tell

    def noted_take(taken: Taken, sending: Sending, numbers: Sequence[str], *, one_id: bool = False) -> list[str]:
        ids = take(taken, sending, numbers, one_id=one_id)
        record.taken += [
            {"id": message_id, "msisdn": number, "at": sending.at.isoformat(), "body": sending.text}
            for message_id, number in zip(ids, numbers, strict=True)
        ]
        return ids

    def noted_draw(faults: Faults) -> GatewayFault | None:
        fault = draw(faults)
        record.requests += 1
        if fault is not None:
            record.faults[fault.kind] += 1
        return fault

    async def noted_tell(delivery: Delivery, path: str, form: dict[str, str]) -> int:
        if path != "delivery":
            return await tell(delivery, path, form)
        # Noted before it is posted: a report that nobody answered may stand in the database all the same.
        report: dict[str, Any] = {
            "id": form["id"],
            "msisdn": form["phoneNumber"],
            "status": form["status"],
            "answered": None,
        }
        record.reports.append(report)
        report["answered"] = await tell(delivery, path, form)
        return int(report["answered"])

    for kind, name, noted in (
        (Taken, "take", noted_take),
        (Faults, "draw", noted_draw),
        (Delivery, "tell", noted_tell),
    ):
        setattr(kind, name, noted)
