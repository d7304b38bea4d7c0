"""Addresses that others give us to post to: none of our own networks, unless the operator names it.

A name is looked up here, and the connection is made to the very address that was judged: what the name says a moment
later is not asked again.
"""

import asyncio
import socket
from collections.abc import Iterable, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Final

import httpx

from core.platform.errors import JigiError

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

TRANSLATED: Final = IPv6Network("64:ff9b::/96")
"""Where a network reaches IPv4 by IPv6 (RFC 6052): the last 32 bits are the address that is reached."""

PORTS: Final = {"https": 443, "http": 80}


class InsideAddress(JigiError, ValueError):
    """A name leads to a network that is not the outside: private, loopback, link-local and the like."""

    def __init__(self, host: str) -> None:
        super().__init__(f"{host} is in a private network, or on this machine")


def is_outside(address: Address, allowed: Sequence[Network] = ()) -> bool:
    """Whether this is an address of the open network, or of one that is `allowed`."""
    reached = _reached(address)
    if any(reached in network for network in allowed if network.version == reached.version):
        return True
    return reached.is_global and not reached.is_multicast


def _reached(address: Address) -> Address:
    """The address that a packet ends at: IPv4 may be written as IPv6."""
    if isinstance(address, IPv4Address):
        return address
    if address in TRANSLATED:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or address


async def looked_up(host: str, port: int) -> tuple[Address, ...]:
    """The addresses of a host; raises OSError where there is none."""
    try:
        return (ip_address(host),)
    except ValueError:
        pass
    records = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(ip_address(record[4][0]) for record in records))


async def must_be_outside(url: str, allowed: Sequence[Network] = ()) -> None:
    """Raise InsideAddress where an address leads inside now; one whose name nobody knows yet may be kept."""
    parsed = httpx.URL(url)
    try:
        addresses = await looked_up(parsed.host, parsed.port or PORTS.get(parsed.scheme, 443))
    except OSError:
        return
    _first(parsed.host, addresses, allowed)


def _first(host: str, addresses: Iterable[Address], allowed: Sequence[Network]) -> Address:
    """The first of them, where all are outside; a name that is both is trusted in neither."""
    every = tuple(addresses)
    if not every or not all(is_outside(address, allowed) for address in every):
        raise InsideAddress(host)
    return every[0]


class OutsideTransport(httpx.AsyncBaseTransport):
    """Sends over another transport to the address that was judged, which TLS still has to know by its name.

    That transport keeps no connection: the next one to the same address may be for another name. Raises InsideAddress.
    """

    def __init__(self, inner: httpx.AsyncBaseTransport, allowed: Sequence[Network]) -> None:
        self._inner = inner
        self._allowed = allowed

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request."""
        host = request.url.host
        port = request.url.port or PORTS[request.url.scheme]
        address = _first(host, await looked_up(host, port), self._allowed)
        request.extensions = {**request.extensions, "sni_hostname": host}
        request.url = request.url.copy_with(host=str(address))
        return await self._inner.handle_async_request(request)

    async def aclose(self) -> None:
        """Close the other."""
        await self._inner.aclose()


def outside_client(allowed: Sequence[Network], seconds: float) -> httpx.AsyncClient:
    """A client that reaches the outside alone; a proxy of the environment looks names up itself, and is not used."""
    unkept = httpx.AsyncHTTPTransport(limits=httpx.Limits(max_keepalive_connections=0), trust_env=False)
    return httpx.AsyncClient(transport=OutsideTransport(unkept, allowed), timeout=seconds, trust_env=False)
