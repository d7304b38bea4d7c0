"""The job of the minute, struck when we want it: the same job that the timetable of a worker queues each minute."""

import time
from functools import cache
from typing import Any, Final

from core.platform import sql
from core.platform.database import writing
from core.platform.jobs import new_queue
from core.platform.settings import Settings
from sms.worker.process import Worker

MINUTE: Final = "sms.minute"
STATUS: Final = "SELECT status FROM procrastinate_jobs WHERE id = %(id)s"


@cache
def _task() -> Any:
    """The task as a worker has it, with its locks."""
    settings, queue = Settings(), new_queue()
    Worker(settings, {}, queue, "nobody")
    return queue.tasks[MINUTE]


async def strike() -> int:
    """Queue it; the id of the job."""
    task = _task()
    async with writing() as session:
        raw = (await (await session.connection()).get_raw_connection()).driver_connection
        job = new_queue().configure_task(
            MINUTE, lock=task.lock, queueing_lock=task.queueing_lock, queue=task.queue, connection=raw
        )
        return await job.defer_async(timestamp=int(time.time()))


async def is_over(job: int) -> bool:
    """Whether it is done: a job that ended well is deleted."""
    return await sql.scalar(STATUS, {"id": job}) not in ("todo", "doing")
