"""Delivery reports: in any order, twice, before our own row, for ids that are not ours, thousands a second.

Reports that come while others are being written go into the database together, in one statement; each is answered once
it stands there. A message only moves forward, and a final state never changes. A report whose id no message has waits
in a table of its own: both sides write first and look afterwards, so that one of them sees the other.

A gateway may write the id in its report in another way than the one that it gave (`spellings`). Then the number says
whose it is: what is spelt otherwise is a message's of the same number alone.
"""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import structlog
from sqlalchemy.exc import OperationalError

from core.outbox.messages import FIRST_GATEWAY, MessageState
from core.platform import sql
from sms.outbox.ranks import is_final, rank

log = structlog.get_logger(__name__)

MOST_AT_ONCE: Final = 1000
WRITERS: Final = 2
TRIES: Final = 5
FAR: Final = {MessageState.ON_ITS_WAY: 0, MessageState.DELIVERED: 1, MessageState.FAILED: 1}


APART: Final = " "
"""Stands between a gateway and an id in a key; no id has it."""


def key_of(gateway: str, provider_id: str) -> str:
    """What a report waits under: two gateways may give the same id.

    That of the gateway which there was alone is its id, as the version before writes and reads it.
    """
    return provider_id if gateway == FIRST_GATEWAY else f"{gateway}{APART}{provider_id}"


def id_of(report: str) -> str:
    """SQL of the id in the key of an early report, by the name of its row."""
    prefix = f"{report}.gateway || '{APART}'"
    return (
        f"CASE WHEN starts_with({report}.provider_id, {prefix}) "
        f"THEN substr({report}.provider_id, length({prefix}) + 1) ELSE {report}.provider_id END"
    )


@dataclass(frozen=True, slots=True)
class DeliveryReport:
    """What a gateway, by its name, says of one message; `provider_id` is its own name for it, as it stands there.

    `spellings` are the other ways in which that id may have been given to us.
    """

    gateway: str
    provider_id: str
    msisdn: str
    state: MessageState
    reason: str
    at: datetime
    spellings: Sequence[str] = ()

    @property
    def key(self) -> str:
        """Which message it is of."""
        return key_of(self.gateway, self.provider_id)

    @property
    def message(self) -> tuple[str, str]:
        """What it speaks of: a gateway may give one id to two numbers."""
        return self.key, self.msisdn

    @property
    def reach(self) -> tuple[int, bool]:
        """How far it goes, and whether it says why it does not go further yet."""
        return FAR[self.state], self.state is MessageState.ON_ITS_WAY and bool(self.reason)

    @property
    def same_ids(self) -> list["SameId"]:
        """Its id, beside each that its message may have."""
        ways = (self.provider_id, *self.spellings)
        return [SameId(self.gateway, self.provider_id, way, bool(self.spellings)) for way in ways]


@dataclass(frozen=True, slots=True)
class SameId:
    """An id as a report writes it and as it was given, at one gateway; `by_number`: of the same number alone."""

    gateway: str
    reported: str
    given: str
    by_number: bool = False


def same_ids(gateway: str, given: str, spellings: Sequence[str] = ()) -> list[SameId]:
    """An id that a gateway gave, beside each way in which its reports may write it."""
    return [SameId(gateway, way, given, bool(spellings)) for way in (given, *spellings)]


def _is_its_own(report: str, pair: str) -> str:
    """SQL that tells whether a report and a message, one of whose ids is the other's, speak of one message.

    Their numbers tell. Where one of them has none, the id does, if no other message has it.
    """
    return f"""({report}.msisdn = message.msisdn
        OR (message.msisdn IS NULL OR {report}.msisdn = '')
        AND (NOT {pair}.by_number OR {pair}.reported = {pair}.given) AND NOT EXISTS (
            SELECT FROM message AS twin
            WHERE twin.provider_id = {pair}.given AND twin.gateway = {pair}.gateway AND twin.id <> message.id))"""


APPLY: Final = f"""
WITH report AS (
    SELECT * FROM unnest(CAST(%(gateways)s AS text[]), CAST(%(provider_ids)s AS text[]), CAST(%(msisdns)s AS text[]),
        CAST(%(states)s AS text[]), CAST(%(reasons)s AS text[]), CAST(%(moments)s AS timestamptz[]),
        CAST(%(keys)s AS text[])) AS t (gateway, provider_id, msisdn, state, reason, at, key)
), same AS (
    SELECT * FROM unnest(CAST(%(same_gateways)s AS text[]), CAST(%(reported)s AS text[]), CAST(%(given)s AS text[]),
        CAST(%(by_number)s AS boolean[])) AS t (gateway, reported, given, by_number)
), ours AS (
    SELECT message.id, report.* FROM report
    JOIN same ON same.gateway = report.gateway AND same.reported = report.provider_id
    JOIN message ON message.gateway = same.gateway AND message.provider_id = same.given
    WHERE {_is_its_own("report", "same")}
    ORDER BY message.id FOR UPDATE OF message
), furthest AS (
    SELECT DISTINCT ON (id) * FROM ours
    ORDER BY id, {rank("state")} DESC, (state = '{MessageState.ON_ITS_WAY}' AND reason <> '') DESC, at
), moved AS (
    UPDATE message SET state = furthest.state, reason = nullif(furthest.reason, ''),
        final_at = CASE WHEN {is_final("furthest.state")} THEN furthest.at END
    FROM furthest WHERE message.id = furthest.id AND ({rank("furthest.state")} > {rank("message.state")}
        OR (furthest.state = '{MessageState.ON_ITS_WAY}' AND message.state = furthest.state AND furthest.reason <> ''))
), strange AS (
    SELECT DISTINCT ON (key) * FROM report
    WHERE NOT EXISTS (SELECT FROM ours WHERE (ours.key, ours.msisdn) = (report.key, report.msisdn))
    ORDER BY key
), early AS (
    INSERT INTO early_report AS earlier (gateway, provider_id, msisdn, state, reason, received_at)
    SELECT gateway, key, msisdn, state, nullif(reason, ''), at FROM strange ORDER BY key
    ON CONFLICT (provider_id) DO UPDATE
    SET state = EXCLUDED.state, reason = EXCLUDED.reason, received_at = EXCLUDED.received_at
    WHERE {rank("EXCLUDED.state")} > {rank("earlier.state")} AND earlier.gateway = EXCLUDED.gateway
        AND earlier.msisdn = EXCLUDED.msisdn
)
SELECT key FROM strange
"""  # noqa: S608 - our own words
ADOPT: Final = f"""
WITH same AS (
    SELECT * FROM unnest(CAST(%(same_gateways)s AS text[]), CAST(%(reported)s AS text[]), CAST(%(given)s AS text[]),
        CAST(%(by_number)s AS boolean[]), CAST(%(same_keys)s AS text[])) AS t (gateway, reported, given, by_number, key)
), adopted AS (
    SELECT message.id, early.* FROM same
    JOIN early_report AS early ON early.gateway = same.gateway AND early.provider_id IN (same.key, same.reported)
    JOIN message ON message.gateway = same.gateway AND message.provider_id = same.given
    WHERE {_is_its_own("early", "same")}
    ORDER BY message.id FOR UPDATE OF message, early
), furthest AS (
    SELECT DISTINCT ON (id) * FROM adopted ORDER BY id, {rank("state")} DESC
), moved AS (
    UPDATE message SET state = furthest.state, reason = furthest.reason,
        final_at = CASE WHEN {is_final("furthest.state")} THEN furthest.received_at END
    FROM furthest WHERE message.id = furthest.id AND {rank("furthest.state")} > {rank("message.state")}
)
DELETE FROM early_report USING adopted WHERE early_report.provider_id = adopted.provider_id
"""  # noqa: S608


async def apply(reports: Iterable[DeliveryReport]) -> None:
    """Write reports down, the furthest of each id."""
    furthest: dict[tuple[str, str], DeliveryReport] = {}
    for report in reports:
        other = furthest.get(report.message)
        if other is None or report.reach > other.reach:
            furthest[report.message] = report
    ordered = [furthest[message] for message in sorted(furthest)]
    values = {
        "gateways": [report.gateway for report in ordered],
        "provider_ids": [report.provider_id for report in ordered],
        "msisdns": [report.msisdn for report in ordered],
        "states": [report.state for report in ordered],
        "reasons": [report.reason for report in ordered],
        "moments": [report.at for report in ordered],
        "keys": [report.key for report in ordered],
        **_columns([same for report in ordered for same in report.same_ids]),
    }
    early = set(await sql.scalars(APPLY, values))
    if early:
        await adopt(same for report in ordered if report.key in early for same in report.same_ids)


async def adopt(same: Iterable[SameId]) -> None:
    """Give messages the reports that came before their ids were written down."""
    await sql.execute(ADOPT, _columns(list(same)))


def _columns(same: Sequence[SameId]) -> dict[str, list[str] | list[bool]]:
    return {
        "same_gateways": [each.gateway for each in same],
        "reported": [each.reported for each in same],
        "given": [each.given for each in same],
        "by_number": [each.by_number for each in same],
        "same_keys": [key_of(each.gateway, each.reported) for each in same],
    }


class Inbox:
    """Takes reports one by one and writes them down together; `take` ends when its report stands in the database.

    While some are being written others are read and written too, as by another process.
    """

    def __init__(self) -> None:
        self._waiting: list[tuple[DeliveryReport, asyncio.Future[None]]] = []
        self._writing: set[asyncio.Task[None]] = set()

    async def take(self, report: DeliveryReport) -> None:
        """Write a report down; raises what the database raised, after a few tries."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((report, done))
        if len(self._writing) < WRITERS:
            self._writing.add(asyncio.create_task(self._write()))
        await done

    async def _write(self) -> None:
        try:
            while self._waiting:
                batch, self._waiting = self._waiting[:MOST_AT_ONCE], self._waiting[MOST_AT_ONCE:]
                error = await _applied([report for report, _ in batch])
                for _, done in batch:
                    if done.done():
                        continue
                    if error is None:
                        done.set_result(None)
                    else:
                        done.set_exception(error)
        finally:
            self._writing -= {asyncio.current_task()}


async def _applied(reports: Sequence[DeliveryReport]) -> Exception | None:
    """Apply reports, again where two processes stood in each other's way; give what went wrong in the end."""
    for attempt in range(1, TRIES + 1):
        try:
            await apply(reports)
        except OperationalError as error:
            if attempt == TRIES:
                return error
            await asyncio.sleep(0.02 * attempt)
        except Exception as error:
            return error
        else:
            return None
    return None
