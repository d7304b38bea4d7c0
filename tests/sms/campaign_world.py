"""A world of campaigns: households to tell, people who decide, and a watch turned by hand."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import count
from typing import Final

from core.campaigns.models import CampaignKind
from core.outbox.notice_kinds import NoticeKind
from core.outbox.notices import Notice, queue_notice
from core.payments.states import PaymentState
from core.platform.settings import Settings
from core.registry.statuses import Status
from core.staff.agents import Actor, LoginTaken, Role, actor_of, add_agent
from core.text.alphabet import GSM7
from core.text.languages import Language
from sms.campaigns import planning, steps
from sms.campaigns.audience import Audience
from sms.campaigns.drafts import Draft, draft
from sms.campaigns.planning import Plan
from sms.outbox.contents import EventLine, PaymentLine, events_of, payments_of
from sms.worker.sender import Clock, Sender
from tests.core import seed
from tests.core.seed import NOW, SAFO, TODAY
from tests.sms.scripted_gateway import ScriptedGateway, alone
from tests.support.database import change, one, query
from tests.support.patience import LONGEST_SECONDS

PAY_DAY: Final = TODAY + timedelta(days=6)
ROUND: Final = "T4 2026"
MAIRIE: Final = "Mairie de Safo"

AWA, BINTA, CHEICK, DJENEBA = "+22376000001", "+22376000002", "+22376000003", "+22376000004"
MALITEL, TELECEL, FIXED = "+22366000001", "+22350000001", "+22320221615"

BM, FR = Language("bm"), Language("fr")
SETTINGS: Final = Settings(sms_rate=0, sms_part_price_xof=0, sms_retry_seconds=120)


# Households and their payments


def numbers(count_of: int, start: str = "76", first: int = 0) -> list[str]:
    """So many numbers of an operator (76: Orange, 66: Malitel, 50: Telecel)."""
    return [f"+223{start}{number:06d}" for number in range(first, first + count_of)]


async def family(
    *phones: str,
    due: date | None = PAY_DAY,
    state: PaymentState = PaymentState.ANNOUNCED,
    last: date | None = None,
    name: str = "Awa Traoré",
    amount: int = 30_000,
    place: str | None = MAIRIE,
    moved: tuple[date, date | None] | None = None,
    round_name: str | None = ROUND,
    language: Language | None = None,
    commune: str = SAFO,
    village: str | None = "Dialakoroba",
    status: Status = Status.BENEFICIARY,
    components: tuple[str, ...] = (),
) -> int:
    """Plant a household with its phones and, unless `round_name` is None, its payment of that round; give its id."""
    household = await seed.household(
        head_name=name, phones=phones, commune=commune, village=village, status=status, components=components
    )
    if language:
        await change("UPDATE household SET language = %(language)s WHERE id = %(id)s", id=household, language=language)
    if round_name:
        moves = (moved,) if moved else ()
        await seed.payment(
            household, state, due=due, last=last, amount=amount, place=place, moves=moves, round_name=round_name
        )
    return household


async def crowd(msisdns: Iterable[str], due: date = PAY_DAY) -> None:
    """Plant a household for each number, all paid the same at the same place."""
    rounds = await query("SELECT id FROM payment_round WHERE component = 'TM' AND name = %(name)s", name=ROUND)
    round_id = rounds[0].id if rounds else await seed.pay_round("TM", ROUND)
    await change(
        """
        WITH asked AS (
            SELECT msisdn, CAST(20000000 + row_number() OVER () + (SELECT count(*) FROM household) AS text) AS number
            FROM unnest(CAST(%(msisdns)s AS text[])) AS t (msisdn)
        ), planted AS (
            INSERT INTO household (household_no, head_name, commune_pcode, status)
            SELECT number, 'Awa Traoré', %(commune)s, 'beneficiary' FROM asked RETURNING id, household_no
        ), phones AS (
            INSERT INTO household_phone (household_id, position, msisdn)
            SELECT planted.id, 1, asked.msisdn FROM planted JOIN asked ON asked.number = planted.household_no
        )
        INSERT INTO payment (household_id, round_id, due_date, place, amount_xof, state)
        SELECT id, %(round_id)s, %(due)s, %(place)s, 30000, 'announced' FROM planted
        """,
        msisdns=list(msisdns),
        commune=SAFO,
        round_id=round_id,
        due=due,
        place=MAIRIE,
    )


async def speaks(msisdn: str, language: Language) -> None:
    """Let a phone choose a language."""
    await change(
        "INSERT INTO phone (msisdn, language) VALUES (%(msisdn)s, %(language)s) "
        "ON CONFLICT (msisdn) DO UPDATE SET language = EXCLUDED.language",
        msisdn=msisdn,
        language=language,
    )


async def repaid(household: int, columns: Mapping[str, object], *, at: datetime = NOW) -> None:
    """Change columns of the payments of a household, as an import at `at` does."""
    assigned = ", ".join(f"{name} = %({name})s" for name in columns)
    await change(
        f"UPDATE payment SET {assigned}, updated_at = %(at)s WHERE household_id = %(household)s",  # noqa: S608
        **columns,
        household=household,
        at=at,
    )


async def move_day(household: int, to: date | None, *, at: datetime = NOW) -> None:
    """Move the payment of a household to another day (None: no day), as an import at `at` does."""
    await change(
        "INSERT INTO payment_move (payment_id, moved_at, old_day, new_day) "
        "SELECT id, %(at)s, due_date, CAST(%(to)s AS date) FROM payment WHERE household_id = %(household)s",
        household=household,
        at=at,
        to=to,
    )
    state = PaymentState.PLANNED if to is None else PaymentState.ANNOUNCED
    await repaid(household, {"due_date": to, "state": state.value}, at=at)


# Campaigns and who decides on them


async def somebody(login: str, role: Role = Role.SUPERVISOR) -> Actor:
    """Somebody who works here, a supervisor unless another role is given."""
    with suppress(LoginTaken):
        await add_agent(login, login.title(), role)
    return await actor_of(login)


async def round_id(name: str = ROUND) -> int:
    return int((await one("SELECT id FROM payment_round WHERE name = %(name)s", name=name)).id)


async def drafted(
    kind: CampaignKind = CampaignKind.ANNOUNCE,
    audience: Audience | None = None,
    *,
    now: datetime = NOW,
    french: str | None = None,
    bambara: str | None = None,
    planner: str | None = "awa",
) -> int:
    """Draft a campaign, of the round unless another audience is given; give its number."""
    by = (await somebody(planner)).id if planner else None
    whom = audience or Audience(round_id=await round_id())
    texts = {code: words for code, words in (("fr", french), ("bm", bambara)) if words is not None}
    return await draft(Draft(kind, whom, f"{kind}", texts or None, by), now, GSM7)


async def planned(
    kind: CampaignKind = CampaignKind.ANNOUNCE,
    audience: Audience | None = None,
    *,
    settings: Settings = SETTINGS,
    now: datetime = NOW,
    keep_told: bool = True,
    french: str | None = None,
    bambara: str | None = None,
    planner: str | None = "awa",
) -> Plan:
    """Draft a campaign, of the round unless another audience is given, and plan it."""
    campaign = await drafted(kind, audience, now=now, french=french, bambara=bambara, planner=planner)
    return await planning.plan(campaign, settings, now, keep_told=keep_told)


async def approved(plan: Plan, now: datetime = NOW) -> int:
    """Let others approve a plan; give the campaign's number."""
    given = await steps.approve(plan.campaign_id, await somebody("binta"), now)
    if not given.complete:
        await steps.approve(plan.campaign_id, await somebody("cheick"), now)
    return plan.campaign_id


async def running(
    kind: CampaignKind = CampaignKind.ANNOUNCE,
    audience: Audience | None = None,
    *,
    settings: Settings = SETTINGS,
    now: datetime = NOW,
    french: str | None = None,
    bambara: str | None = None,
) -> int:
    """Plan a campaign, approve it and start it; give its number."""
    plan = await planned(kind, audience, settings=settings, now=now, french=french, bambara=bambara)
    campaign = await approved(plan, now)
    await steps.start(campaign, await somebody("binta"), now)
    return campaign


async def state_of(campaign: int) -> str:
    return str((await one("SELECT state FROM campaign WHERE id = %(id)s", id=campaign)).state)


# What became of the messages


@dataclass(frozen=True, slots=True)
class Fate:
    """Where the message of a number stands, and why."""

    state: str
    reason: str | None = None


async def fates(campaign: int) -> dict[str, Fate]:
    """Where each number of a campaign stands."""
    rows = await query(
        "SELECT msisdn, state, reason FROM message WHERE campaign_id = %(id)s AND msisdn IS NOT NULL ORDER BY id",
        id=campaign,
    )
    return {row.msisdn: Fate(row.state, row.reason) for row in rows}


async def counted(campaign: int) -> Counter[str]:
    """How many messages of a campaign are in each state."""
    rows = await query(
        "SELECT state, count(*) AS n FROM message WHERE campaign_id = %(id)s GROUP BY state", id=campaign
    )
    return Counter({row.state: row.n for row in rows})


async def recipients_of(campaign: int) -> set[str]:
    """The numbers that a campaign plans to tell."""
    return {msisdn for msisdn, fate in (await fates(campaign)).items() if fate.state == "planned"}


async def became(msisdn: str, state: str, reason: str | None = None) -> None:
    """Let every message to a number have come to this."""
    await change(
        "UPDATE message SET state = %(state)s, reason = %(reason)s, "
        "was_uncertain = was_uncertain OR CAST(%(state)s AS varchar) = 'uncertain' WHERE msisdn = %(msisdn)s",
        state=state,
        reason=reason,
        msisdn=msisdn,
    )


async def left_out(campaign: int) -> Counter[str]:
    """How many rows of a campaign are left out for each reason."""
    rows = await query("SELECT reason FROM message WHERE campaign_id = %(id)s AND state = 'left_out'", id=campaign)
    return Counter(row.reason for row in rows)


async def bodies(campaign: int) -> dict[str, str]:
    """The text of each number that a campaign plans to tell."""
    rows = await query(
        "SELECT message.msisdn, message_text.body FROM message JOIN sms_batch ON sms_batch.id = message.batch_id "
        "JOIN message_text ON message_text.id = sms_batch.text_id WHERE message.campaign_id = %(id)s",
        id=campaign,
    )
    return {row.msisdn: row.body for row in rows}


async def pay_lines(campaign: int) -> dict[str, tuple[PaymentLine, ...]]:
    """What each number is told of money."""
    return {msisdn: tuple(payments_of(content).lines) for msisdn, content in await _contents(campaign)}


async def event_lines(campaign: int) -> dict[str, tuple[EventLine, ...]]:
    """What each number is told of events."""
    return {msisdn: tuple(events_of(content).lines) for msisdn, content in await _contents(campaign)}


async def _contents(campaign: int) -> list[tuple[str, str]]:
    rows = await query(
        "SELECT message.msisdn, message_text.content FROM message JOIN sms_batch ON sms_batch.id = message.batch_id "
        "JOIN message_text ON message_text.id = sms_batch.text_id WHERE message.campaign_id = %(id)s",
        id=campaign,
    )
    return [(row.msisdn, row.content) for row in rows]


# Single notices and what was sent before


async def notice(
    msisdn: str = AWA,
    kind: NoticeKind = NoticeKind.HELP,
    *,
    now: datetime = NOW,
    prompt: bool = True,
    not_after: datetime | None = None,
    **filling: object,
) -> str:
    """Queue a notice; give its key."""
    key = f"notice {next(_KEYS)}"
    one = Notice(key, kind, msisdn, FR, filling, prompt=prompt, not_after=not_after)
    assert await queue_notice(one, now)
    return key


async def fate_of(key: str) -> Fate:
    """Where a notice stands."""
    row = await one("SELECT state, reason FROM message WHERE key = %(key)s", key=key)
    return Fate(row.state, row.reason)


async def got(msisdn: str, many: int = 1, *, at: datetime = NOW, state: str = "accepted", prompt: bool = False) -> None:
    """Let so many notices have left for a number."""
    for _ in range(many):
        key = await notice(msisdn, now=at, prompt=prompt)
        await change(
            "UPDATE sms_batch SET state = 'done', left_at = %(at)s, answered_at = %(at)s FROM message "
            "WHERE message.batch_id = sms_batch.id AND message.key = %(key)s",
            at=at,
            key=key,
        )
        await change("UPDATE message SET state = %(state)s WHERE key = %(key)s", state=state, key=key)


_KEYS: Final = count(1)


# The clock and the sender


@dataclass
class Watch:
    """A clock turned by hand: who sleeps by it turns it."""

    now: datetime = NOW
    slept: list[float] = field(default_factory=list)

    def clock(self) -> Clock:
        return Clock(lambda: self.now, self.sleep)

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.turn(seconds=seconds)
        await asyncio.sleep(0)

    def turn(self, **by: float) -> datetime:
        self.now += timedelta(**by)
        return self.now


def sender(gateway: ScriptedGateway, watch: Watch, *, worker: str = "first", settings: Settings = SETTINGS) -> Sender:
    return Sender(alone(gateway), settings, worker=worker, clock=watch.clock())


async def living(worker: str, now: datetime) -> None:
    """Say that a worker lives."""
    await change(
        "INSERT INTO sms_worker (name, started_at, seen_at) VALUES (%(name)s, %(now)s, %(now)s) "
        "ON CONFLICT (name) DO UPDATE SET seen_at = EXCLUDED.seen_at",
        name=worker,
        now=now,
    )


async def until(done: Callable[[], Awaitable[bool]]) -> None:
    """Wait until something is so; it fails when that never comes."""
    async with asyncio.timeout(LONGEST_SECONDS):
        while not await done():  # noqa: ASYNC110 - it is seen in a table
            await asyncio.sleep(0.01)
