"""A clock that stands still, for code that asks the real one."""

from datetime import datetime, tzinfo

from core.platform.clock import DatabaseClock
from tests.core.seed import NOW


class NineInTheMorning(datetime):
    """Stands in for the `datetime` of a module; the moment is that of the registry's today."""

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
        return NOW.astimezone(tz)


class NineByTheDatabase(DatabaseClock):
    """Stands in for the database's clock, at the same moment."""

    def now(self) -> datetime:
        return NOW

    async def ask(self) -> datetime:
        return NOW
