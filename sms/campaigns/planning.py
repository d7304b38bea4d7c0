"""The plan of a campaign: a snapshot of who is told what, written in the database's own memory.

One message for each number, whatever households share it; one text for all who are told the same in the same language;
one request for each hundred of them. Only the texts come to us: whatever the number of recipients, the memory of a plan
is that of its texts.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

from psycopg import AsyncConnection, sql
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from core.campaigns.models import CampaignKind, CampaignState
from core.platform import database
from core.platform.settings import Settings
from core.staff.agents import Actor
from core.text.alphabet import alphabet
from core.text.languages import Language
from core.text.translator import translator
from sms.campaigns import snapshot
from sms.campaigns.audience import DAYS_BEFORE, Subject, wanted_sql, wanted_values
from sms.campaigns.drafts import CHANGED
from sms.campaigns.scope import UnknownCampaign, must_run
from sms.campaigns.steps import WrongState
from sms.outbox.contents import Content, Events, FreeWords, Payments, events_of, payments_of
from sms.outbox.freshness import FREE_TEXT_DAYS, LONG_AGO
from sms.outbox.texts import campaign_text, written
from sms.outbox.window import Window

ONE_PLAN_AT_A_TIME: Final = 7_551_902
"""Key of the advisory lock that a plan holds to its end, so that two plans do not tell the same twice."""

PRIORITIES: Final = {
    CampaignKind.REMINDER_1: 1,
    CampaignKind.CANCELLED: 1,
    CampaignKind.MOVED: 1,
    CampaignKind.REMINDER_3: 2,
    CampaignKind.ANNOUNCE: 3,
    CampaignKind.UNCLAIMED: 3,
    CampaignKind.FREE: 4,
}
"""Which requests go first; single notices go before all of them."""

TOLD_LATELY: Final = timedelta(days=2)
"""Who was announced a day so lately need not be reminded of it three days before."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What was planned: recipients, SMS parts, their estimated cost (None: no price is set), and who is left out."""

    campaign_id: int
    recipients: int
    parts: int
    cost_xof: int | None
    needs_second: bool
    texts: int
    requests: int


async def plan(
    campaign_id: int, settings: Settings, now: datetime, *, actor: Actor | None = None, keep_told: bool = True
) -> Plan:
    """Make the snapshot of a draft, or of a plan that nobody approved yet, anew; raises CampaignError.

    `actor` plans it, and cannot approve it; None for its drafter, or for a rule. With `keep_told`, who was told already
    is listed among those left out. Approvals given to an older plan are void.
    """
    if actor is not None:
        await must_run(actor, campaign_id)
    async with database.copying() as connection:
        await connection.execute("SELECT pg_advisory_xact_lock(%s)", [ONE_PLAN_AT_A_TIME])
        await connection.execute("SET LOCAL work_mem = '128MB'")
        await connection.execute("SET LOCAL jit = off")
        campaign = await _locked(connection, campaign_id)
        if actor is not None:
            campaign["planned_by"] = actor.id
        planning = _Planning(connection, campaign, settings, now, keep_told)
        made = await planning.make()
        await connection.commit()
    return made


async def _locked(connection: AsyncConnection, campaign_id: int) -> dict[str, Any]:
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute("SELECT * FROM campaign WHERE id = %s FOR UPDATE", [campaign_id])
        found = await cursor.fetchone()
    if found is None:
        raise UnknownCampaign(f"there is no campaign {campaign_id}")
    if found["state"] not in (CampaignState.DRAFT, CampaignState.PLANNED):
        raise WrongState(f"campaign {campaign_id} is {found['state']}: only a draft or a plan can be planned")
    return found


class _Planning:
    """One plan being made, on a connection whose transaction it is."""

    def __init__(
        self, connection: AsyncConnection, campaign: dict[str, Any], settings: Settings, now: datetime, keep_told: bool
    ) -> None:
        self._connection = connection
        self._campaign = campaign
        self._kind = CampaignKind(campaign["kind"])
        self._subject = Subject.from_json(campaign["subject"])
        self._settings = settings
        self._alphabet = alphabet(settings.alphabet)
        self._window = Window(*settings.sms_window)
        self._now = now
        self._keep_told = keep_told
        self._values = wanted_values(self._kind, self._subject, now.date()) | {
            "campaign": campaign["id"],
            "kind": self._kind.value,
            "planned_by": campaign["planned_by"],
            "now": now,
            "batch": settings.sms_batch_size,
            "numbers": 2 if settings.sms_second_number else 1,
            "only": self._subject.language.value if self._subject.language else None,
            "event_subject": Jsonb({"event": campaign["subject"].get("event")}),
            "lately": now - (timedelta(days=FREE_TEXT_DAYS) if self._kind is CampaignKind.FREE else LONG_AGO),
            "announced_lately": now - TOLD_LATELY,
            "long_ago": now - LONG_AGO,
            "priority": PRIORITIES[self._kind],
            "keep_told": keep_told,
        }

    async def make(self) -> Plan:
        """Gather, judge, write and count."""
        self._values["not_before"] = self._not_before()
        await self._run(snapshot.FORGET)
        await self._run(f"CREATE TEMP TABLE wanted ON COMMIT DROP AS {wanted_sql(self._kind, self._subject)}")
        await self._run("ANALYZE wanted")
        await self._run(snapshot.REACHED)
        await self._run(snapshot.gathered(self._kind, self._subject))
        await self._run("CREATE INDEX ON recipient (language, content)")
        await self._run("ANALYZE recipient")
        await self._write_texts()
        await self._run(snapshot.REQUESTS)
        await self._run(snapshot.BATCHES)
        await self._run(snapshot.MESSAGES)
        await self._run(snapshot.UNREACHABLE)
        if self._subject.round_id is not None and self._kind is CampaignKind.ANNOUNCE:
            await self._run(snapshot.WITHOUT_A_DAY)
        return await self._counted()

    async def _run(self, statement: str) -> None:
        await self._connection.execute(sql.SQL(statement), self._values)

    async def _write_texts(self) -> None:
        """Say each content in each language it is needed in."""
        columns = "campaign_id, language, content, body, parts, size, not_after"
        contents = await self._connection.execute(
            "SELECT DISTINCT language, content FROM recipient WHERE why IS NULL ORDER BY language, content"
        )
        rows = await contents.fetchall()
        async with (
            self._connection.cursor() as cursor,
            cursor.copy(sql.SQL(f"COPY message_text ({columns}) FROM STDIN")) as copy,
        ):
            for language, content in rows:
                told = self._content(content)
                spoken = translator(Language(language))
                said = campaign_text(self._kind, told, spoken)
                text = written(said, spoken, self._alphabet, reserve=self._settings.sms_optout_reserve)
                row = (self._campaign["id"], language, content, text.body, text.parts, text.size, self._not_after(told))
                await copy.write_row(row)

    def _content(self, content: str) -> Content:
        if self._kind is CampaignKind.FREE:
            return FreeWords(self._campaign["text_fr"], self._campaign["text_bm"])
        return payments_of(content) if self._subject.event is None else events_of(content)

    def _not_after(self, told: Content) -> datetime | None:
        """The last moment at which a text is worth sending: a reminder on its own day, the rest until what it tells.

        None for free words: theirs is counted from the start.
        """
        days: list[date] = []
        match told:
            case Payments(lines):
                days = [day for line in lines for day in (line.day or line.old_day,) if day]
            case Events(lines):
                days = [line.day for line in lines]
            case FreeWords():
                return None
        day = max(days, default=self._now.date())
        return self._window.end_of(day - timedelta(days=DAYS_BEFORE.get(self._kind, 0)))

    async def _counted(self) -> Plan:
        """Count what was written, and note it with the campaign."""
        settings = self._settings
        single, part = (160, 153) if self._alphabet.name == "gsm7" else (70, 67)
        sizes = {"reserve": settings.sms_optout_reserve, "single": single, "part": part}
        async with self._connection.cursor(row_factory=dict_row) as cursor:
            await cursor.execute(sql.SQL(snapshot.COUNTED), self._values | sizes)
            counted = await cursor.fetchone() or {}
            parts = int(counted["parts"])
            cost = round(parts * settings.sms_part_price_xof) if settings.sms_part_price_xof else None
            needs_second = parts > settings.sms_cap_parts or (cost or 0) > settings.sms_cap_xof
            found = {"parts": parts, "cost": cost, "needs_second": needs_second, "recipients": counted["recipients"]}
            await cursor.execute(snapshot.PLANNED, self._values | found)
            change = {"id": self._campaign["id"], "now": self._now, "agent_id": self._campaign["planned_by"]}
            note = f"{counted['recipients']} recipients, {parts} parts"
            state = {"from_state": self._campaign["state"], "to_state": "planned", "note": note}
            await cursor.execute(CHANGED, change | state)
        return Plan(
            campaign_id=self._campaign["id"],
            recipients=counted["recipients"],
            parts=parts,
            cost_xof=cost,
            needs_second=needs_second,
            texts=counted["texts"],
            requests=counted["requests"],
        )

    def _not_before(self) -> datetime:
        """When it may go at the earliest: a reminder on its own day."""
        spoken: date | None = self._values["day"]
        if spoken is None:
            return self._now
        return datetime.combine(spoken - timedelta(days=DAYS_BEFORE[self._kind]), time(0), UTC)
