"""The person answers back: a question, a withdrawal, and whether a decision settled it."""

import pytest

from core.text.languages import Language
from demo.callers import Situation
from tests.menus.conftest import Town, caller
from tests.support.database import change, one, query
from tests.support.dialling import pressed

FR = Language("fr")
ASKED, OPEN, ANSWERED = Situation.GRIEVANCE_ASKED, Situation.GRIEVANCE_OPEN, Situation.GRIEVANCE_ANSWERED


async def notes(situation: Situation) -> list[str]:
    """What the person told the desk of this complaint."""
    rows = await query(
        "SELECT note FROM grievance_event JOIN grievance ON grievance.id = grievance_id "
        "WHERE reference = %(r)s AND kind = 'added' ORDER BY grievance_event.id",
        r=caller(situation).reference,
    )
    return [row.note for row in rows]


async def state(situation: Situation) -> str:
    return str((await one("SELECT state FROM grievance WHERE reference = %(r)s", r=caller(situation).reference))[0])


async def test_what_is_asked_is_shown_and_answered_with_one_key(town: Town) -> None:
    call = await town.speaking(ASKED, FR)
    assert "Question : Etes-vous allée à la mairie ?" in await pressed(call, "4", "1")
    assert "1 Oui" in (await call.reply("1")).text
    end = await call.reply("2")
    assert (end.ends, end.text) == (True, f"Votre réponse est écrite. Numéro : {caller(ASKED).reference}")
    assert await notes(ASKED) == ["Non"]
    assert await state(ASKED) == "in_progress"


async def test_it_is_answered_in_words_or_by_a_call_too(town: Town) -> None:
    await pressed(await town.speaking(ASKED, FR), "4", "1", "1", "3", "Le maire était absent")
    assert await notes(ASKED) == ["Le maire était absent"]


async def test_who_cannot_write_is_called(town: Town) -> None:
    assert "Nous vous rappellerons." in await pressed(await town.speaking(ASKED, FR), "4", "1", "1", "4")
    assert await notes(ASKED) == ["Demande à être appelée"]


async def test_a_complaint_is_withdrawn_after_one_question(town: Town) -> None:
    call = await town.speaking(OPEN, FR)
    assert "Retirer la plainte" in await pressed(call, "4", "1", "2")
    assert await state(OPEN) == "in_progress"
    assert "est retirée" in (await call.reply("1")).text
    assert await state(OPEN) == "closed"
    again = await pressed(town.phone(call.msisdn), "00", "4", "1")
    assert "Vous l'avez retirée." in again
    assert "1 " not in again, "nothing can be done with it"


@pytest.mark.parametrize(("key", "solved"), [("1", True), ("2", False)])
async def test_whether_it_is_settled_is_asked_once(town: Town, key: str, solved: bool) -> None:
    call = await town.speaking(ANSWERED, FR)
    assert "Est-ce réglé ?" in await pressed(call, "4", "1", "9")
    assert "Merci. C'est noté." in (await call.reply(key)).text
    assert await one("SELECT solved FROM grievance WHERE reference = %(r)s", r=caller(ANSWERED).reference) == (solved,)
    again = await pressed(town.phone(call.msisdn), "00", "4", "1", "9")
    assert "Est-ce réglé ?" not in again
    assert "reprendre" in again


async def test_who_says_no_reopens_it_with_the_next_key(town: Town) -> None:
    call = await town.speaking(ANSWERED, FR)
    assert "1 Pas d'accord : reprendre" in await pressed(call, "4", "1", "9", "2")
    assert "est reprise" in (await call.reply("1")).text
    assert await one("SELECT state, solved FROM grievance WHERE reference = %(r)s", r=caller(ANSWERED).reference) == (
        "received",
        None,
    )


async def test_of_a_secret_one_nobody_asks_if_it_is_settled(town: Town) -> None:
    reference = caller(ANSWERED).reference
    await change("UPDATE grievance SET sensitivity = 'sensitive' WHERE reference = %(r)s", r=reference)
    call = await town.speaking(ANSWERED, FR)
    page = await pressed(call, "4", "1", reference or "")
    assert "C'est réglé." in page
    assert "Est-ce réglé ?" not in page
    assert "reprendre" in page
