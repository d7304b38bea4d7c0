"""The plan of a campaign: a snapshot of who is told what, written in the database's own memory.

One message for each number, whatever households share it; one text for all who are told the same in the same language;
one request for each hundred of them. Only the texts come to us: whatever the number of recipients, the memory of a plan
is that of its texts.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Final

from psycopg import AsyncConnection
from psycopg.types.json import Jsonb

from core.campaigns.models import OWN_WORDS, CampaignKind
from core.campaigns.steps import CampaignStep, must
from core.platform import database
from core.platform.locks import WAIT, Lock
from core.platform.settings import Settings
from core.platform.settings.in_force import in_force
from core.platform.sql import NOTHING, row_factory
from core.registry.components import ComponentCode
from core.staff.agents import Actor
from core.text.alphabet import alphabet
from core.text.languages import Language
from core.text.translator import translator
from sms.campaigns import other_rounds, personal, snapshot, tally
from sms.campaigns.audience import DAYS_BEFORE, Audience, wanted_sql, wanted_values
from sms.campaigns.budgets import budgets_of
from sms.campaigns.dead_numbers import dead_values
from sms.campaigns.readers import Texts
from sms.campaigns.scope import must_run
from sms.campaigns.sheets import SheetRow
from sms.campaigns.templates import USED, TemplateVersion
from sms.campaigns.unplanned import Unplanned, locked
from sms.outbox.composing import SmsRoom, TextPiece, Written
from sms.outbox.contents import Content, EventLine, Events, FreeWords, Payments, events_of, payments_of
from sms.outbox.freshness import FREE_TEXT_DAYS, LONG_AGO
from sms.outbox.personal_words import PersonalWords, personal_words
from sms.outbox.routes import OTHERS, every_route
from sms.outbox.template_texts import can_be_said, template_sms
from sms.outbox.texts import campaign_sms
from sms.outbox.window import Window

PRIORITIES: Final = {
    CampaignKind.REMINDER_1: 1,
    CampaignKind.CANCELLED: 1,
    CampaignKind.MOVED: 1,
    CampaignKind.REMINDER_3: 2,
    CampaignKind.ANNOUNCE: 3,
    CampaignKind.UNCLAIMED: 3,
    CampaignKind.FREE: 4,
    CampaignKind.PERSONAL: 4,
}
"""Which requests go first; single notices go before all of them."""

TEMPORARY_MB: Final = 64
"""Memory for what a plan keeps beside the tables."""

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
    campaign_id: int,
    settings: Settings,
    now: datetime,
    *,
    actor: Actor | None = None,
    keep_told: bool = True,
    rows: Sequence[SheetRow] = (),
) -> Plan:
    """Make the snapshot of a draft, or of a plan that nobody approved yet, anew; raises CampaignError.

    `actor` plans it, and cannot approve it; None for its drafter, or for a rule. With `keep_told`, who was told already
    is listed among those left out. Approvals given to an older plan are void. `rows` are those of a personal message's
    file.
    """
    if actor is not None:
        await must_run(actor, campaign_id)
    async with database.copying(temporary_mb=TEMPORARY_MB) as connection:
        await connection.execute(WAIT, {"lock": int(Lock.PLAN)})
        await connection.execute("SET LOCAL work_mem = '128MB'")
        await connection.execute("SET LOCAL jit = off")
        campaign = await locked(connection, campaign_id)
        must(CampaignStep.PLAN, campaign, actor)
        if actor is not None:
            campaign = replace(campaign, planned_by=actor.id)
        planning = _Planning(connection, campaign, settings, now, keep_told, rows)
        made = await planning.make()
        await connection.commit()
        if made.recipients >= tally.MANY:
            await connection.execute("SELECT messages_analyzed()")
            await connection.commit()
    if made.recipients >= tally.MANY:
        await tally.keep(campaign_id, now)
    return made


@dataclass(frozen=True, slots=True)
class Spoken:
    """What is told, in a language that it is needed in."""

    id: int
    later_id: int
    language: Language
    content: str
    component: ComponentCode | None
    beside: str | None
    has_first: bool
    has_later: bool


@dataclass(frozen=True, slots=True)
class PlanCount:
    """What was written: recipients, texts, requests, SMS parts, and their cost by the first routes (0: unknown).

    `withdrawn`: a whole round is told of no day.
    """

    recipients: int
    texts: int
    requests: int
    parts: Decimal | int
    cost: Decimal | int
    withdrawn: bool = False


class _Planning:
    """One plan being made, on a connection whose transaction it is."""

    def __init__(
        self,
        connection: AsyncConnection,
        campaign: Unplanned,
        settings: Settings,
        now: datetime,
        keep_told: bool,
        rows: Sequence[SheetRow] = (),
    ) -> None:
        self._connection = connection
        self._campaign = campaign
        self._kind = campaign.kind
        self._audience = Audience.from_json(campaign.audience)
        self._settings = settings
        self._alphabet = alphabet(settings.alphabet)
        self._window = Window(*settings.sms_window)
        self._now = now
        self._keep_told = keep_told
        self._rows = rows
        self._words: Mapping[str, str] | None = None
        self._written = Texts()
        self._values = wanted_values(self._kind, self._audience, now) | {
            "campaign": campaign.id,
            "kind": self._kind.value,
            "planned_by": campaign.planned_by,
            "batch": settings.sms_batch_size,
            "numbers": 2 if settings.sms_second_number else 1,
            "crowd": settings.phone_crowd,
            **dead_values(settings, now),
            "only": self._audience.language.value if self._audience.language else None,
            "event_audience": Jsonb({"event": campaign.audience.get("event")}),
            "lately": now - (timedelta(days=FREE_TEXT_DAYS) if self._kind in OWN_WORDS else LONG_AGO),
            "today_began": datetime.combine(now.date(), time(0), UTC),
            "announced_lately": now - TOLD_LATELY,
            "long_ago": now - LONG_AGO,
            "priority": PRIORITIES[self._kind],
            "keep_told": keep_told,
            "by_itself": campaign.planned_by is None,
            "needs_announcement": settings.sms_rules_need_announcement,
        }

    async def make(self) -> Plan:
        """Gather, judge, write and count."""
        self._values["not_before"] = self._not_before()
        self._values["reminds_today"] = self._kind in DAYS_BEFORE and self._values["not_before"] <= self._now
        await self._run(snapshot.FORGET)
        await self._choose_words()
        if self._kind is CampaignKind.PERSONAL:
            await self._gather_personal()
        else:
            await self._gather()
        await self._run("ANALYZE recipient (msisdn, language, content_id, why)")
        await self._run(snapshot.SPOKEN_TABLE)
        await self._run("ANALYZE spoken")
        await self._write_texts()
        await self._run("ANALYZE written")
        await self._run(snapshot.REQUESTS)
        await self._run("ANALYZE request (msisdn, id, text_id)")
        await self._run(other_rounds.NOBODY if self._kind is CampaignKind.PERSONAL else other_rounds.TOLD_TOO)
        await self._run("ANALYZE told_too")
        await self._run(snapshot.BATCHES)
        await self._run(snapshot.MESSAGES)
        if self._kind is not CampaignKind.PERSONAL:
            await self._run(snapshot.UNREACHABLE)
        if self._audience.round_id is not None and self._kind is CampaignKind.ANNOUNCE:
            await self._run(snapshot.WITHOUT_A_DAY)
        return await self._counted()

    async def _gather_personal(self) -> None:
        """Who is told what by the rows of a file."""
        await self._run(snapshot.told_before(self._kind, self._audience))
        await personal.gather(self._connection, self._rows, self._campaign.texts or {}, self._values)

    async def _gather(self) -> None:
        """Which households are wanted, by which numbers they are reached, and what each is told."""
        await self._run(f"CREATE TEMP TABLE wanted ON COMMIT DROP AS {wanted_sql(self._kind, self._audience)}")
        await self._run("ANALYZE wanted (household_id)")
        await self._run(snapshot.REACHED)
        await self._run("ANALYZE reached (msisdn, household_id)")
        await self._run(snapshot.told_before(self._kind, self._audience))
        await self._run("ANALYZE told")
        about = self._kind if self._audience.round_id is not None else CampaignKind.FREE
        await self._run(other_rounds.others(about))
        await self._run("ANALYZE other")
        await self._run(snapshot.SERVED)
        await self._run("ANALYZE served")
        await self._run(other_rounds.told_together(about))
        await self._run("ANALYZE together")
        await self._run(snapshot.contents(self._kind, self._audience))
        await self._run(snapshot.HEARS)
        await self._run("ANALYZE hears (msisdn)")
        await self._run(snapshot.RECIPIENTS)

    async def _run(self, statement: str, values: Mapping[str, object] = NOTHING) -> None:
        await self._connection.execute(statement, {**self._values, **values})

    async def _choose_words(self) -> None:
        """Take the programme's own words where some are approved now, and note with which version the plan is made."""
        async with self._connection.cursor(row_factory=row_factory(TemplateVersion)) as cursor:
            await cursor.execute(USED, {"kind": self._kind.value})
            version = await cursor.fetchone()
        own = version is not None and version.texts is not None and self._audience.event is None
        self._words = version.texts if version and own else None
        await self._run(
            "UPDATE campaign SET template_id = %(template)s WHERE id = %(campaign)s",
            {"template": version.id if version and own else None},
        )

    async def _write_texts(self) -> None:
        """Say each content in each language it is needed in."""
        async with self._connection.cursor(row_factory=row_factory(Spoken)) as cursor:
            await cursor.execute(snapshot.SPOKEN)
            contents = await cursor.fetchall()
        await self._run(snapshot.WRITTEN)
        async with self._connection.cursor() as writing, writing.copy(snapshot.COPIED) as copy:
            for each in contents:
                for row in self._texts(each):
                    await copy.write_row(row)
        await self._run(snapshot.TEXTS)

    def _texts(self, spoken: Spoken) -> Iterator[tuple[object, ...]]:
        """A content as it is written in a language, in the order of `snapshot.COPIED`.

        Where somebody is written to for the first time and somebody is not, it is two texts if they differ.
        """
        content = self._content(spoken)
        first = self._said(spoken.language, content, self._settings.sms_optout_reserve)
        later = self._said(spoken.language, content, 0)
        base = first if spoken.has_first else later
        yield self._row(spoken.id, spoken, content, base)
        if spoken.has_first and spoken.has_later and later.body != first.body:
            yield self._row(spoken.later_id, spoken, content, later)

    def _said(self, language: Language, content: Content, reserve: int) -> Written:
        room = SmsRoom(self._settings.sms_payment_parts, reserve)
        spoken, today = translator(language), self._now.date()
        proven = campaign_sms(self._kind, content, spoken, today, self._alphabet, room)
        if self._words and isinstance(content, Payments) and can_be_said(self._kind, content) and not proven.others:
            own = template_sms(self._words, self._kind, content, spoken, today, self._alphabet, room)
            return replace(own, left_out=(*own.left_out, TextPiece.OTHERS)) if content.others else own
        return proven

    def _row(self, text_id: int, spoken: Spoken, content: Content, text: Written) -> tuple[object, ...]:
        self._written.add(text_id, text)
        end = self._not_after(content)
        return (
            text_id,
            self._campaign.id,
            spoken.language,
            spoken.content,
            text.body,
            text.parts,
            text.size,
            end,
            text.others,
        )

    def _content(self, spoken: Spoken) -> Content:
        if self._kind is CampaignKind.PERSONAL:
            return personal_words(self._campaign.texts or {}, spoken.content)
        if self._kind is CampaignKind.FREE:
            return FreeWords(self._campaign.texts or {})
        if self._audience.event is not None:
            return events_of(spoken.content)
        return payments_of(spoken.content, spoken.component, spoken.beside)

    def _not_after(self, content: Content) -> datetime | None:
        """The last moment at which a text is worth sending: a reminder on its own day, the rest until what it tells.

        None for free words: theirs is counted from the start.
        """
        days: list[date] = []
        match content:
            case Payments(lines):
                days = [day for line in lines for day in (line.day or line.old_day,) if day]
            case Events(lines):
                return max(map(self._told_until, lines))
            case FreeWords() | PersonalWords():
                return None
        return self._last_moment(max(days, default=self._now.date()))

    def _last_moment(self, day: date) -> datetime:
        """The last moment for what is told of a day."""
        return self._window.end_of(day - timedelta(days=DAYS_BEFORE.get(self._kind, 0)))

    def _told_until(self, event: EventLine) -> datetime:
        """The last moment for an event: nobody is called to one that began so long ago that it may be over."""
        last = self._last_moment(event.day)
        if event.hour is None:
            return last
        return min(last, datetime.combine(event.day, event.hour, UTC) + timedelta(hours=in_force().event_hours))

    async def _counted(self) -> Plan:
        """Count what was written, and note it with the campaign."""
        single, part = (160, 153) if self._alphabet.name == "gsm7" else (70, 67)
        first = [route for route in every_route(self._settings) if route.turn == 0]
        prices = {
            "operators": [route.operator or OTHERS for route in first],
            "prices": [route.price_xof for route in first],
        }
        sizes = {"reserve": self._settings.sms_optout_reserve, "single": single, "part": part}
        async with self._connection.cursor(row_factory=row_factory(PlanCount)) as cursor:
            await cursor.execute(snapshot.COUNTED, self._values | sizes | prices)
            count = await cursor.fetchone() or PlanCount(0, 0, 0, 0, 0)
        cost = round(count.cost) if count.cost else None
        budgets = await budgets_of(self._campaign.id, self._settings, self._now)
        plan = self._plan(count, cost, over_budget=any(budget.passes(cost) for budget in budgets))
        noted = await self._written.noted(self._connection)
        await self._run(
            snapshot.PLANNED,
            {
                "parts": plan.parts,
                "cost": plan.cost_xof,
                "needs_second": plan.needs_second,
                "recipients": plan.recipients,
                "from_state": self._campaign.state,
                "note_data": Jsonb({"recipients": plan.recipients, "parts": plan.parts, **noted}),
            },
        )
        return plan

    def _plan(self, count: PlanCount, cost: int | None, *, over_budget: bool) -> Plan:
        settings = self._settings
        parts = int(count.parts)
        dear = parts > settings.sms_cap_parts or (cost or 0) > settings.sms_cap_xof or over_budget
        return Plan(
            campaign_id=self._campaign.id,
            recipients=count.recipients,
            parts=parts,
            cost_xof=cost,
            needs_second=count.withdrawn or dear,
            texts=count.texts,
            requests=count.requests,
        )

    def _not_before(self) -> datetime:
        """When it may go at the earliest: a reminder on its own day."""
        spoken: date | None = self._values["day"]
        if spoken is None:
            return self._now
        return datetime.combine(spoken - timedelta(days=DAYS_BEFORE[self._kind]), time(0), UTC)
