"""`jigi db restored`: what an operator says, and hears, after a restore."""

from collections.abc import Sequence

from redis.exceptions import RedisError

from core.outbox import restoring
from core.outbox.restorations import RestorationSign
from core.platform import redis
from core.platform.clock import DatabaseClock
from core.platform.settings import Settings, WrongSetting
from core.staff import audit
from core.staff.acts import Act
from core.staff.agents import actor_of

NEXT: Sequence[str] = (
    "What to do now:",
    "1. `jigi campaign list`: campaigns that were made or started since the back-up are missing, or stand as before. "
    "Compare with the gateway's own list of what it sent.",
    "2. Start the workers and wait for delivery reports; they settle part of what is uncertain.",
    "3. `jigi campaign status N`, then `settle N --again` or `--leave`; single notices: `jigi campaign settle 0 …`.",
    "4. Complaints that were filed since the back-up are gone, and their numbers with them: line, SMS and desk say so "
    "to who asks for one. File them again with the person; the gateway's list of SMS tells which phones were told one.",
    "5. `jigi db restored --go-on --as LOGIN`: SMS leave again; then `jigi campaign resume N`.",
)


async def doubt(settings: Settings) -> Sequence[str]:
    """Mark what may have left since the back-up, and forget what Redis knows; gives what the operator is told."""
    doubts = await restoring.doubt(RestorationSign.SAID, 0, await DatabaseClock().ask())
    counted = f"{doubts.uncertain} SMS may have left: uncertain. {doubts.paused} campaigns paused." if doubts else ""
    return (counted, await _emptied(settings), "No SMS leaves until somebody says so.", *NEXT)


async def complete(settings: Settings) -> None:
    """Take the database for whole, where it stands now."""
    await restoring.complete(0)


async def go_on(login: str) -> None:
    """Let SMS leave again, in somebody's name; raises WrongSetting without one."""
    if not login:
        raise WrongSetting(
            "--go-on asks for --as LOGIN: the audit trail says who looked.",
            "--go-on demande --as LOGIN : la piste d'audit dit qui a regardé.",
        )
    person, now = await actor_of(login), await DatabaseClock().ask()
    await restoring.go_on(person.id, now)
    await audit.record(person.id, Act.AT_THE_SHELL, None, now, {"command": "db restored --go-on"})


async def _emptied(settings: Settings) -> str:
    if not settings.redis_url:
        return "Redis: ours is empty when it starts."
    client = redis.connect(settings.redis_url)
    try:
        return f"Redis: {await redis.empty(client)} keys forgotten."
    except (RedisError, OSError) as error:
        return f"Redis does not answer ({type(error).__name__}): empty it before the line is started."
    finally:
        await client.aclose()
