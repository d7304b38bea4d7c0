"""The servers a process stands on: those of the settings, or our own where none is set."""

from collections.abc import Coroutine, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

from core.platform.database import DatabaseTask
from core.platform.servers import own_postgres, own_redis
from core.platform.settings import Settings, settings
from core.platform.terminal import on
from core.schema import identity, migrations

Done = TypeVar("Done")


@dataclass(frozen=True, slots=True)
class Ground:
    """Where PostgreSQL and Redis answer; `direct_url` and `read_url` are empty where they are no others."""

    database_url: str
    redis_url: str
    direct_url: str = ""
    read_url: str = ""
    by_task: Mapping[DatabaseTask, str] = field(default_factory=dict)


@contextmanager
def ground(chosen: Settings) -> Iterator[Ground]:
    """Both servers, our own started, and our own database brought to the newest tables."""
    with ExitStack() as stack:
        redis_url = chosen.redis_url
        if not redis_url:
            server = own_redis(chosen.data_dir)
            stack.callback(server.close)
            redis_url = server.url
        if chosen.database_url:
            direct, read = chosen.database_direct_url, chosen.database_read_url
            yield Ground(chosen.database_url, redis_url, direct, read, by_task(chosen))
        else:
            yield Ground(postgres(chosen), redis_url)


def by_task(chosen: Settings) -> Mapping[DatabaseTask, str]:
    """The URLs by which tasks sign in on their own; '' for those that do not."""
    return {
        DatabaseTask.DESK: chosen.desk_database_url,
        DatabaseTask.SIGN_IN: chosen.sign_in_database_url,
        DatabaseTask.WORKER: chosen.worker_database_url,
        DatabaseTask.API: chosen.api_database_url,
    }


def postgres(chosen: Settings) -> str:
    """The URL of the database set, past a pooler and as its owner, or of our own with the newest tables."""
    if chosen.database_url:
        return chosen.owner_database_url or chosen.database_direct_url or chosen.database_url
    url = own_postgres(chosen.data_dir)
    migrations.upgrade(url)
    return url


def at_database(work: Coroutine[Any, Any, Done]) -> Done:
    """Do a command's work at the database of the settings.

    Raises UnfitDatabase, with nothing done, where that is a demonstration's and the settings are not, or the other way
    round, and where its tables do not go with this program.
    """

    async def fitting() -> Done:
        await identity.become(identity.kind_asked_for(settings()))
        return await work

    with closing(work):
        return on(postgres(settings()), fitting())
