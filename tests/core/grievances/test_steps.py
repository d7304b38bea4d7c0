"""A step of a grievance is recorded and told in one transaction; of a sensitive one only the number is told."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from core.grievances import by_person
from core.grievances.filing import Filing, file
from core.grievances.following import Viewer
from core.grievances.locked import NotThere
from core.grievances.rules import SensitiveStaysPut, StepNotPossible, WordsMissing, WordsTooLong
from core.grievances.steps import ask, decide, escalate, note
from core.grievances.vocabulary import Channel, GrievanceState, Level
from core.numbers.msisdn import local
from core.platform.database import writing
from core.scams.guard import NotASafeText
from core.scams.proven import NoSuchPiece
from core.staff.agents import Actor, Role
from core.text.folding import NoRule
from core.text.languages import Language
from tests.core import seed
from tests.core.grievances.handling import AWA, LATE, asked, decided, escalated, held, visit
from tests.support.database import change, one, query

pytestmark = pytest.mark.usefixtures("world")

FIXED = "+22320221615"
THURSDAY = datetime(2026, 11, 26, 9, 0, tzinfo=UTC)
MONDAY = THURSDAY + timedelta(days=4)
RESOLVED, REJECTED = GrievanceState.RESOLVED, GrievanceState.REJECTED
CONDUCT = replace(LATE, category="conduct", subcategory="bribe")
ABUSE = replace(LATE, category="abuse", subcategory="violence", words=None)
SENSITIVE = pytest.mark.parametrize("filing", [CONDUCT, ABUSE], ids=["conduct", "abuse"])
ANSWER = "Votre argent sera là lundi."
WHY = "Le village ne répond pas"


async def grievance() -> Any:
    return await one("SELECT state, level, first_answer_due, decision_due, answer, decided_at FROM grievance")


async def events() -> list[tuple[Any, ...]]:
    """The steps after the first."""
    return (await query("SELECT kind, from_state, to_state, note, told FROM grievance_event ORDER BY id"))[1:]


async def notices() -> list[tuple[str, dict[str, Any]]]:
    """What was told after the receipt: its kind and what it was filled with, without the number."""
    queued = await query("SELECT kind, filling - 'ref' FROM message WHERE kind <> 'received' ORDER BY id")
    return [(kind, filling) for kind, filling in queued]


async def filed(filing: Filing = LATE) -> str:
    return (await file(filing, THURSDAY)).reference


async def undone(work: Awaitable[object]) -> None:
    """Do something in a transaction that fails at its end."""
    async with writing():
        await work
        raise ZeroDivisionError


async def put_in(state: str) -> None:
    async with writing() as session:
        await session.execute(text("UPDATE grievance SET state = :state"), {"state": state})


async def test_a_receipt_is_told_when_a_grievance_is_filed_and_at_any_hour_to_who_is_on_the_line() -> None:
    reference = await filed()
    (receipt,) = await query(
        "SELECT kind, msisdn, language, filling, prompt, not_after FROM message "
        "JOIN sms_batch ON sms_batch.id = batch_id"
    )
    filling = {"ref": reference, "due": "2026-12-03", "discreet": False}
    assert receipt == ("received", AWA, "bm", filling, True, THURSDAY + timedelta(days=2))


async def test_a_receipt_of_the_desk_waits_for_the_hours_of_sms() -> None:
    await filed(replace(LATE, channel=Channel.DESK))
    assert await query("SELECT prompt FROM sms_batch") == [(False,)]


async def test_a_hop_that_comes_again_files_and_tells_once() -> None:
    await asyncio.gather(*(file(LATE, THURSDAY) for _ in range(6)))
    await file(LATE, MONDAY)
    assert await query("SELECT count(*) FROM grievance") == [(1,)]
    assert await query("SELECT kind FROM message") == [("received",)]


async def test_a_filing_that_is_undone_is_not_told() -> None:
    with pytest.raises(ZeroDivisionError):
        await undone(file(LATE, THURSDAY))
    for table in ("grievance", "grievance_event", "message", "sms_batch", "procrastinate_jobs"):
        assert await query(f"SELECT FROM {table}") == []


async def test_asking_for_information_waits_for_it() -> None:
    reference = await filed()
    await put_in("in_progress")
    await asked(reference, "Quel village ?", MONDAY)

    assert (await grievance())[0] == "waiting"
    assert await events() == [("information", "in_progress", "waiting", "Quel village ?", True)]
    assert await notices() == [("information", {"discreet": False})]


@pytest.mark.parametrize("state", [RESOLVED, REJECTED])
async def test_a_decision_is_kept_and_told_with_its_text(state: GrievanceState) -> None:
    await decided(await filed(), state, ANSWER, MONDAY)

    kept = await grievance()
    assert (kept[0], kept[4], kept[5]) == (state, ANSWER, MONDAY)
    assert await events() == [("decided", "received", state, None, True)]
    rejected = state is REJECTED
    assert await notices() == [("decided", {"discreet": False, "text": ANSWER, "rejected": rejected})]


async def test_an_escalated_one_stays_open_one_level_up_with_new_delays() -> None:
    assert await escalated(await filed(), "Le village ne répond pas", MONDAY) is Level.COMMUNE

    assert await grievance() == ("received", "commune", date(2026, 12, 2), date(2026, 12, 7), None, None)
    assert await events() == [("escalated", "received", "received", "Le village ne répond pas", True)]
    assert await notices() == [("escalated", {"discreet": False, "due": "2026-12-07"})]


async def test_the_ladder_ends_at_the_nation_and_each_rung_is_told() -> None:
    reference = await filed()
    climbed = [await escalated(reference, WHY, MONDAY) for _ in range(4)]
    assert climbed == [Level.COMMUNE, Level.CERCLE, Level.REGION, Level.NATIONAL]
    with pytest.raises(StepNotPossible):
        await escalated(reference, WHY, MONDAY)
    assert [kind for kind, _ in await notices()] == ["escalated"] * 4


async def test_a_step_bears_the_name_of_who_took_it() -> None:
    page = await held(await filed(), MONDAY)
    await decide(page, RESOLVED, ANSWER)
    assert await query("SELECT agent_id FROM grievance_event ORDER BY id") == [(None,), (page.actor.id,)]


Step = Callable[[str], Awaitable[object]]


async def an_asking(reference: str) -> None:
    await asked(reference, "Quel village ?", MONDAY)


async def a_decision(reference: str) -> None:
    await decided(reference, RESOLVED, ANSWER, MONDAY)


async def an_escalation(reference: str) -> None:
    await escalated(reference, WHY, MONDAY)


STEPS = [an_asking, a_decision, an_escalation]


@pytest.mark.parametrize("step", STEPS)
async def test_a_decided_grievance_goes_no_further(step: Step) -> None:
    reference = await filed()
    for state in ("resolved", "rejected", "closed"):
        await put_in(state)
        before = await grievance()
        with pytest.raises(StepNotPossible, match=f"{reference} is {state}"):
            await step(reference)
        assert (await grievance(), await events(), await notices()) == (before, [], [])


@pytest.mark.parametrize("step", STEPS)
async def test_an_open_grievance_may_take_any_step(step: Step) -> None:
    reference = await filed()
    for taken, state in enumerate(("received", "assigned", "in_progress", "waiting"), 1):
        await put_in(state)
        await step(reference)
        assert len(await events()) == len(await notices()) == taken


async def test_nobody_has_this_number() -> None:
    nowhere = await visit(Actor(1, "Awa", Role.AGENT), "1234567", MONDAY)
    for refused in (ask(nowhere, "Quel village ?"), decide(nowhere, RESOLVED, ANSWER), escalate(nowhere, WHY)):
        with pytest.raises(NotThere):
            await refused


async def test_a_decision_is_resolved_or_rejected() -> None:
    page = await held(await filed(), MONDAY)
    for state in set(GrievanceState) - {RESOLVED, REJECTED}:
        with pytest.raises(ValueError, match="is no decision"):
            await decide(page, state, ANSWER)
    assert await events() == []


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ("", WordsMissing),
        ("  \n", WordsMissing),
        ("Allez sur www.exemple.com", NotASafeText),
        ("Envoyez votre code pour recevoir l'argent", NotASafeText),
        ("Payez 500 F CFA à l'agent", NotASafeText),
        ("Appelez le 70 11 22 33", NotASafeText),
        ("Bonjour {prix}", NoSuchPiece),
        ("C'est fait 😀", NoRule),
        ("x" * 451, WordsTooLong),
    ],
)
async def test_a_decision_has_a_text_that_an_sms_may_hold(words: str, why: type[Exception]) -> None:
    page = await held(await filed(), MONDAY)
    with pytest.raises(why):
        await decide(page, RESOLVED, words)
    assert await events() == []


async def test_a_link_in_what_only_the_desk_reads_is_no_matter() -> None:
    await note(await held(await filed(), MONDAY), "Voir www.exemple.com")
    assert [event[0] for event in await events()] == ["note"]


@pytest.mark.parametrize("words", ["Voir www.exemple.com", "Quel est votre code ?"])
async def test_what_a_scam_says_is_asked_of_nobody(words: str) -> None:
    with pytest.raises(NotASafeText):
        await asked(await filed(), words, MONDAY)


async def test_an_answer_may_name_who_is_near_and_the_persons_own_number() -> None:
    await seed.safo()
    reference = await filed(replace(LATE, commune_pcode=seed.SAFO))
    await change("UPDATE commune SET town_hall_phone = '+22320441122'")
    await decide(await held(reference, MONDAY), RESOLVED, f"Rappelez la mairie, 20 44 11 22, de votre {local(AWA)}.")
    assert (await grievance())[0] == "resolved"


async def test_proven_pieces_are_said_in_the_persons_language_on_the_line_and_in_the_sms() -> None:
    page = await held(await filed(replace(LATE, language=Language("bm"))), MONDAY)
    await decide(page, RESOLVED, "Wari bɛna di. {prudence}")
    words = "Wari bɛna di. Mɔgɔ si man kan ka wari walima kɔdi ɲini aw fɛ."
    assert (await grievance())[4] == words
    ((_, filling),) = await notices()
    assert filling["text"] == words


async def test_of_decisions_that_come_together_one_is_taken_and_told() -> None:
    page = await held(await filed(), MONDAY)
    outcomes = await asyncio.gather(
        *(decide(page, RESOLVED, f"Réponse {number}") for number in range(4)), return_exceptions=True
    )
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["NoneType", *["Stale"] * 3]
    ((_, filling),) = await notices()
    assert filling["text"] == (await grievance())[4]


async def test_an_appeal_is_decided_and_told_anew() -> None:
    reference = await filed()
    await decided(reference, REJECTED, "Le nom ne correspond pas.", MONDAY)
    await by_person.reopen(reference, Viewer(AWA), "session:9", MONDAY)
    await decided(reference, RESOLVED, ANSWER, MONDAY)
    assert [filling["text"] for _, filling in await notices()] == ["Le nom ne correspond pas.", ANSWER]


@pytest.mark.parametrize("step", STEPS)
async def test_what_fails_after_a_step_undoes_the_step_its_record_and_its_sms(step: Step) -> None:
    reference = await filed()
    before = await grievance()
    with pytest.raises(ZeroDivisionError):
        await undone(step(reference))
    assert (await grievance(), await events(), await notices()) == (before, [], [])
    assert await query("SELECT count(*) FROM procrastinate_jobs") == [(1,)]


@pytest.mark.parametrize(
    ("label", "filing", "gets_sms"),
    [
        ("ordinary", LATE, True),
        ("special", replace(LATE, category="exclusion", subcategory="left_out"), True),
        ("with the name hidden", replace(LATE, anonymous=True), False),
        ("with the name hidden, to be called", replace(LATE, anonymous=True, call_back=True), False),
        ("without a number", replace(LATE, msisdn=None), False),
        ("conduct, not asked", CONDUCT, False),
        ("conduct, an SMS is a danger", replace(CONDUCT, sms_safe=False), False),
        ("conduct, a call is safe", replace(CONDUCT, call_back=True, call_safe=True), False),
        ("conduct, an SMS is safe", replace(CONDUCT, sms_safe=True), True),
        ("abuse, not asked", ABUSE, False),
        ("abuse, an SMS is a danger", replace(ABUSE, sms_safe=False), False),
        ("abuse, a call is safe", replace(ABUSE, call_back=True, call_safe=True), False),
        ("abuse, an SMS is safe", replace(ABUSE, sms_safe=True), True),
    ],
)
async def test_who_is_told_by_sms(label: str, filing: Filing, gets_sms: bool) -> None:
    reference = await filed(filing)
    has_number = await query("SELECT FROM grievance WHERE msisdn IS NOT NULL") != []
    if has_number:
        await asked(reference, "Quel village ?", MONDAY)
    await decided(reference, RESOLVED, ANSWER, MONDAY)

    kinds = [kind for (kind,) in await query("SELECT kind FROM message ORDER BY id")]
    assert kinds == (["received", "information", "decided"] if gets_sms else [])
    assert [step[4] for step in await events()] == [gets_sms] * (1 + has_number)


async def test_a_step_of_a_fixed_line_is_not_noted_as_told() -> None:
    await decided(await filed(replace(LATE, msisdn=FIXED)), RESOLVED, ANSWER, MONDAY)
    assert await notices() == []
    assert [step[4] for step in await events()] == [False]


@SENSITIVE
async def test_of_a_sensitive_one_the_sms_is_filled_with_its_number_alone(filing: Filing) -> None:
    reference = await filed(replace(filing, sms_safe=True))
    await asked(reference, "Où ?", MONDAY)
    await decided(reference, REJECTED, "Personne n'a été vu.", MONDAY)

    assert [filling for _, filling in await notices()] == [{"discreet": True}, {"discreet": True}]
    (receipt,) = await query("SELECT filling FROM message WHERE kind = 'received'")
    assert (receipt[0]["ref"], receipt[0]["discreet"]) == (reference, True)


@SENSITIVE
async def test_a_sensitive_one_never_goes_up_the_ladder(filing: Filing) -> None:
    reference = await filed(replace(filing, sms_safe=True))
    before = await grievance()
    with pytest.raises(SensitiveStaysPut):
        await escalated(reference, WHY, MONDAY)
    assert (await grievance(), await events(), await notices()) == (before, [], [])


async def test_the_ledger_of_sms_does_not_tell_whose_household_an_abuse_is_about() -> None:
    await seed.safo()
    await filed(replace(ABUSE, sms_safe=True, household_id=await seed.household()))
    assert await query("SELECT household_id FROM grievance") == [(None,)]
    assert await query("SELECT household_ids FROM message") == [([],)]


async def test_the_ledger_of_sms_does_not_tell_who_hid_their_name() -> None:
    await filed(replace(CONDUCT, anonymous=True, sms_safe=True))
    kept = await query("SELECT msisdn FROM grievance")
    assert await query("SELECT msisdn FROM message") == [each for each in kept if each != (None,)]


async def kept(*names: str) -> Any:
    return await one(f"SELECT {', '.join(names)} FROM grievance")  # noqa: S608


async def test_the_first_answer_is_the_first_step_that_is_told() -> None:
    reference = await filed()
    assert await kept("first_answered_at", "next_due") == (None, date(2026, 11, 30))
    await asked(reference, "Quel village ?", MONDAY)
    assert await kept("first_answered_at", "waiting_since", "next_due") == (MONDAY, MONDAY, date(2026, 12, 3))
    await decided(reference, RESOLVED, ANSWER, MONDAY + timedelta(days=1))
    assert await kept("first_answered_at", "waiting_since") == (MONDAY, None)


async def test_what_goes_up_or_is_reopened_is_nobody_s_until_it_is_taken() -> None:
    reference = await filed()
    await escalated(reference, WHY, MONDAY)
    assert await kept("assigned_to", "escalated_at") == (None, MONDAY)
    page = await held(reference, MONDAY)
    await decide(page, REJECTED, ANSWER)
    await by_person.reopen(reference, Viewer(AWA), "session:9", MONDAY)
    assert await kept("assigned_to", "first_answered_at", "decided_by") == (None, None, page.actor.id)
    ((at, kind, agent_id),) = await query("SELECT at, kind, agent_id FROM grievance_event WHERE kind = 'reopened'")
    assert (at, kind, agent_id) == (MONDAY, "reopened", None)


async def test_one_that_waited_goes_up_under_way() -> None:
    reference = await filed()
    await asked(reference, "Quel village ?", MONDAY)
    await escalated(reference, WHY, MONDAY)
    assert await kept("state", "waiting_since", "assigned_to") == ("in_progress", None, None)
