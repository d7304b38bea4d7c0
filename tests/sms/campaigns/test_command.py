"""What `jigi campaign` does not do, and what it says then."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from core.staff.agents import Role
from tests.core.seed import NOW
from tests.sms.campaign_world import AWA, ROUND, family, somebody, state_of
from tests.sms.campaigns.typed_command import Typed, done, planned, put, refused
from tests.sms.campaigns.typed_command import jigi as jigi
from tests.support.database import change, one, query

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
    await family(AWA)
    await planned()
    before = await decided()
    message = refused(await jigi(*words, "--as", "nobody"))
    assert message == "Nobody works here as nobody. `jigi agents list` shows who does."
    assert await decided() == before


@pytest.mark.parametrize("words", TAKES_A_LOGIN, ids=" ".join)
async def test_only_a_supervisor_decides(jigi: Typed, words: Sequence[str]) -> None:
    await family(AWA)
    await planned()
    await somebody("moussa", Role.AGENT)
    before = await decided()
    assert refused(await jigi(*words, "--as", "moussa")) == "Moussa is not a supervisor"
    assert await decided() == before


async def test_somebody_who_works_here_no_more_decides_nothing(jigi: Typed) -> None:
    await family(AWA)
    campaign = await planned()
    await somebody("binta")
    await change("UPDATE agent SET disabled_at = %(now)s WHERE login = 'binta'", now=NOW)
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
    await family(AWA)
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
    await family(AWA)
    campaign = await planned()
    await put(campaign, "approved")
    await somebody("binta")
    before = await decided()
    outcome = await jigi(*words)
    assert (outcome.code, outcome.out) == (2, "")
    assert "Usage:" in outcome.err
    assert await decided() == before


async def test_the_login_may_stand_in_the_environment(jigi: Typed, monkeypatch: pytest.MonkeyPatch) -> None:
    await family(AWA)
    campaign = await planned()
    await somebody("binta")
    monkeypatch.setenv("JIGI_LOGIN", "binta")
    assert done(await jigi("approve", campaign)) == ["Approved."]
    assert (await one("SELECT name FROM agent JOIN campaign ON approved_by = agent.id")).name == "Binta"
