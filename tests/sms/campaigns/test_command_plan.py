"""`jigi campaign` plans, and shows what was planned."""

from collections.abc import Sequence
from datetime import timedelta

import pytest

from core.campaigns.models import CampaignKind
from core.registry.callers import stop_sms
from sms.campaigns import steps, templates
from sms.outbox.proven_words import proven_words
from tests.core import seed
from tests.core.seed import NOW, SAFO
from tests.sms import campaign_world
from tests.sms.campaign_world import (
    AWA,
    BINTA,
    CHEICK,
    FIXED,
    FR,
    MALITEL,
    PAY_DAY,
    ROUND,
    approved,
    bodies,
    family,
    recipients_of,
    somebody,
)
from tests.sms.campaigns.typed_command import Typed, done, planned, planning_of, refused
from tests.sms.campaigns.typed_command import jigi as jigi
from tests.support.database import one, query

# Planning


TITLE = "Annonce du jour · TM T4 2026"


async def test_a_plan_is_shown_as_it_was_made_and_nothing_leaves(jigi: Typed) -> None:
    await family(AWA, language=FR)
    await family(MALITEL)
    await family(FIXED)
    await somebody("awa")
    outcome = await jigi("plan", "announce", "--round", ROUND, "--as", "awa")
    assert outcome.code == 0
    lines = outcome.lines()
    assert lines[0] == f"Campaign 1: {TITLE} (announce), planned, waits for an approval"
    assert (
        lines[1] == "2 recipients, 2 texts in 2 requests, 2 parts, cost not known (JIGI_SMS_PART_PRICE_XOF is not set)"
    )
    assert await recipients_of(1) == {AWA, MALITEL}
    row = await one("SELECT kind, title, state, agent.login FROM campaign JOIN agent ON agent.id = planned_by")
    assert tuple(row) == ("announce", TITLE, "planned", "awa")
    assert {row.state for row in await query("SELECT state FROM sms_batch")} == {"ready"}


async def test_a_title_and_a_component_name_the_campaign(jigi: Typed) -> None:
    await seed.pay_round("CASH+", ROUND)
    await seed.pay_round("TM", ROUND)
    await somebody("awa")
    first = await jigi("plan", "announce", "--round", ROUND, "--component", "CASH+", "--as", "awa")
    second = await jigi("plan", "announce", "--round", ROUND, "--title", "La paie de Safo", "--as", "awa")
    assert first.lines()[0].startswith("Campaign 1: Annonce du jour · CASH+ T4 2026 (announce)")
    assert second.lines()[0].startswith("Campaign 2: La paie de Safo (announce)")
    third = await jigi("plan", "announce", "--round", ROUND, "--title", "La paie [/b] de [Safo]", "--as", "awa")
    assert third.lines()[0].startswith("Campaign 3: La paie [/b] de [Safo] (announce)"), "no markup of ours"
    components = await query(
        "SELECT DISTINCT component FROM campaign JOIN payment_round ON payment_round.id = round_id ORDER BY 1"
    )
    assert [row.component for row in components] == ["CASH+", "TM"]


async def test_whom_a_plan_is_for_is_kept_as_it_was_asked(jigi: Typed) -> None:
    await somebody("awa")
    narrow = ("--place", SAFO, "--village", "Dialakoroba", "--status", "beneficiary", "--language", "fr")
    words = ("--text", "fr=Réunion demain.", "--text", "bm=Sini ɲɔgɔnye.")
    assert (await jigi("plan", "free", *narrow, "--component", "TM", *words, "--as", "awa")).code == 0
    row = await one("SELECT subject, texts FROM campaign")
    assert row.subject == {
        "place": SAFO,
        "village": "Dialakoroba",
        "status": "beneficiary",
        "language": "fr",
        "component": "TM",
    }
    assert row.texts == {"bm": "Sini ɲɔgɔnye.", "fr": "Réunion demain."}


async def test_a_plan_of_events_is_for_the_days_asked(jigi: Typed) -> None:
    await family(AWA, round_name=None, components=("MA",))
    await seed.event("MA", PAY_DAY)
    await seed.event("MA", PAY_DAY + timedelta(days=5), what="Pesée")
    await somebody("awa")
    outcome = await jigi("plan", "announce", "--event", "MA", "--from", PAY_DAY, "--to", PAY_DAY, "--as", "awa")
    assert outcome.lines()[0].startswith("Campaign 1: Annonce du jour · Mesures d'accompagnement (announce)")
    assert "Causerie" in (await bodies(1))[AWA]
    assert "Pesée" not in (await bodies(1))[AWA]
    subject = (await one("SELECT subject FROM campaign")).subject
    assert (subject["first"], subject["last"]) == (f"{PAY_DAY}", f"{PAY_DAY}")


async def test_a_reminder_speaks_of_the_day_asked(jigi: Typed) -> None:
    await family(AWA)
    await family(BINTA, due=PAY_DAY + timedelta(days=1))
    await somebody("awa")
    assert (await jigi("plan", "reminder3", "--round", ROUND, "--day", PAY_DAY, "--as", "awa")).code == 0
    assert await recipients_of(1) == {AWA}


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


FREE = ("plan", "free", "--text", "fr=Réunion demain.", "--text")


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("plan", "announce"), "a campaign of kind announce is about a payment round or an event"),
        (("plan", "moved", "--event", "MA"), "a campaign of kind moved is about a payment round, not an event"),
        (
            (*FREE, "bm=Sini.", "--round", ROUND),
            "free words are about no round and no event: name a place, a component or a status",
        ),
        (("plan", "free", "--text", "fr=Réunion demain."), "free words are needed in every language"),
        ((*FREE, "xx=Sini."), "--text takes LANGUAGE=WORDS, with one of bm, fr"),
        ((*FREE, "Sini."), "--text takes LANGUAGE=WORDS, with one of bm, fr"),
        ((*FREE, "bm=Sini 漢."), "no rule to write in GSM-7: U+6F22 CJK UNIFIED IDEOGRAPH-6F22"),
        ((*FREE, "bm=Sini: https://example.org"), "https:"),
    ],
    ids=lambda part: " ".join(part) if isinstance(part, tuple) else None,
)
async def test_what_cannot_be_planned_is_told_and_not_kept(jigi: Typed, words: Sequence[str], why: str) -> None:
    await seed.pay_round()
    await somebody("awa")
    assert why in refused(await jigi(*words, "--as", "awa"))
    assert await query("SELECT id FROM campaign") == []


async def test_a_plan_made_anew_is_of_what_is_true_now_and_of_who_made_it_anew(jigi: Typed) -> None:
    await family(AWA)
    campaign = await planned()
    await family(BINTA)
    await somebody("binta")
    outcome = await jigi("replan", campaign, "--as", "binta")
    assert outcome.lines()[1].startswith("2 recipients, ")
    assert await recipients_of(campaign) == {AWA, BINTA}
    assert refused(await jigi("approve", campaign, "--as", "binta")) == "who planned a campaign cannot approve it"


# Looking


async def test_a_campaign_is_shown_with_its_recipients_texts_and_decisions(jigi: Typed) -> None:
    await family(AWA, language=FR)
    await family(BINTA, language=FR)
    await family(MALITEL)
    await family(FIXED)
    await family(CHEICK)
    await stop_sms(CHEICK)
    campaign = await planned()
    await approved(planning_of(campaign), NOW)
    outcome = await jigi("show", campaign)
    lines = done(outcome)
    assert lines[0] == f"Campaign {campaign}: announce (announce), approved"
    assert lines[1].startswith("3 recipients, 2 texts in 2 requests, 3 parts, ")
    assert sorted((row[0], row[1]) for row in outcome.rows()) == [
        ("Region ML02", "3"),
        ("bm", "1"),
        ("fr", "2"),
        ("malitel", "1"),
        ("orange", "2"),
    ]
    assert sorted((row[2], row[3]) for row in outcome.rows() if row[2]) == [("fixed_line", "1"), ("opted_out", "1")]
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


async def test_who_got_the_sms_of_the_day_is_shown_as_told_tomorrow(jigi: Typed) -> None:
    await family(AWA)
    campaign = await planned()
    await campaign_world.got(AWA, 3)
    assert ["three_today: told tomorrow", "1"] in [row[2:] for row in (await jigi("show", campaign)).rows()]


async def test_what_came_by_itself_is_shown_so(jigi: Typed) -> None:
    await family(AWA)
    campaign = (await campaign_world.planned(now=NOW, planner=None)).campaign_id
    assert done(await jigi("show", campaign))[-1].endswith(" by itself: planned 1 recipients, 1 parts")
    assert (await jigi("list")).rows()[0][6:] == ["by itself", ""]


async def test_a_price_makes_a_cost_and_beyond_the_cap_it_takes_two(
    jigi: Typed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JIGI_SMS_PART_PRICE_XOF", "1500")
    monkeypatch.setenv("JIGI_SMS_CAP_XOF", "2000")
    for phone in (AWA, BINTA):
        await family(phone)
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
    await family(AWA)
    await family(MALITEL)
    first = await planned()
    await steps.approve(first, await somebody("binta"), NOW)
    second = await planned(CampaignKind.REMINDER_3)
    outcome = await jigi(*words)
    assert done(outcome) == []
    assert outcome.headings() == [
        ["No", "Campaign", "Kind", "State", "Recipients", "Parts", "Planned by", "Approved by"]
    ]
    assert outcome.rows() == [
        [f"{second}", "reminder3", "reminder3", "planned, waits for an approval", "0", "0", "Awa", ""],
        [f"{first}", "announce", "announce", "approved", "2", "2", "Awa", "Binta"],
    ]


async def test_a_personal_message_begins_with_a_file_at_the_desk(jigi: Typed) -> None:
    await somebody("awa")
    assert "begins with a spreadsheet" in refused(await jigi("plan", "personal", "--as", "awa"))
    assert await query("SELECT FROM campaign") == []


async def test_the_plan_names_the_version_of_the_words(jigi: Typed) -> None:
    await family(AWA)
    words = proven_words(CampaignKind.ANNOUNCE)
    number = await templates.propose(CampaignKind.ANNOUNCE, words, await somebody("awa"), campaign_world.SETTINGS, NOW)
    await templates.approve(number, await somebody("binta"), campaign_world.SETTINGS, NOW)
    campaign = await planned()
    said = (await jigi("show", campaign)).lines()
    assert f"In the programme's own words, version {number}, by Awa, approved by Binta." in said
