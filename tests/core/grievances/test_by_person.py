"""What the person does with their own grievance on the line is written once, and only where it can still be done."""

from datetime import timedelta

import pytest

from core.grievances import by_person, steps
from core.grievances.following import Viewer, by_reference
from core.grievances.rules import StepNotPossible
from core.grievances.vocabulary import DECIDED, OPEN, GrievanceState, QuestionReply
from tests.core import seed
from tests.core.grievances.handling import AWA, asked, decided, filed, put, visit
from tests.core.grievances.handling import held as page_of
from tests.core.seed import NOW, SAFO
from tests.support.database import one, query

pytestmark = pytest.mark.usefixtures("world")


@pytest.fixture(autouse=True)
async def safo(world: None) -> None:
    await seed.places((SAFO, "=Safo"))


OWN = Viewer(AWA)
STRANGER = Viewer("+22376000009")


async def history(reference: str) -> list[tuple[str, str, str | None]]:
    """The steps after the first: what was done, to which state, with which words."""
    rows = await query(
        "SELECT kind, to_state, note FROM grievance_event WHERE grievance_id = "
        "(SELECT id FROM grievance WHERE reference = %(r)s) ORDER BY id OFFSET 1",
        r=reference,
    )
    return [(row[0], row[1], row[2]) for row in rows]


async def waiting() -> str:
    reference = await filed("waits")
    await asked(reference, "Êtes-vous allée à la mairie ?", NOW)
    return reference


@pytest.mark.parametrize(("reply", "words"), [(QuestionReply.YES, "Oui"), (QuestionReply.NO, "Non")])
async def test_a_question_is_replied_to_with_a_key_and_the_desk_goes_on(reply: QuestionReply, words: str) -> None:
    reference = await waiting()
    assert await by_person.reply(reference, OWN, reply, NOW)
    assert await by_person.reply(reference, OWN, reply, NOW), "the same again is written once"
    assert await history(reference) == [
        ("information", "waiting", "Êtes-vous allée à la mairie ?"),
        ("added", "in_progress", words),
    ]
    assert await one("SELECT state, waiting_since, call_back FROM grievance") == ("in_progress", None, False)


async def test_who_wants_to_be_called_is_on_todays_list() -> None:
    reference = await waiting()
    assert await by_person.reply(reference, OWN, QuestionReply.CALL, NOW)
    assert await one("SELECT call_back, call_again_on FROM grievance") == (True, NOW.date())
    assert (await history(reference))[-1] == ("added", "in_progress", "Demande à être appelée")


@pytest.mark.parametrize("state", sorted(OPEN))
async def test_an_open_one_is_withdrawn_once_and_closed_undecided(state: GrievanceState) -> None:
    reference = await filed("open")
    await put(reference, state=state)
    assert await by_person.withdraw(reference, OWN, NOW)
    assert await by_person.withdraw(reference, OWN, NOW + timedelta(days=1)), "withdrawn already"
    assert await history(reference) == [("withdrawn", "closed", None)]
    assert await one("SELECT state, withdrawn_at, decided_at FROM grievance") == ("closed", NOW, None)
    view = await by_reference(reference, OWN)
    assert view is not None
    assert (view.withdrawn, view.may_add, view.may_reopen, view.asks_solved) == (True, False, False, False)


@pytest.mark.parametrize("state", sorted(DECIDED))
async def test_what_is_decided_is_not_withdrawn(state: GrievanceState) -> None:
    reference = await filed("over")
    await put(reference, state=state)
    assert not await by_person.withdraw(reference, OWN, NOW)
    assert await history(reference) == []


@pytest.mark.parametrize("solved", [True, False])
async def test_whether_it_is_solved_is_said_once_for_each_decision(solved: bool) -> None:
    reference = await filed("decided")
    await decided(reference, GrievanceState.RESOLVED, "Venez lundi.", NOW)
    assert await by_person.say_solved(reference, OWN, NOW, solved=solved)
    assert await by_person.say_solved(reference, OWN, NOW, solved=solved), "said already"
    assert not await by_person.say_solved(reference, OWN, NOW, solved=not solved), "nobody is asked twice"
    assert [kind for kind, *_ in await history(reference)] == ["decided", "solved" if solved else "unsolved"]
    assert await by_person.reopen(reference, OWN, "key", NOW)
    assert await one("SELECT solved FROM grievance") == (None,), "the next decision is asked about"


async def test_the_desk_reopens_what_was_withdrawn_for_who_was_made_to() -> None:
    reference = await filed("made to")
    assert await by_person.withdraw(reference, OWN, NOW)
    await steps.reopen(await page_of(reference, NOW), "On l'a forcée à la retirer.")
    assert await one("SELECT state, withdrawn_at FROM grievance") == ("received", None)


async def test_a_page_of_the_desk_is_out_of_date_once_the_person_said_something() -> None:
    reference = await filed("meanwhile")
    page = await page_of(reference, NOW)
    assert await by_person.withdraw(reference, OWN, NOW)
    with pytest.raises(StepNotPossible):
        await steps.ask(page, "Quel village ?")
    assert (await visit(page.actor, reference)).shown.version > page.shown.version


async def test_nothing_is_done_with_anothers_or_with_a_secret_one() -> None:
    anothers = await waiting()
    secret = await filed("secret", category="abuse", subcategory="violence", sms_safe=True)
    for reference, viewer in ((anothers, STRANGER), (secret, OWN)):
        assert not await by_person.reply(reference, viewer, QuestionReply.YES, NOW)
        assert not await by_person.add_words(reference, viewer, "Non", NOW)
        assert not await by_person.withdraw(reference, viewer, NOW)
        await put(reference, state=GrievanceState.RESOLVED)
        assert not await by_person.say_solved(reference, viewer, NOW, solved=True)
    assert len(await history(anothers)) == 1
    assert await history(secret) == []
