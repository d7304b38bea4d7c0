"""The servers a process stands on: those of the settings, or our own where none is set."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from core.platform.servers import own_postgres, own_redis
from core.platform.settings import Settings
from core.schema import migrations


@dataclass(frozen=True, slots=True)
class Ground:
    """Where PostgreSQL and Redis answer; `direct_url` and `read_url` are empty where they are no others."""

    database_url: str
    redis_url: str
    direct_url: str = ""
    read_url: str = ""


@contextmanager
def ground(settings: Settings) -> Iterator[Ground]:
    """Both servers, our own started, and our own database brought to the newest tables."""
    with ExitStack() as stack:
        redis_url = settings.redis_url
        if not redis_url:
            server = own_redis(settings.data_dir)
            stack.callback(server.close)
            redis_url = server.url
        if settings.database_url:
            direct, read = settings.database_direct_url, settings.database_read_url
            yield Ground(settings.database_url, redis_url, direct, read)
        else:
            yield Ground(postgres(settings), redis_url)


def postgres(settings: Settings) -> str:
    """The URL of the database set, past a pooler, or of our own with the newest tables."""
    if settings.database_url:
        return settings.database_direct_url or settings.database_url
    url = own_postgres(settings.data_dir)
    migrations.upgrade(url)
    return url
