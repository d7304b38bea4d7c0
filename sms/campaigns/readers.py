"""Who gets which of the texts of a plan: what is noted with it, for whoever approves it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from psycopg import AsyncConnection

from core.outbox.messages import Reason
from core.platform.sql import row_factory
from sms.outbox.composing import TextPiece, Written

READERS: Final = "SELECT text_id, count(*) AS people FROM request GROUP BY text_id"
TOLD_WITH: Final = f"""
SELECT told_with AS campaign_id, count(*) AS people FROM recipient
WHERE why = '{Reason.TOLD_TOGETHER}' GROUP BY told_with ORDER BY told_with
"""  # noqa: S608 - our own words


@dataclass(frozen=True, slots=True)
class _Readers:
    """How many people get a text."""

    text_id: int
    people: int


@dataclass(frozen=True, slots=True)
class _ToldWith:
    """How many people a campaign of another round tells of this one."""

    campaign_id: int
    people: int


class Texts:
    """The texts of a plan that leave something out, or tell other rounds too, by their numbers."""

    def __init__(self) -> None:
        self._left_out: dict[int, Sequence[TextPiece]] = {}
        self._together: dict[int, int] = {}

    def add(self, text_id: int, text: Written) -> None:
        """Remember a text where there is something to note of it."""
        if text.left_out:
            self._left_out[text_id] = text.left_out
        if text.others:
            self._together[text_id] = text.size

    async def noted(self, connection: AsyncConnection) -> Mapping[str, object]:
        """`left_out`: how many people get no room for each piece; `together`: how many are told of other rounds too.

        The latter with the number of their longest text. `told_with`: how many other campaigns tell of this round.
        """
        return {**await self._of_readers(connection), **await _told_with(connection)}

    async def _of_readers(self, connection: AsyncConnection) -> Mapping[str, object]:
        if not (self._left_out or self._together):
            return {"left_out": {}}
        async with connection.cursor(row_factory=row_factory(_Readers)) as cursor:
            await cursor.execute(READERS)
            readers = await cursor.fetchall()
        people: Counter[str] = Counter()
        for each in readers:
            people.update(dict.fromkeys(self._left_out.get(each.text_id, ()), each.people))
        together = {each.text_id: each.people for each in readers if each.text_id in self._together}
        if not together:
            return {"left_out": dict(people)}
        longest = max(together, key=lambda text: (self._together[text], -text))
        return {"left_out": dict(people), "together": {"people": sum(together.values()), "text": longest}}


async def _told_with(connection: AsyncConnection) -> Mapping[str, object]:
    async with connection.cursor(row_factory=row_factory(_ToldWith)) as cursor:
        await cursor.execute(TOLD_WITH)
        others = {str(each.campaign_id): each.people for each in await cursor.fetchall()}
    return {"told_with": others} if others else {}
