"""A case holds all that is known of a grievance; what is done from its page is refused when the page is old."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import text

from core.grievances import prepared_answers
from core.grievances.cases import Case, accesses, case, glance
from core.grievances.locked import Stale
from core.grievances.prepared_answers import DEMO, of_category
from core.grievances.rules import DecidedBefore, NotYours, StepNotPossible, WordsMissing
from core.grievances.steps import DeskVisit, close, decide, escalate, note, reopen, take
from core.grievances.subjects import Category
from core.grievances.vocabulary import GrievanceState, Level
from core.platform.database import reading, writing
from core.staff.agents import Actor, Role, Scope
from core.staff.audit import first_broken
from core.staff.permissions import NotAllowed
from core.staff.row_security import seen_by
from core.text.languages import Language
from tests.core import seed
from tests.core.grievances.handling import AWA, filed, put, somebody, visit
from tests.core.seed import NOW
from tests.support.database import scalar

pytestmark = pytest.mark.usefixtures("safo")
RESOLVED = GrievanceState.RESOLVED


async def seen_case(reference: str, actor: Actor) -> Case:
    async with seen_by(actor):
        grievance = await case(reference, actor, NOW)
    assert grievance is not None
    return grievance


async def test_a_case_tells_what_is_related_and_what_is_likely_the_same() -> None:
    mariam = await somebody("mariam")
    reference = await filed("a")
    same = await filed("b", NOW - timedelta(days=29))
    old = await filed("c", NOW - timedelta(days=31))
    other = await filed("d", category="phone", subcategory="sim_lost")
    await filed("e", msisdn="+22376000009")
    grievance = await seen_case(reference, mariam)
    likely = {each.reference: each.likely for each in grievance.related}
    assert likely == {same: True, old: False, other: True}


async def test_a_case_tells_what_became_of_each_sms() -> None:
    mariam = await somebody("mariam")
    reference = await filed("a")
    async with seen_by(mariam):
        await take(await visit(mariam, reference))
        await decide(await visit(mariam, reference), RESOLVED, "C'est fait.")
    async with writing() as session:
        await session.execute(text("UPDATE message SET state = 'delivered' WHERE kind = 'decided'"))
    grievance = await seen_case(reference, mariam)
    assert [(entry.step, entry.name, entry.told, entry.sms) for entry in grievance.entries] == [
        ("received", None, True, "planned"),
        ("taken", "Mariam", False, None),
        ("decided", "Mariam", True, "delivered"),
    ]
    assert (grievance.answer, grievance.decider, grievance.open) == ("C'est fait.", "Mariam", False)


async def test_the_language_is_the_one_the_phone_chose_last() -> None:
    mariam = await somebody("mariam")
    reference = await filed("a")
    assert (await seen_case(reference, mariam)).language is Language("bm")
    async with writing() as session:
        await session.execute(text("INSERT INTO phone (msisdn, language) VALUES (:phone, 'fr')"), {"phone": AWA})
    assert (await seen_case(reference, mariam)).language is Language("fr")


async def test_of_two_who_act_on_one_page_the_second_is_told_what_changed() -> None:
    mariam, oumou = await somebody("mariam"), await somebody("oumou")
    reference = await filed("a")
    page = await seen_case(reference, mariam)

    async def taking(actor: Actor) -> None:
        async with seen_by(actor):
            await take(DeskVisit(actor, reference, page.shown, NOW))

    outcomes = await asyncio.gather(taking(mariam), taking(oumou), return_exceptions=True)
    (stale,) = [outcome for outcome in outcomes if outcome is not None]
    assert isinstance(stale, Stale)
    ((kind, name),) = [(change.step, change.name) for change in stale.changes]
    assert (kind, name) == ("taken", "Oumou" if outcomes[0] is stale else "Mariam")
    assert await first_broken() is None


async def test_what_is_not_one_s_own_is_not_decided() -> None:
    mariam, oumou = await somebody("mariam"), await somebody("oumou", Role.SUPERVISOR)
    reference = await filed("a")
    async with seen_by(mariam):
        await take(await visit(mariam, reference))
    for step in (lambda visit: decide(visit, RESOLVED, "Réponse."), lambda visit: escalate(visit, "Pourquoi")):
        with pytest.raises(NotYours) as refused:
            async with seen_by(oumou):
                await step(await visit(oumou, reference))
        assert refused.value.name == "Mariam"


async def test_a_note_is_anybody_s_and_touches_only_one_s_own() -> None:
    mariam, oumou = await somebody("mariam"), await somebody("oumou")
    reference = await filed("a")
    async with seen_by(mariam):
        await take(await visit(mariam, reference))
    async with seen_by(oumou):
        await note(await visit(oumou, reference), "La mairie a appelé")
    assert (await seen_case(reference, mariam)).state is GrievanceState.ASSIGNED
    async with seen_by(mariam):
        await note(await visit(mariam, reference), "Vu")
    grievance = await seen_case(reference, mariam)
    assert grievance.state is GrievanceState.IN_PROGRESS
    assert [(entry.note, entry.told) for entry in grievance.entries[2:]] == [
        ("La mairie a appelé", False),
        ("Vu", False),
    ]


async def test_whoever_decided_neither_takes_nor_decides_the_appeal() -> None:
    mariam, oumou = await somebody("mariam"), await somebody("oumou")
    reference = await filed("a")
    async with seen_by(mariam):
        await take(await visit(mariam, reference))
        await decide(await visit(mariam, reference), GrievanceState.REJECTED, "Non.")
        await reopen(await visit(mariam, reference), "La personne a sa carte")
    with pytest.raises(DecidedBefore):
        async with seen_by(mariam):
            await take(await visit(mariam, reference))
    await put(reference, assigned_to=mariam.id)
    with pytest.raises(DecidedBefore):
        async with seen_by(mariam):
            await decide(await visit(mariam, reference), RESOLVED, "Oui.")
    await put(reference, assigned_to=oumou.id)
    async with seen_by(oumou):
        await decide(await visit(oumou, reference), RESOLVED, "Oui.")
    with pytest.raises(StepNotPossible, match="cannot be reopened"):
        async with seen_by(oumou):
            await reopen(await visit(oumou, reference), "Encore")


async def test_a_level_above_one_s_own_is_not_taken() -> None:
    mariam = await somebody("mariam", scope=Scope.COMMUNE, code=seed.SAFO)
    reference = await filed("a")
    await put(reference, level=Level.CERCLE.value)
    with pytest.raises(NotAllowed):
        async with seen_by(mariam):
            await take(await visit(mariam, reference))


async def test_what_is_not_decided_is_not_concluded_and_an_act_needs_words() -> None:
    mariam = await somebody("mariam")
    reference = await filed("a")
    with pytest.raises(StepNotPossible):
        async with seen_by(mariam):
            await close(await visit(mariam, reference))
    for words in ("", " \n"):
        with pytest.raises(WordsMissing):
            await note(await visit(mariam, reference), words)


async def test_to_read_a_sensitive_one_is_recorded_and_to_glance_is_not() -> None:
    fanta, mariam = await somebody("fanta", Role.FOCAL), await somebody("mariam")
    reference = await filed("a", category="conduct", subcategory="bribe")
    async with seen_by(fanta):
        assert await glance(reference) is not None
        assert await accesses() == ()
    await seen_case(reference, fanta)
    async with seen_by(fanta):
        row = await scalar("SELECT id FROM grievance")
        assert [(each.reference, each.name) for each in await accesses()] == [(f"c{row}", "Fanta")], (
            "not its seven digits"
        )
    async with seen_by(mariam):
        assert await case(reference, mariam, NOW) is None
        assert await glance(reference) is None


async def test_prepared_answers_are_planted_once_and_marked_as_not_reviewed() -> None:
    for _ in range(2):
        await prepared_answers.plant()
    async with reading() as connection:
        assert await connection.scalar(text("SELECT count(*) FROM prepared_answer")) == len(DEMO)
    answers = await of_category(Category.PAYMENT)
    assert answers
    assert not any(each.reviewed for each in answers)
    assert {each.text_in(Language("bm")) for each in answers} == {each.texts["bm"] for each in answers}
    assert await of_category(Category.ABUSE) == ()
