"""When SMS may go: a window of the day in Bamako, which keeps UTC all year."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta


@dataclass(frozen=True, slots=True)
class Window:
    """From `opens` to `closes` of each day; equal hours mean all day."""

    opens: time
    closes: time

    def is_open(self, now: datetime) -> bool:
        """Whether SMS may go now."""
        if self.opens == self.closes:
            return True
        return self.opens <= now.time() < self.closes

    def next_day(self, now: datetime) -> datetime:
        """When it opens tomorrow."""
        return datetime.combine(now.date() + timedelta(days=1), self.opens, UTC)

    def end_of(self, day: date) -> datetime:
        """The last moment of a day at which a message that must go that day may go."""
        if self.opens == self.closes:
            return datetime.combine(day + timedelta(days=1), time(0), UTC)
        return datetime.combine(day, self.closes, UTC)
