"""Everything under `/api/v1`: its doors, their documents, and what goes on beside them."""

from collections.abc import Callable
from datetime import datetime
from functools import cache

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import BaseRoute, Route

from api import docs, openapi
from api.doors import ROOT
from api.intake import BatchIntake
from api.serving import Serving
from api.v1 import DOORS
from core.platform.redis import Client
from core.platform.settings import Settings


def routes(settings: Settings, redis: Client, clock: Callable[[], datetime], intake: BatchIntake) -> list[BaseRoute]:
    """The routes of the API; the documents are anybody's to read."""

    @cache
    def document() -> dict[str, object]:
        return openapi.document(DOORS)

    async def as_json(_: Request) -> Response:
        return JSONResponse(document())

    async def as_page(_: Request) -> Response:
        return HTMLResponse(docs.page(document()), headers={"Content-Security-Policy": docs.POLICY})

    serving = Serving(settings, redis, clock, intake.wake)
    return [
        Route(f"{ROOT}/openapi.json", as_json),
        Route(f"{ROOT}/docs", as_page),
        *serving.routes(DOORS),
    ]
