"""Redis or Valkey as people run it: one server, a master that sentinels watch over, or a cluster.

    redis://[user:password@]host[:port][/db]            rediss://… over TLS, `?ssl_ca_certs=FILE` for a CA of one's own
    unix://[user:password@]/path/to.sock[?db=0]         valkey://… and valkeys://… are the same as redis and rediss
    redis+sentinel://[user:password@]host[:port],host[:port],…/service[/db][?sentinel_password=…]
    redis+cluster://[user:password@]host[:port],host[:port],…

`rediss+sentinel` and `rediss+cluster` speak TLS to the servers.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qsl, unquote, urlsplit

from redis.asyncio import Redis
from redis.asyncio.cluster import ClusterNode, RedisCluster
from redis.asyncio.retry import Retry
from redis.asyncio.sentinel import Sentinel
from redis.backoff import NoBackoff
from redis.exceptions import ReadOnlyError, RedisError, ResponseError

from core.platform.errors import JigiError

ANSWER_SECONDS: Final = 0.5
MOST_CONNECTIONS: Final = 1000
REDIS_PORT: Final = 6379
SENTINEL_PORT: Final = 26379
SCHEMES: Final[Mapping[str, str]] = {"valkey": "redis", "valkeys": "rediss"}
ONE_SERVER: Final = frozenset({"redis", "rediss", "unix"})

Client = Redis | RedisCluster


class BadRedisUrl(JigiError, ValueError):
    """The address is none of the forms that are known; the message says what is wrong, without a password."""


@dataclass(frozen=True, slots=True)
class _Address:
    """An address of several servers, taken apart."""

    hosts: tuple[tuple[str, int], ...]
    path: tuple[str, ...]
    login: Mapping[str, Any]
    options: Mapping[str, Any]


OURS: Final = "jigi:*"
"""What every key of ours begins with."""


async def empty(client: Client) -> int:
    """Forget everything of ours; gives how many keys there were. Raises RedisError."""
    count = 0
    async for key in client.scan_iter(OURS, count=1000):
        count += int(await client.delete(key))
    return count


def connect(url: str) -> Client:
    """A client that gives up at once: a call does not wait for Redis, it goes on without it. Raises BadRedisUrl."""
    scheme, _, rest = url.partition("://")
    scheme = SCHEMES.get(scheme, scheme)
    if scheme in ONE_SERVER:
        return _one_server(f"{scheme}://{rest}")
    engine, _, topology = scheme.partition("+")
    tls = {"ssl": True} if SCHEMES.get(engine, engine) == "rediss" else {}
    if topology == "sentinel":
        return _watched(_taken_apart(url, SENTINEL_PORT), tls)
    if topology == "cluster":
        return _cluster(_taken_apart(url, REDIS_PORT), tls)
    raise BadRedisUrl(f"{scheme}:// is no address of Redis: redis, rediss, unix, valkey, redis+sentinel, redis+cluster")


def _one_server(url: str) -> Redis:
    try:
        return Redis.from_url(url, max_connections=MOST_CONNECTIONS, **_impatient())
    except (ValueError, TypeError) as error:
        raise BadRedisUrl("the address of Redis cannot be read") from error


def _watched(address: _Address, tls: Mapping[str, Any]) -> Redis:
    """The master that the sentinels name, asked for anew at each new connection."""
    if not address.path:
        raise BadRedisUrl("redis+sentinel:// ends with the name of the service: …/jigi")
    options = dict(address.options)
    ours = {name.removeprefix("sentinel_"): options.pop(name) for name in [*options] if name.startswith("sentinel_")}
    sentinel: Any = Sentinel(  # type: ignore[no-untyped-call]
        address.hosts, sentinel_kwargs={**_impatient(), **ours}, **_impatient()
    )
    db: dict[str, Any] = {"db": int(address.path[1])} if len(address.path) > 1 else {}
    master: Redis = sentinel.master_for(
        address.path[0], max_connections=MOST_CONNECTIONS, **_impatient(), **address.login, **options, **db, **tls
    )
    return master


def _cluster(address: _Address, tls: Mapping[str, Any]) -> RedisCluster:
    nodes = [ClusterNode(host, port) for host, port in address.hosts]
    return RedisCluster(
        startup_nodes=nodes,
        max_connections=MOST_CONNECTIONS,
        require_full_coverage=False,
        retry=Retry(NoBackoff(), 1),
        socket_timeout=ANSWER_SECONDS,
        socket_connect_timeout=ANSWER_SECONDS,
        **address.login,
        **address.options,
        **tls,
    )


def _impatient() -> dict[str, Any]:
    return {
        "socket_timeout": ANSWER_SECONDS,
        "socket_connect_timeout": ANSWER_SECONDS,
        "retry": Retry(NoBackoff(), 0),
    }


def _taken_apart(url: str, port: int) -> _Address:
    try:
        parsed = urlsplit(url)
        before, _, hosts = parsed.netloc.rpartition("@")
        servers = tuple(_server(each, port) for each in hosts.split(",") if each)
    except ValueError as error:
        raise BadRedisUrl("the address of Redis cannot be read") from error
    if not servers:
        raise BadRedisUrl("the address of Redis names no server")
    user, _, password = before.partition(":")
    login = {"username": unquote(user), "password": unquote(password)}
    return _Address(
        servers,
        tuple(unquote(step) for step in parsed.path.split("/") if step),
        {name: value for name, value in login.items() if value},
        dict(parse_qsl(parsed.query)),
    )


def _server(written: str, port: int) -> tuple[str, int]:
    """`host`, `host:port`, `[::1]` or `[::1]:port`."""
    if written.startswith("["):
        host, _, rest = written[1:].partition("]")
        return host, int(rest.removeprefix(":") or port)
    host, _, own = written.partition(":")
    return host, int(own or port)


def is_demoted(error: Exception) -> bool:
    """Whether the server that answered only reads now: another is the master."""
    return isinstance(error, ReadOnlyError) or (isinstance(error, ResponseError) and "READONLY" in str(error))


async def leave(client: Client) -> None:
    """Close the connections that are not in use, so that the next one finds the master there is now."""
    try:
        if isinstance(client, Redis):
            await client.connection_pool.disconnect(inuse_connections=False)
        else:
            await client.aclose()
    except (RedisError, OSError):
        return
