"""The measure to beat: Starlette, the same form, one GET and one SETEX on the same Redis, and nothing else."""

import os
from urllib.parse import parse_qsl

from redis.asyncio import Redis
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

SESSION = "x" * 700
SECONDS = 600


def build() -> Starlette:
    """The bare application, on the Redis that JIGI_REDIS_URL names."""
    redis = Redis.from_url(os.environ["JIGI_REDIS_URL"], max_connections=1000)

    async def callback(request: Request) -> Response:
        form = dict(parse_qsl((await request.body()).decode(), keep_blank_values=True))
        key = f"bare:{form['phoneNumber']}"
        await redis.get(key)
        await redis.setex(key, SECONDS, SESSION)
        return PlainTextResponse(f"CON {form['text']}")

    return Starlette(routes=[Route("/ussd/africastalking/{token}", callback, methods=["POST"])])
