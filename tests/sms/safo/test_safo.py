"""From French Excel to the list for the villages, with a gateway that fails: every cell against a count of our own.

306 households, 220 telephones, 103 households not told by SMS, 44 that did not fetch their money.
"""

import ast
import inspect
from collections import Counter
from collections.abc import AsyncIterator
from datetime import date, datetime
from pathlib import Path

import httpx
import pytest

from core.campaigns.models import CampaignKind
from core.campaigns.steps import FourEyes
from core.imports import importing, uploads
from core.imports.kinds import ImportKind
from core.payments import replies
from core.payments.reply_figures import reply_counts, together
from core.platform.clock import DatabaseClock
from core.staff.agents import Actor
from sms.campaigns import communes, once_more, planning, preview, rules, steps, unreached
from sms.worker import process, sender
from tests.desk.imports.bringing import in_this_process
from tests.sms.campaign_world import drafted, round_id, somebody
from tests.sms.conftest import Webhooks
from tests.sms.safo import own_count
from tests.sms.safo.gateway import TROUBLE, standing
from tests.sms.safo.own_count import Phone, phones_of, twice, untold
from tests.sms.safo.story import (
    CODES,
    MORNING,
    NUMBERS,
    OFF,
    OFF_FOR_DAYS,
    POISONED,
    ROWS,
    SETTINGS,
    SUCCESS,
    WORDS,
    Calendar,
    Story,
    at_work,
)
from tests.sms.safo.village import (
    BROKEN_CELLS,
    LAST_DAY,
    Household,
    mobile,
    payments_sheet,
    registry_workbook,
    results_sheet,
)
from tests.support.database import query


@pytest.fixture
async def story(
    safo: None, database_url: str, line: Webhooks, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Story]:
    """A worker at work by the calendar of the case, the gateway, and the desk."""
    calendar = Calendar()

    class ByTheCalendar(DatabaseClock):
        def now(self) -> datetime:
            return calendar.now()

        async def ask(self) -> datetime:
            return calendar.now()

    class Today(datetime):
        now = calendar.now  # type: ignore[assignment]

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(process, "DatabaseClock", ByTheCalendar)
    monkeypatch.setattr(importing, "datetime", Today)
    monkeypatch.setattr(uploads, "carried_out", in_this_process)
    monkeypatch.setattr(sender, "IDLE_SECONDS", 0.05)

    async def posted(name: str, **form: str) -> httpx.Response:
        line.now = calendar.now()
        return await line.post(name, **form)

    async with standing(posted, monkeypatch) as (address, operators):
        settings = SETTINGS.model_copy(update={"sms_gateway_url": address})
        async with at_work(settings, database_url):
            yield Story(calendar, operators, tmp_path, settings)


async def test_every_cell_agrees_with_a_count_of_our_own(story: Story) -> None:
    assert (len(ROWS), len(NUMBERS)) == (306, 220)
    awa, binta = await somebody("awa"), await somebody("binta")
    await the_files_come_in(story, awa, binta)
    campaign = await it_is_announced(story, awa, binta)
    await what_is_uncertain_is_settled(story, campaign, awa)
    phones = await who_was_off_is_told_once_more(story, campaign, awa)
    await the_villages_get_their_list(story, campaign, phones)
    await it_is_reminded(story, awa)
    await the_day_is_over(story, awa, binta)


async def the_files_come_in(story: Story, awa: Actor, binta: Actor) -> None:
    """A workbook with broken cells, the same mended, and the payments in Windows-1252."""
    bring = {"by": awa, "confirmed_by": binta}
    broken = registry_workbook(ROWS, broken=BROKEN_CELLS)
    seen = await story.brought(ImportKind.HOUSEHOLDS, "Ménages Safo.xlsx", broken, **bring)
    assert (seen.rows, seen.created, seen.bad) == (306, 306 - BROKEN_CELLS, BROKEN_CELLS)
    seen = await story.brought(ImportKind.HOUSEHOLDS, "Ménages Safo.xlsx", registry_workbook(ROWS), **bring)
    assert (seen.rows, seen.created, seen.unchanged, seen.lost) == (306, BROKEN_CELLS, 306 - BROKEN_CELLS, 0)
    seen = await story.brought(ImportKind.PAYMENTS, "Paiements T4.csv", payments_sheet(ROWS), **bring)
    assert (seen.rows, seen.created, seen.bad) == (306, 306, 0)
    assert [row.total for row in await query("SELECT sum(amount_xof) AS total FROM payment")] == [
        sum(row.amount for row in ROWS)
    ]


async def it_is_announced(story: Story, awa: Actor, binta: Actor) -> int:
    """Planned, approved by a second person, and sent while the gateway fails in every way."""
    campaign = await drafted(now=story.calendar.now())
    plan = await planning.plan(campaign, story.settings, story.calendar.now())
    assert plan.recipients == len(NUMBERS)
    held = await preview.preview(campaign, story.settings, story.calendar.now())
    spoken = Counter("fr" if language == "français" else "bm" for language in _languages().values())
    assert (held.left_out, Counter({str(each): many for each, many in held.by_language.items()})) == (
        {"no_phone": 58, "fixed_line": 6, "no_day": 3}, spoken
    )  # fmt: skip
    with pytest.raises(FourEyes):
        await steps.approve(campaign, awa, story.calendar.now())
    await steps.approve(campaign, binta, story.calendar.now())
    await story.operators.order(CODES, [mobile(place) for place in POISONED], *TROUBLE)
    await steps.start(campaign, awa, story.calendar.now())
    await story.sent(campaign)
    phones = story.known()
    assert await story.states(campaign) == own_count.standing(phones)
    assert twice(phones) == set()
    return campaign


def _languages() -> dict[str, str]:
    return {phone: row.language for row in ROWS if row.day for phone in row.mobiles}


async def what_is_uncertain_is_settled(story: Story, campaign: int, awa: Actor) -> None:
    """By late receipts; of two the receipt is lost, so that they get it twice, as the desk was told they might.

    So do those of whom operators never say anything, where their request happened to be one that was left in doubt.
    """
    phones = story.known()
    plain = [number for number in NUMBERS if number not in WORDS and number not in map(mobile, POISONED)]
    lost = [number for number in plain if phones[number].uncertain and phones[number].copies][:2]
    await story.operators.report(NUMBERS, lambda number: [] if number in lost else WORDS.get(number, [SUCCESS]))
    story.calendar.turn(hours=2)
    await story.swept()
    phones = story.known()
    unsettled = {number for number, phone in phones.items() if phone.uncertain}
    progress = await preview.progress(campaign, story.calendar.now())
    assert progress.waiting == len(unsettled)
    assert unsettled >= {*lost, mobile(POISONED[0])}
    unspoken = {*lost, *(number for number, words in WORDS.items() if not words)}
    told = {number for number in unsettled & unspoken if phones[number].copies}

    assert await steps.settle(campaign, awa, story.calendar.now(), again=True) == len(unsettled)
    await story.sent(campaign)
    await story.operators.report(NUMBERS, lambda number: WORDS.get(number, [SUCCESS]))
    phones = story.known()
    again = {number for number, phone in phones.items() if phone.uncertain}
    assert await steps.settle(campaign, awa, story.calendar.now(), again=False) == len(again)
    marked = {row.msisdn for row in await query("SELECT msisdn FROM message WHERE was_uncertain")}
    assert twice(phones) == told
    assert twice(phones) - marked == set()


async def who_was_off_is_told_once_more(story: Story, campaign: int, awa: Actor) -> dict[str, Phone]:
    """The silence of a day is told; next morning those who were off get it once more."""
    story.calendar.turn_to(25, 8)
    await story.swept()
    assert await story.states(campaign) == own_count.states(story.known())
    off = {mobile(place) for place in (*OFF, *OFF_FOR_DAYS)}
    assert await once_more.send(campaign, awa, story.settings, story.calendar.now()) == len(off)
    story.calendar.turn_to(26, 8)
    await story.sent(campaign)
    await story.operators.report(NUMBERS, lambda number: MORNING.get(number, [SUCCESS]))
    story.calendar.turn(hours=21)
    await story.swept()
    phones = story.known()
    assert await story.states(campaign) == own_count.states(phones)
    marked = {row.msisdn for row in await query("SELECT msisdn FROM message WHERE was_uncertain")}
    assert twice(phones) - marked == set()
    return phones


async def the_villages_get_their_list(story: Story, campaign: int, phones: dict[str, Phone]) -> None:
    """Whoever is to be told by mouth, household by household, and the sums."""
    count = untold(ROWS, phones)
    assert await story.listed(campaign) == count
    assert len(count) == 103
    (commune,) = await communes.count(campaign)
    assert (commune.households, commune.unreached) == (306, 103)
    assert sum(commune.reasons.values()) == 103
    printed = [household async for household in unreached.households(campaign)]
    assert Counter(household.on_paper()[8] for household in printed) == Counter(cells[3] for cells in count.values())
    assert sum(household.amount or 0 for household in printed) == sum(int(cells[4]) for cells in count.values())


async def it_is_reminded(story: Story, awa: Actor) -> None:
    """Three days before, by itself; whom the announcement did not reach, the villages have a list of."""
    now = story.calendar.turn_to(27, 8)
    await story.operators.order(CODES, [])
    await rules.switch(await round_id(), CampaignKind.ANNOUNCE, awa.id, now, on=False)
    await story.by_rule(CampaignKind.REMINDER_3, NUMBERS)


async def the_day_is_over(story: Story, awa: Actor, binta: Actor) -> None:
    """The results come in; who did not fetch the money is told, or listed; others say what came."""
    story.calendar.turn_to(1, 8, month=12)
    results = results_sheet(ROWS)
    seen = await story.brought(ImportKind.PAYMENTS, "Résultats T4.csv", results, by=awa, confirmed_by=binta)
    assert (seen.rows, seen.changed, seen.bad) == (303, 303, 0)
    waiting = [row for row in ROWS if row.unclaimed]
    assert len(waiting) == 44
    campaign, phones = await story.by_rule(CampaignKind.UNCLAIMED, phones_of(waiting))
    listed = await story.listed(campaign)
    assert {number: cells[:4] for number, cells in listed.items()} == {
        number: cells[:4] for number, cells in untold(waiting, phones).items()
    }
    assert {cells[5] for cells in listed.values()} == {LAST_DAY}
    await households_say_what_came(story)


async def households_say_what_came(story: Story) -> None:
    """Each fourth answers that it was paid: all of it, or not all."""
    today = story.calendar.now().date()
    missing: list[int | None] = []
    for row in [row for row in ROWS if row.day and not row.unclaimed][::4]:
        (household,) = await query(
            "SELECT id FROM household WHERE coalesce(programme_no, household_no) = %(no)s", no=str(row.number)
        )
        (news,) = await replies.unreplied(household.id, today)
        missing.append(None if row.number % 5 else 5_000 if row.number % 2 else row.amount)
        await replies.write(news.card, missing[-1], None, story.calendar.now())
    counted = together(await reply_counts(date(2026, 12, 1), today))
    assert (counted.replies, counted.everything, counted.missing_xof) == (
        len(missing), missing.count(None), sum(sum_ or 0 for sum_ in missing)
    )  # fmt: skip


def test_the_count_shares_nothing_with_what_it_is_held_against() -> None:
    for module in (own_count, inspect.getmodule(Household)):
        assert module
        tree = ast.parse(inspect.getsource(module))
        names = {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
        assert not {name.split(".")[0] for name in names} & {"core", "sms", "simulator", "desk", "menus"}
