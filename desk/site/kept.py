"""Figures that a web process keeps for a while, each with the moment at which they were counted.

They are kept for whom the database would count the same: a role and a place. A page that shows them says when they
were counted, and counts them anew when it is asked to.
"""

from asyncio import Lock
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Generic, TypeVar

from starlette.requests import Request

from core.staff.agents import Actor

Made = TypeVar("Made")
KEPT_FOR: Final = timedelta(minutes=5)
MOST_KEPT: Final = 200


@dataclass(frozen=True, slots=True)
class CountedFigures(Generic[Made]):
    """Figures, and the moment at which they were counted."""

    figures: Made
    at: datetime


@dataclass(slots=True)
class _Place(Generic[Made]):
    """Where figures of one kind are kept; whoever asks while they are counted waits for them."""

    counting: Lock = field(default_factory=Lock)
    counted: CountedFigures[Made] | None = None


def asked_anew(request: Request) -> bool:
    """Whether a page is asked to count its figures now."""
    return request.query_params.get("anew", "") == "1"


class KeptFigures(Generic[Made]):
    """The figures of one page, by who asks and for what."""

    def __init__(self) -> None:
        self._places: OrderedDict[Hashable, _Place[Made]] = OrderedDict()

    async def counted(
        self, me: Actor, asked: Hashable, now: datetime, count: Callable[[], Awaitable[Made]], *, anew: bool = False
    ) -> CountedFigures[Made]:
        """The figures as they were counted a short while ago, or are now; `anew` counts them whatever is kept."""
        place = self._place((me.role, me.scope_kind, me.scope_code, now.date(), asked))
        async with place.counting:
            kept = place.counted
            if kept is None or anew or not timedelta(0) <= now - kept.at < KEPT_FOR:
                kept = place.counted = CountedFigures(await count(), now)
        return kept

    def _place(self, key: Hashable) -> _Place[Made]:
        place = self._places.setdefault(key, _Place())
        self._places.move_to_end(key)
        while len(self._places) > MOST_KEPT:
            self._places.popitem(last=False)
        return place
