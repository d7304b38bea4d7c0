"""`jigi campaign` as it is typed: what each command does and says, and what it says when it does not do it."""

import asyncio
import csv
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Protocol

import openpyxl
import pytest
import structlog
from rich.console import Console
from typer.testing import CliRunner

from core.campaigns.models import CampaignKind
from core.platform.database import close_database, open_database
from core.platform.settings import settings
from core.registry.callers import stop_sms
from core.staff.agents import Role
from sms.campaigns import command, display, planning, steps
from tests.core import seed
from tests.core.seed import SAFO
from tests.sms import campaign_world
from tests.sms.campaign_world import (
    AWA,
    BINTA,
    CHEICK,
    DJENEBA,
    FIXED,
    FR,
    MALITEL,
    ROUND,
    approved,
    bodies,
    change,
    counted,
    drafted,
    family,
    fate_of,
    fates,
    notice,
    one,
    query,
    somebody,
    state_of,
    told,
)
from tests.sms.campaign_world import safo as safo

NOW = datetime.now(UTC)
PAY_DAY = NOW.date() + timedelta(days=6)
WIDE = 400
"""So many columns that no line is broken."""


class Said:
    """What a command said and its exit code."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code = code
        self.out = out
        self.err = err

    def lines(self) -> list[str]:
        """What it said line by line, without what is a table and what is empty."""
        return [line.strip() for line in self.out.splitlines() if line.strip() and line[0] not in "┏┃┡│├└"]

    def rows(self) -> list[list[str]]:
        """The rows of its tables, without their headings."""
        return [self._cells(line) for line in self.out.splitlines() if line.startswith("│")]

    def headings(self) -> list[list[str]]:
        return [self._cells(line) for line in self.out.splitlines() if line.startswith("┃")]

    def _cells(self, line: str) -> list[str]:
        return [cell.strip() for cell in line.strip("│┃").replace("┃", "│").split("│")]


class Typed(Protocol):
    async def __call__(self, *words: object) -> Said: ...


@pytest.fixture
def jigi(safo: None, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Typed]:
    """Types `jigi campaign …`; a command opens the database for itself."""
    monkeypatch.setenv("JIGI_DATABASE_URL", database_url)
    monkeypatch.setenv("COLUMNS", f"{WIDE}")
    for module in (command, display):
        monkeypatch.setattr(module, "out", Console(width=WIDE))
    monkeypatch.setattr(command, "errors", Console(stderr=True, width=WIDE))
    monkeypatch.delenv("JIGI_LOGIN", raising=False)
    settings.cache_clear()
    logging = structlog.get_config()

    async def typed(*words: object) -> Said:
        await close_database()
        result = await asyncio.to_thread(CliRunner().invoke, command.app, [str(word) for word in words])
        open_database(database_url)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return Said(result.exit_code, result.stdout, result.stderr)

    yield typed
    structlog.configure(**logging)
    settings.cache_clear()


async def kin(*phones: str, due: date | None = PAY_DAY, **known: object) -> int:
    """A household that is paid in some days from the real today."""
    return await family(*phones, due=due, **known)  # type: ignore[arg-type]


async def planned(kind: CampaignKind = CampaignKind.ANNOUNCE) -> int:
    """A plan of the round made by Awa; its number."""
    return (await campaign_world.planned(kind, now=NOW)).campaign_id


async def running() -> int:
    return await campaign_world.running(now=NOW)


async def put(campaign: int, state: str) -> None:
    """Bring a campaign to a state, however it came there."""
    await change(
        "UPDATE campaign SET state = :state, starts_at = :now WHERE id = :id", id=campaign, state=state, now=NOW
    )


async def became(msisdn: str, state: str, reason: str | None = None) -> None:
    await change(
        "UPDATE message SET state = :state, reason = :reason WHERE msisdn = :msisdn",
        msisdn=msisdn,
        state=state,
        reason=reason,
    )


def refused(said: Said) -> str:
    """What a command that did nothing said, on standard error alone."""
    assert (said.code, said.out) == (2, "")
    return " ".join(said.err.split())


def done(said: Said) -> list[str]:
    """What a command that did its work said."""
    assert (said.code, said.err.strip()) == (0, "")
    return said.lines()


# What no command does


TAKES_A_LOGIN: Sequence[Sequence[str]] = (
    ("plan", "announce", "--round", ROUND),
    ("replan", "1"),
    ("test", "1", AWA),
    ("approve", "1"),
    ("start", "1"),
    ("pause", "1"),
    ("resume", "1"),
    ("cancel", "1", "--why", "wrong day"),
    ("settle", "1", "--leave"),
    ("rules", ROUND, "--off", "moved"),
    ("rules", ROUND, "--on", "moved"),
)
OF_ONE_CAMPAIGN: Sequence[Sequence[str]] = (
    ("show", "7"),
    ("status", "7"),
    ("replan", "7", "--as", "binta"),
    ("approve", "7", "--as", "binta"),
    ("start", "7", "--as", "binta"),
    ("pause", "7", "--as", "binta"),
    ("resume", "7", "--as", "binta"),
    ("cancel", "7", "--why", "wrong day", "--as", "binta"),
    ("settle", "7", "--again", "--as", "binta"),
)


async def decided() -> list[object]:
    """All that was decided and planned so far."""
    kept = await query("SELECT to_state FROM campaign_change ORDER BY id")
    off = await query("SELECT kind FROM campaign_rule_off")
    queued = await query("SELECT state FROM message ORDER BY id")
    return [*map(tuple, kept), *map(tuple, off), *map(tuple, queued)]


@pytest.mark.parametrize("words", TAKES_A_LOGIN, ids=" ".join)
async def test_nobody_does_anything_under_a_login_that_is_not_known(jigi: Typed, words: Sequence[str]) -> None:
    await kin(AWA)
    await planned()
    before = await decided()
    said = refused(await jigi(*words, "--as", "nobody"))
    assert said == "Nobody works here as nobody. `jigi agents list` shows who does."
    assert await decided() == before


@pytest.mark.parametrize("words", TAKES_A_LOGIN, ids=" ".join)
async def test_only_a_supervisor_decides(jigi: Typed, words: Sequence[str]) -> None:
    await kin(AWA)
    await planned()
    await somebody("moussa", Role.AGENT)
    before = await decided()
    assert refused(await jigi(*words, "--as", "moussa")) == "Moussa is not a supervisor"
    assert await decided() == before


async def test_somebody_who_works_here_no_more_decides_nothing(jigi: Typed) -> None:
    await kin(AWA)
    campaign = await planned()
    await somebody("binta")
    await change("UPDATE agent SET disabled_at = :now WHERE login = 'binta'", now=NOW)
    assert "Nobody works here as binta." in refused(await jigi("approve", campaign, "--as", "binta"))
    assert await state_of(campaign) == "planned"


@pytest.mark.parametrize("words", OF_ONE_CAMPAIGN, ids=" ".join)
async def test_a_campaign_that_is_not_there_is_not_known(jigi: Typed, words: Sequence[str]) -> None:
    await somebody("binta")
    assert refused(await jigi(*words)) == "there is no campaign 7"


async def test_of_a_campaign_that_is_not_there_nothing_is_written(jigi: Typed, tmp_path: Path) -> None:
    assert refused(await jigi("report", 7, "--out", tmp_path)) == "there is no campaign 7"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("state", "words", "why"),
    [
        ("running", ("approve", "1"), "campaign 1 is running, not planned"),
        ("draft", ("approve", "1"), "campaign 1 is draft, not planned"),
        ("planned", ("start", "1"), "campaign 1 is planned, not approved or scheduled"),
        ("running", ("start", "1"), "campaign 1 is running, not approved or scheduled"),
        ("approved", ("pause", "1"), "campaign 1 is approved, not running or scheduled"),
        ("finished", ("pause", "1"), "campaign 1 is finished, not running or scheduled"),
        ("running", ("resume", "1"), "campaign 1 is running, not paused"),
        ("running", ("replan", "1"), "campaign 1 is running: only a draft or a plan can be planned"),
        (
            "finished",
            ("cancel", "1", "--why", "too late"),
            "campaign 1 is finished, not draft or planned or approved or scheduled or running or paused",
        ),
        (
            "cancelled",
            ("settle", "1", "--again"),
            "campaign 1 is cancelled, not draft or planned or approved or scheduled or running or paused or finished",
        ),
    ],
    ids=lambda part: " ".join(part) if isinstance(part, tuple) else None,
)
async def test_what_cannot_be_done_now_is_told_with_the_state(
    jigi: Typed, state: str, words: Sequence[str], why: str
) -> None:
    await kin(AWA)
    campaign = await planned()
    await put(campaign, state)
    await somebody("binta")
    assert refused(await jigi(*words, "--as", "binta")) == why
    assert await state_of(campaign) == state


@pytest.mark.parametrize(
    "words",
    [
        ("approve", "1"),
        ("cancel", "1", "--as", "binta"),
        ("settle", "1", "--as", "binta"),
        ("test", "1", "--as", "binta"),
        ("plan", "poem", "--as", "binta"),
        ("plan", "reminder3", "--round", ROUND, "--day", "30/11/2026", "--as", "binta"),
        ("start", "1", "--at", "tomorrow", "--as", "binta"),
        ("rules", ROUND, "--off", "weather", "--as", "binta"),
    ],
    ids=" ".join,
)
async def test_a_command_that_lacks_something_does_nothing(jigi: Typed, words: Sequence[str]) -> None:
    await kin(AWA)
    campaign = await planned()
    await put(campaign, "approved")
    await somebody("binta")
    before = await decided()
    said = await jigi(*words)
    assert (said.code, said.out) == (2, "")
    assert "Usage:" in said.err
    assert await decided() == before


async def test_the_login_may_stand_in_the_environment(jigi: Typed, monkeypatch: pytest.MonkeyPatch) -> None:
    await kin(AWA)
    campaign = await planned()
    await somebody("binta")
    monkeypatch.setenv("JIGI_LOGIN", "binta")
    assert done(await jigi("approve", campaign)) == ["Approved."]
    assert (await one("SELECT name FROM agent JOIN campaign ON approved_by = agent.id")).name == "Binta"


# Planning


async def test_a_plan_is_shown_as_it_was_made_and_nothing_leaves(jigi: Typed) -> None:
    await kin(AWA, language=FR)
    await kin(MALITEL)
    await kin(FIXED)
    await somebody("awa")
    said = await jigi("plan", "announce", "--round", ROUND, "--as", "awa")
    assert said.code == 0
    lines = said.lines()
    assert lines[0] == "Campaign 1: T4 2026 announce (announce), planned, waits for an approval"
    assert (
        lines[1] == "2 recipients, 2 texts in 2 requests, 2 parts, cost not known (JIGI_SMS_PART_PRICE_XOF is not set)"
    )
    assert await told(1) == {AWA, MALITEL}
    row = await one("SELECT kind, title, state, agent.login FROM campaign JOIN agent ON agent.id = planned_by")
    assert tuple(row) == ("announce", "T4 2026 announce", "planned", "awa")
    assert {row.state for row in await query("SELECT state FROM sms_batch")} == {"ready"}


async def test_a_title_and_a_component_name_the_campaign(jigi: Typed) -> None:
    await seed.pay_round("CASH+", ROUND)
    await seed.pay_round("TM", ROUND)
    await somebody("awa")
    first = await jigi("plan", "announce", "--round", ROUND, "--component", "CASH+", "--as", "awa")
    second = await jigi("plan", "announce", "--round", ROUND, "--title", "La paie de Safo", "--as", "awa")
    assert first.lines()[0].startswith("Campaign 1: CASH+ T4 2026 announce (announce)")
    assert second.lines()[0].startswith("Campaign 2: La paie de Safo (announce)")
    third = await jigi("plan", "announce", "--round", ROUND, "--title", "La paie [/b] de [Safo]", "--as", "awa")
    assert third.lines()[0].startswith("Campaign 3: La paie [/b] de [Safo] (announce)"), "no markup of ours"
    rows = await query(
        "SELECT DISTINCT component FROM campaign JOIN payment_round ON payment_round.id = round_id ORDER BY 1"
    )
    assert [row.component for row in rows] == ["CASH+", "TM"]


async def test_whom_a_plan_is_for_is_kept_as_it_was_asked(jigi: Typed) -> None:
    await somebody("awa")
    narrow = ("--place", SAFO, "--village", "Dialakoroba", "--status", "beneficiary", "--language", "fr")
    words = ("--fr", "Réunion demain.", "--bm", "Sini ɲɔgɔnye.")
    assert (await jigi("plan", "free", *narrow, "--component", "TM", *words, "--as", "awa")).code == 0
    row = await one("SELECT subject, text_fr, text_bm FROM campaign")
    assert row.subject == {
        "place": SAFO,
        "village": "Dialakoroba",
        "status": "beneficiary",
        "language": "fr",
        "component": "TM",
    }
    assert (row.text_fr, row.text_bm) == ("Réunion demain.", "Sini ɲɔgɔnye.")


async def test_a_plan_of_events_is_for_the_days_asked(jigi: Typed) -> None:
    await kin(AWA, round_name=None, components=("MA",))
    await seed.event("MA", PAY_DAY)
    await seed.event("MA", PAY_DAY + timedelta(days=5), what="Pesée")
    await somebody("awa")
    said = await jigi("plan", "announce", "--event", "MA", "--from", PAY_DAY, "--to", PAY_DAY, "--as", "awa")
    assert said.lines()[0].startswith("Campaign 1: MA announce (announce)")
    assert "Causerie" in (await bodies(1))[AWA]
    assert "Pesée" not in (await bodies(1))[AWA]
    subject = (await one("SELECT subject FROM campaign")).subject
    assert (subject["first"], subject["last"]) == (f"{PAY_DAY}", f"{PAY_DAY}")


async def test_a_reminder_speaks_of_the_day_asked(jigi: Typed) -> None:
    await kin(AWA)
    await kin(BINTA, due=PAY_DAY + timedelta(days=1))
    await somebody("awa")
    assert (await jigi("plan", "reminder3", "--round", ROUND, "--day", PAY_DAY, "--as", "awa")).code == 0
    assert await told(1) == {AWA}


async def test_a_round_that_is_not_there_is_refused_with_those_there_are(jigi: Typed) -> None:
    await seed.pay_round("TM", "T3 2026")
    await seed.pay_round("TM", "T4 2026")
    await seed.pay_round("CASH+", "T1 2026")
    await somebody("awa")
    assert refused(await jigi("plan", "announce", "--round", "T5", "--as", "awa")) == (
        "there is no round 'T5' of TM; there are: T4 2026, T3 2026"
    )
    assert refused(await jigi("plan", "announce", "--round", "T5", "--component", "AGR", "--as", "awa")) == (
        "there is no round 'T5' of AGR; there are: none"
    )


FREE = ("plan", "free", "--fr", "Réunion demain.", "--bm")


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("plan", "announce"), "a campaign of kind announce is about a payment round or an event"),
        (("plan", "moved", "--event", "MA"), "a campaign of kind moved is about a payment round, not an event"),
        (
            (*FREE, "Sini.", "--round", ROUND),
            "free words are about no round and no event: name a place, a component or a status",
        ),
        (("plan", "free", "--fr", "Réunion demain."), "free words are needed in both languages"),
        ((*FREE, "Sini 漢."), "no rule to write in GSM-7: U+6F22 CJK UNIFIED IDEOGRAPH-6F22"),
        ((*FREE, "Sini: https://example.org"), "https:"),
    ],
    ids=lambda part: " ".join(part) if isinstance(part, tuple) else None,
)
async def test_what_cannot_be_planned_is_told_and_not_kept(jigi: Typed, words: Sequence[str], why: str) -> None:
    await seed.pay_round()
    await somebody("awa")
    assert why in refused(await jigi(*words, "--as", "awa"))
    assert await query("SELECT id FROM campaign") == []


async def test_a_plan_made_anew_is_of_what_is_true_now_and_of_who_made_it_anew(jigi: Typed) -> None:
    await kin(AWA)
    campaign = await planned()
    await kin(BINTA)
    await somebody("binta")
    said = await jigi("replan", campaign, "--as", "binta")
    assert said.lines()[1].startswith("2 recipients, ")
    assert await told(campaign) == {AWA, BINTA}
    assert refused(await jigi("approve", campaign, "--as", "binta")) == "who planned a campaign cannot approve it"


# Looking


async def test_a_campaign_is_shown_with_its_recipients_texts_and_decisions(jigi: Typed) -> None:
    await kin(AWA, language=FR)
    await kin(BINTA, language=FR)
    await kin(MALITEL)
    await kin(FIXED)
    await kin(CHEICK)
    await stop_sms(CHEICK)
    campaign = await planned()
    await approved(planning_of(campaign), NOW)
    said = await jigi("show", campaign)
    lines = done(said)
    assert lines[0] == f"Campaign {campaign}: announce (announce), approved"
    assert lines[1].startswith("3 recipients, 2 texts in 2 requests, 3 parts, ")
    assert sorted((row[0], row[1]) for row in said.rows()) == [
        ("Region ML02", "3"),
        ("bm", "1"),
        ("fr", "2"),
        ("malitel", "1"),
        ("orange", "2"),
    ]
    assert sorted((row[2], row[3]) for row in said.rows() if row[2]) == [("fixed_line", "1"), ("opted_out", "1")]
    texts = await bodies(campaign)
    for phone, language, times in ((AWA, "fr", 2), (MALITEL, "bm", 1)):
        at = next(place for place, line in enumerate(lines) if line.startswith(f"{language}, "))
        assert lines[at].endswith(f" long, 1 part(s), {times} times")
        assert texts[phone].splitlines()[0] in lines[at + 1]
    moment = f"{NOW:%Y-%m-%d %H:%M}"
    assert lines[-3:] == [
        f"{moment} Awa: draft",
        f"{moment} Awa: planned 3 recipients, 3 parts",
        f"{moment} Binta: approved approved",
    ]


def planning_of(campaign: int) -> planning.Plan:
    """A plan as `approved` takes it."""
    return planning.Plan(campaign, 0, 0, None, needs_second=False, texts=0, requests=0)


async def test_who_got_the_sms_of_the_day_is_shown_as_told_tomorrow(jigi: Typed) -> None:
    await kin(AWA)
    campaign = await planned()
    await campaign_world.got(AWA, 3, at=datetime.now(UTC))
    assert ["three_today: told tomorrow", "1"] in [row[2:] for row in (await jigi("show", campaign)).rows()]


async def test_what_came_by_itself_is_shown_so(jigi: Typed) -> None:
    await kin(AWA)
    campaign = (await campaign_world.planned(now=NOW, planner=None)).campaign_id
    assert done(await jigi("show", campaign))[-1].endswith(" by itself: planned 1 recipients, 1 parts")
    assert (await jigi("list")).rows()[0][6:] == ["by itself", ""]


async def test_a_price_makes_a_cost_and_beyond_the_cap_it_takes_two(
    jigi: Typed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JIGI_SMS_PART_PRICE_XOF", "1500")
    monkeypatch.setenv("JIGI_SMS_CAP_XOF", "2000")
    for phone in (AWA, BINTA):
        await kin(phone)
    for login in ("awa", "binta", "cheick"):
        await somebody(login)
    head, counts, *_ = (await jigi("plan", "announce", "--round", ROUND, "--as", "awa")).lines()
    assert head.endswith("planned, waits for an approval (and a second one)")
    assert counts.replace("\u00a0", " ").replace("\u202f", " ").endswith("2 parts, about 3 000 F CFA")
    assert done(await jigi("approve", 1, "--as", "binta")) == ["First approval given; it needs a second one."]
    assert done(await jigi("show", 1))[0].endswith("planned, waits for a second approval")
    assert refused(await jigi("approve", 1, "--as", "binta")) == "the second approval is somebody else's"
    assert refused(await jigi("start", 1, "--as", "binta")) == "campaign 1 is planned, not approved or scheduled"
    assert done(await jigi("approve", 1, "--as", "cheick")) == ["Approved."]
    assert (await jigi("list")).rows()[0][6:] == ["Awa", "Binta, Cheick"]


@pytest.mark.parametrize("words", [("list",), ("status",)], ids=" ".join)
async def test_the_list_has_the_newest_first(jigi: Typed, words: Sequence[str]) -> None:
    await kin(AWA)
    await kin(MALITEL)
    first = await planned()
    await steps.approve(first, await somebody("binta"), NOW)
    second = await planned(CampaignKind.REMINDER_3)
    said = await jigi(*words)
    assert done(said) == []
    assert said.headings() == [["No", "Campaign", "Kind", "State", "Recipients", "Parts", "Planned by", "Approved by"]]
    assert said.rows() == [
        [f"{second}", "reminder3", "reminder3", "planned, waits for an approval", "0", "0", "Awa", ""],
        [f"{first}", "announce", "announce", "approved", "2", "2", "Awa", "Binta"],
    ]


# Trying it out


async def test_a_test_goes_to_the_named_phones_and_says_how_many(jigi: Typed) -> None:
    await kin(AWA, language=FR)
    await kin(MALITEL)
    campaign = await planned()
    await somebody("binta")
    assert done(await jigi("test", campaign, "76 00 00 03", DJENEBA, "--as", "binta")) == ["4 test SMS queued."]
    rows = await query("SELECT msisdn, language FROM message WHERE kind = 'test' ORDER BY msisdn, language")
    assert [tuple(row) for row in rows] == [(CHEICK, "bm"), (CHEICK, "fr"), (DJENEBA, "bm"), (DJENEBA, "fr")]
    assert await state_of(campaign) == "planned"


async def test_a_test_to_what_is_no_number_goes_to_nobody(jigi: Typed) -> None:
    await kin(AWA)
    campaign = await planned()
    await somebody("binta")
    said = refused(await jigi("test", campaign, CHEICK, "12", "--as", "binta"))
    assert said == "one of these is no telephone number"
    assert await query("SELECT id FROM message WHERE kind = 'test'") == []


async def test_what_has_no_plan_cannot_be_tried(jigi: Typed) -> None:
    await kin(AWA)
    campaign = await drafted(now=NOW)
    await somebody("binta")
    said = refused(await jigi("test", campaign, CHEICK, "--as", "binta"))
    assert said == f"campaign {campaign} has no texts yet: plan it first"


# Deciding


async def test_somebody_else_approves_and_not_who_planned(jigi: Typed) -> None:
    await kin(AWA)
    campaign = await planned()
    await somebody("binta")
    assert refused(await jigi("approve", campaign, "--as", "awa")) == "who planned a campaign cannot approve it"
    assert await state_of(campaign) == "planned"
    assert done(await jigi("approve", campaign, "--as", "binta")) == ["Approved."]
    assert await state_of(campaign) == "approved"


async def test_an_approved_campaign_starts_now(jigi: Typed) -> None:
    await kin(AWA)
    campaign = await approved(planning_of(await planned()), NOW)
    assert done(await jigi("start", campaign, "--as", "binta")) == [
        "It starts now.",
        f"Watch it: jigi campaign status {campaign} --watch",
    ]
    assert await state_of(campaign) == "running"


@pytest.mark.parametrize("written", ["%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M"])
async def test_or_at_the_hour_of_bamako_that_is_asked(jigi: Typed, written: str) -> None:
    await kin(AWA)
    campaign = await approved(planning_of(await planned()), NOW)
    at = (NOW + timedelta(days=1)).replace(hour=10, minute=30, second=0, microsecond=0)
    said = done(await jigi("start", campaign, "--at", f"{at:{written}}", "--as", "binta"))
    assert said[0] == f"It starts on {at:%Y-%m-%d} at 10:30."
    assert (await one("SELECT state, starts_at FROM campaign"))[:] == ("scheduled", at)
    assert done(await jigi("show", campaign))[0].endswith(f"scheduled for {at:%Y-%m-%d} 10:30")


async def test_but_not_at_a_moment_that_has_passed(jigi: Typed) -> None:
    await kin(AWA)
    campaign = await approved(planning_of(await planned()), NOW)
    said = await jigi("start", campaign, "--at", f"{NOW - timedelta(hours=1):%Y-%m-%d %H:%M}", "--as", "binta")
    assert refused(said) == "that moment has passed; without --at it starts now"
    assert await state_of(campaign) == "approved"


async def test_a_campaign_is_paused_and_goes_on(jigi: Typed) -> None:
    await kin(AWA)
    campaign = await running()
    said = await jigi("pause", campaign, "--why", "the mairie is closed", "--as", "binta")
    assert done(said) == ["Paused. What left already is still recorded."]
    assert await state_of(campaign) == "paused"
    assert done(await jigi("status", campaign))[0] == f"Campaign {campaign}: announce, paused: the mairie is closed"
    assert done(await jigi("resume", campaign, "--as", "binta")) == ["It goes on."]
    assert await state_of(campaign) == "running"
    assert done(await jigi("status", campaign))[0] == f"Campaign {campaign}: announce, running"


async def test_a_pause_without_a_reason_is_by_hand(jigi: Typed) -> None:
    await kin(AWA)
    campaign = await running()
    assert (await jigi("pause", campaign, "--as", "binta")).code == 0
    row = await one("SELECT why, why_code FROM campaign")
    assert (row.why, row.why_code) == (None, "by_hand")
    assert done(await jigi("status", campaign))[0] == f"Campaign {campaign}: announce, paused: paused by hand"


async def test_a_cancelled_campaign_tells_nobody_any_more_and_says_why(jigi: Typed) -> None:
    await kin(AWA)
    campaign = await running()
    assert done(await jigi("cancel", campaign, "--why", "wrong day", "--as", "binta")) == ["Cancelled."]
    assert await counted(campaign) == {"dropped": 1}
    assert done(await jigi("status", campaign))[0] == f"Campaign {campaign}: announce, cancelled: wrong day"
    assert done(await jigi("show", campaign))[-1].endswith(" Binta: cancelled wrong day")


# Uncertain messages


async def uncertain() -> int:
    """A campaign that runs, one of whose two messages may have left unanswered."""
    await kin(AWA)
    await kin(MALITEL)
    campaign = await running()
    await became(AWA, "uncertain")
    await change("UPDATE sms_batch SET uncertain = true, state = 'done' WHERE operator = 'orange'")
    return campaign


async def test_a_supervisor_is_asked_about_uncertain_messages(jigi: Typed) -> None:
    campaign = await uncertain()
    assert done(await jigi("status", campaign))[-1] == (
        "1 uncertain: the gateway may or may not have taken them. Decide: "
        f"jigi campaign settle {campaign} --again (some may get it twice) or --leave (some may not get it)."
    )
    await became(AWA, "accepted")
    assert len(done(await jigi("status", campaign))) == 1


async def test_uncertain_messages_are_sent_again(jigi: Typed) -> None:
    campaign = await uncertain()
    said = done(await jigi("settle", campaign, "--again", "--as", "binta"))
    assert said == ["1 uncertain message(s) sent again."]
    assert (await fates(campaign))[AWA].state == "planned"


async def test_or_left_as_they_are(jigi: Typed) -> None:
    campaign = await uncertain()
    said = done(await jigi("settle", campaign, "--leave", "--as", "binta"))
    assert said == ["1 uncertain message(s) left as they are."]
    assert (await fates(campaign))[AWA] == campaign_world.Fate("silent", "not_sent_again")


async def test_nought_is_for_single_notices(jigi: Typed) -> None:
    campaign = await uncertain()
    key = await notice(BINTA, now=NOW)
    await became(BINTA, "uncertain")
    assert done(await jigi("settle", 0, "--leave", "--as", "binta")) == ["1 uncertain message(s) left as they are."]
    assert (await fate_of(key)).state == "silent"
    assert (await fates(campaign))[AWA].state == "uncertain"


# What is told by itself


ALL_ON = ["reminder3: on", "reminder1: on", "moved: on", "unclaimed: on", "announce: on"]


async def test_rules_are_shown_to_anybody_and_switched_by_a_supervisor(jigi: Typed) -> None:
    await seed.pay_round()
    await somebody("binta")
    assert done(await jigi("rules", ROUND)) == ALL_ON
    off = ["reminder3: on", "reminder1: on", "moved: off", "unclaimed: off", "announce: on"]
    said = await jigi("rules", ROUND, "--off", "moved", "--off", "unclaimed", "--as", "binta")
    assert done(said) == off
    assert done(await jigi("rules", ROUND)) == off
    said = await jigi("rules", ROUND, "--on", "unclaimed", "--as", "binta")
    assert done(said) == ["reminder3: on", "reminder1: on", "moved: off", "unclaimed: on", "announce: on"]


async def test_rules_are_those_of_one_round(jigi: Typed) -> None:
    await seed.pay_round()
    await seed.pay_round("CASH+")
    await somebody("binta")
    await jigi("rules", ROUND, "--component", "CASH+", "--off", "moved", "--as", "binta")
    assert done(await jigi("rules", ROUND)) == ALL_ON
    assert "moved: off" in done(await jigi("rules", ROUND, "--component", "CASH+"))


async def test_rules_of_a_round_that_is_not_there_are_not_known(jigi: Typed) -> None:
    await seed.pay_round()
    assert refused(await jigi("rules", "T5")) == f"there is no round 'T5' of TM; there are: {ROUND}"


async def test_nobody_switches_a_rule_without_a_login(jigi: Typed) -> None:
    await seed.pay_round()
    assert refused(await jigi("rules", ROUND, "--off", "moved")).startswith("Nobody works here as ")
    assert done(await jigi("rules", ROUND)) == ALL_ON


# How far it is, and what became of it


async def told_in_part() -> int:
    """A campaign of which one was told, one could not be, one waits, one is under way, and one was left out."""
    await kin(AWA, name="Awa Traoré")
    await kin(BINTA, name="Binta Keïta")
    await kin(CHEICK, name="Cheick Diarra")
    await kin(MALITEL, name="Moussa Coulibaly")
    await kin(FIXED, name="Djénéba Sidibé")
    campaign = await running()
    await became(AWA, "delivered")
    await became(BINTA, "failed", "AbsentSubscriber")
    await change("UPDATE sms_batch SET state = 'left' WHERE operator = 'malitel'")
    for phone, cost, currency in ((AWA, "22.5", "XOF"), (BINTA, "1200", "XOF"), (CHEICK, "0.04", "USD")):
        await change(
            "UPDATE message SET cost = :cost, currency = :currency WHERE msisdn = :phone",
            cost=Decimal(cost),
            currency=currency,
            phone=phone,
        )
    return campaign


async def test_the_status_counts_where_messages_are_and_what_they_cost(jigi: Typed) -> None:
    campaign = await told_in_part()
    said = await jigi("status", campaign)
    assert done(said) == [f"Campaign {campaign}: announce, running"]
    assert said.headings() == [["sent", "left out", "planned", "delivered", "failed", "under way", "cost"]]
    assert said.rows() == [["2", "1", "2", "1", "1", "1", "USD 0.04, XOF 1,222.50"]]


async def test_the_status_of_what_cost_nothing_yet_says_so(jigi: Typed) -> None:
    await kin(AWA)
    assert (await jigi("status", await running())).rows() == [["0", "1", "0", "–"]]


async def test_a_report_tells_by_commune_and_writes_the_lists(jigi: Typed, tmp_path: Path) -> None:
    campaign = await told_in_part()
    folder = tmp_path / "lists" / "safo"
    said = await jigi("report", campaign, "--out", folder)
    lines = done(said)
    names = (folder / f"campaign-{campaign}-unreached.csv", folder / f"campaign-{campaign}-unreached.xlsx")
    assert lines[0] == f"Campaign {campaign}: announce, running"
    assert lines[-1] == f"4 households were not told: {names[0]}, {names[1]}"
    assert said.headings()[-1] == ["Region", "Commune", "Households", "Not told", "Why"]
    *commune, why = said.rows()[-1]
    assert commune == ["Region ML02", "Safo", "5", "4"]
    assert sorted(why.split(", ")) == [
        "pas encore envoyé: 2",
        "téléphone fixe: 1",
        "téléphone éteint ou hors réseau: 1",
    ]
    with names[0].open(encoding="utf-8-sig", newline="") as file:
        listed = list(csv.reader(file, delimiter=";"))
    sheet = openpyxl.load_workbook(names[1]).active
    assert sheet is not None
    for header, *rows in (listed, [list(map(str, row)) for row in sheet.iter_rows(values_only=True)]):
        assert header[:3] == ["Région", "Cercle", "Commune"]
        assert [(row[5], row[7]) for row in rows] == [
            ("Binta Keïta", "téléphone éteint ou hors réseau"),
            ("Cheick Diarra", "pas encore envoyé"),
            ("Djénéba Sidibé", "téléphone fixe"),
            ("Moussa Coulibaly", "pas encore envoyé"),
        ]


async def test_a_report_is_written_where_one_stands_unless_said_otherwise(
    jigi: Typed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await kin(AWA)
    campaign = await running()
    await became(AWA, "delivered")
    monkeypatch.chdir(tmp_path)
    name = f"campaign-{campaign}-unreached"
    assert done(await jigi("report", campaign))[-1] == f"0 households were not told: {name}.csv, {name}.xlsx"
    assert sorted(file.name for file in tmp_path.iterdir()) == [f"{name}.csv", f"{name}.xlsx"]
