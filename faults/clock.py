"""The clock of a suite: the machine's, turned ahead by what stands in a file that every process of the suite reads.

Workers ask the database what time it is, and count on from there; here they add what the clock was turned by since, as
does whatever else in our processes asks the machine. So minutes and nights pass in no time, while every wait that is
counted by the clock is production's own. What is waited for on a connection no clock can shorten.
"""

import os
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from types import ModuleType
from typing import Final

from core.platform.clock import DatabaseClock
from simulator import messaging, orange, smsc
from sms.inbound import webhooks
from sms.outbox import over_http, smpp
from sms.worker import process

FILE: Final = "FAULTS_CLOCK"
"""The variable that names the file."""

SKEW: Final = "FAULTS_SKEW"
"""The variable that names the file of the seconds by which the clock of one web process is wrong, now."""

ASK_THE_MACHINE: Final = (over_http, smpp, messaging, orange, smsc)
BY_THE_DATABASE: Final = (webhooks, process)


def ahead() -> timedelta:
    """By how much the clock is turned ahead now."""
    return _seconds(os.environ.get(FILE))


def put(file: Path, seconds: float) -> None:
    """Write seconds where processes read them, whole or not at all."""
    fresh = file.with_suffix(".fresh")
    fresh.write_text(str(seconds))
    fresh.replace(file)


def _seconds(name: str | None) -> timedelta:
    return timedelta(seconds=float(Path(name).read_text())) if name else timedelta()


def turn(by: timedelta) -> None:
    """Turn it further, for every process that reads the same file."""
    put(Path(os.environ[FILE]), (ahead() + by).total_seconds())


def begin(file: Path) -> None:
    """Keep it in this file, as the machine has it."""
    file.write_text("0")
    os.environ[FILE] = str(file)


def now() -> datetime:
    """What time it is."""
    return datetime.now(UTC) + ahead()


class _Turned(datetime):
    """Stands in for the `datetime` of a module that asks the machine."""

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
        return datetime.now(tz) + ahead()


class _TurnedByTheDatabase(DatabaseClock):
    """The database's time, and what it was turned by."""

    def now(self) -> datetime:
        return super().now() + ahead()


def follow() -> None:
    """Let this process, and those that are born of it, go by the clock of the suite."""
    for module in ASK_THE_MACHINE:
        module.datetime = _Turned  # type: ignore[attr-defined]
    for module in BY_THE_DATABASE:
        setattr(module, "DatabaseClock", _TurnedByTheDatabase)  # noqa: B010 - it is imported there


def be_wrong(web: ModuleType) -> None:
    """Let the clock of this web process, which `web` built the application of, be wrong as its file says, each time."""
    file = os.environ.get(SKEW)

    class Skewed(datetime):
        """Stands in for the `datetime` of a machine that is not set by anybody."""

        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
            return datetime.now(tz) + _seconds(file)

    web.datetime = Skewed  # type: ignore[attr-defined]
