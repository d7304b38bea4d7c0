"""Connections on loopback: a client for them, and a server whose connections can be cut in the middle of a request."""

import asyncio
import ssl
from typing import Any, Final, cast

import httpx
from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

TRANSPORT: Final = "simulator.transport"


def loopback_client(base_url: str = "", *, timeout: httpx.Timeout, at_once: int | None = None) -> httpx.AsyncClient:
    """A client of plain HTTP, through no proxy, over at most ``at_once`` connections."""
    no_authorities = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # httpx would load them all, at each client
    limits = httpx.Limits(max_connections=at_once)
    return httpx.AsyncClient(base_url=base_url, timeout=timeout, limits=limits, trust_env=False, verify=no_authorities)


class CuttableProtocol(HttpToolsProtocol):
    """uvicorn's HTTP, which also shows the application the connection its request came by."""

    def on_message_begin(self) -> None:
        """Called by the parser."""
        super().on_message_begin()
        cast(dict[str, Any], self.scope)[TRANSPORT] = self.transport


class Cut(Response):
    """No answer: the connection is closed. Needs a server that speaks `CuttableProtocol`."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Close it, and return when the server has noticed: it would answer 500 in our place."""
        transport: asyncio.Transport = scope[TRANSPORT]
        transport.abort()
        while (await receive())["type"] != "http.disconnect":
            pass
