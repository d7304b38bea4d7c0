"""A door: one method of one path, who may go through, what it takes and gives. Documents and routes are made of it."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any, Final, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from api import cursors
from api.problems import ApiProblem
from core.systems.holders import KeyHolder
from core.systems.scopes import KeyScope

ROOT: Final = "/api/v1"
MOST: Final = 500
SETTLED_SECONDS: Final = 10
"""What was written later may be followed by what began before it: no list shows it yet, so that a cursor skips none."""

Item = TypeVar("Item")


class NoQuery(BaseModel):
    """Nothing is asked in the address."""

    model_config = ConfigDict(extra="forbid")


class PageQuery(BaseModel):
    """Which part of a list."""

    model_config = ConfigDict(extra="forbid")

    limit: int = Field(default=100, ge=1, le=MOST, description="Items at the most.")
    cursor: str | None = Field(default=None, max_length=400, description="`next` of the page before.")


class ItemPage(BaseModel, Generic[Item]):
    """Part of a list; `next` is the cursor of what follows, null at its end."""

    items: list[Item]
    next: str | None = Field(description="The cursor of what follows; null: nothing does, yet.")


@dataclass(frozen=True, slots=True)
class DoorCall:
    """What a holder asks at a door."""

    holder: KeyHolder
    now: datetime
    number: int
    """The number in the path, 0 without one."""
    query: Any
    body: Any
    headers: Mapping[str, str]
    path: str

    @property
    def settled(self) -> datetime:
        """What was written before is whole."""
        return self.now - timedelta(seconds=SETTLED_SECONDS)

    def after(self, *kinds: type) -> tuple[Any, ...] | None:
        """The key that the cursor of the query stands behind."""
        return cursors.read(self.path, self._as_asked, self.query.cursor, kinds)

    def cursor(self, *key: int | str) -> str:
        """The cursor behind an item."""
        return cursors.written(self.path, self._as_asked, key)

    @property
    def _as_asked(self) -> str:
        """The query, without where in the list one is, and whose it is."""
        return f"{self.holder.system} {self.query.model_dump_json(exclude={'limit', 'cursor'})}"

    def page(self, items: list[Item], key: Callable[[int], tuple[int | str, ...]]) -> ItemPage[Item]:
        """The page of these items; `key` is that of the item at an index."""
        is_full = len(items) >= self.query.limit
        return ItemPage(items=items, next=self.cursor(*key(len(items) - 1)) if is_full else None)


@dataclass(frozen=True, slots=True)
class DoorReply:
    """What a door gives: `shown` is how many things of persons."""

    content: BaseModel
    status: int = HTTPStatus.OK
    headers: Mapping[str, str] = field(default_factory=dict)
    shown: int = 0


@dataclass(frozen=True, slots=True)
class Door:
    """One way in. A key that has any of `scopes` goes through; without any named, every key does.

    `{number}` in the path is a whole number. `problems` are those of this door beside those of all.
    """

    method: str
    path: str
    name: str
    scopes: frozenset[KeyScope]
    fr: str
    en: str
    gives: Any
    do: Callable[[DoorCall], Awaitable[DoorReply]]
    query: type[BaseModel] = NoQuery
    takes: type[BaseModel] | None = None
    status: int = HTTPStatus.OK
    once: bool = False
    """It takes an idempotency key."""
    by_basic: bool = False
    """The key may come as the password of basic authentication too, from a sender that knows nothing else."""
    by_itself: bool = False
    """It has transactions of its own, by other sign-ins than that of who reads."""
    problems: tuple[ApiProblem, ...] = ()

    @property
    def has_number(self) -> bool:
        """Whether the path has a number."""
        return "{number}" in self.path
