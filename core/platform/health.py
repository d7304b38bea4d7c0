"""Whether this process can do its work: for the load balancer and for whoever is on call."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from core.platform.database_metrics import lacks_room
from core.platform.errors import JigiError
from core.platform.redis import Client

ASKING_SECONDS = 2.0
NO_ROOM = "takes nothing: its disk is full. What can be read is answered"
WRITTEN, WRITTEN_SECONDS = "jigi:ready", 60
"""What readiness writes: a Redis that only reads is no help to a call."""


def routes(
    redis: Client,
    unspoken: Callable[[], str],
    fits: Callable[[], Awaitable[None]],
    links: Callable[[], Mapping[str, str]] = dict,
) -> list[Route]:
    """`/health/live`: the process runs; `/health/ready`: it can answer callers, and what it stands on.

    Where the database's disk is full, every process answers what can be read: that is said, and makes none unready.
    `unspoken` says in a sentence why a language cannot be spoken, '' when each can; `fits` raises JigiError for a
    database that is none for this program. `links` says of each gateway on a link of its own whether that stands: `ok…`
    or why not.
    """

    async def live(_: Request) -> Response:
        return PlainTextResponse("ok")

    async def ready(_: Request) -> Response:
        database, cache = await asyncio.gather(_postgres(fits), _redis(redis))
        languages = unspoken() or "ok"
        held = links()
        shown = NO_ROOM if database == "ok" and lacks_room() else database
        parts = {"postgresql": shown, "redis": cache, "languages": languages, **held}
        is_ready = database == languages == "ok" and all(link.startswith("ok") for link in held.values())
        return JSONResponse(parts, status_code=200 if is_ready else 503)

    return [Route("/health/live", live), Route("/health/ready", ready)]


async def _postgres(fits: Callable[[], Awaitable[None]]) -> str:
    try:
        async with asyncio.timeout(ASKING_SECONDS):
            await fits()
    except JigiError as unfit:
        return f"unfit: {unfit}"
    except (SQLAlchemyError, OSError, TimeoutError) as error:
        return f"down: {type(error).__name__}"
    return "ok"


async def _redis(redis: Client) -> str:
    """Calls are answered without Redis too, only slower; so this is told, and does not make us unready."""
    try:
        async with asyncio.timeout(ASKING_SECONDS):
            await redis.set(WRITTEN, "1", ex=WRITTEN_SECONDS)
    except (RedisError, OSError, TimeoutError) as error:
        return f"down, calls are replayed: {type(error).__name__}"
    return "ok"
