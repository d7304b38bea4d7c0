"""Who sees what of a complaint: every cell of the table in docs/decisions/0014-a-phone-is-not-a-person.md."""

from datetime import timedelta

import pytest
from redis.asyncio import Redis

from core.grievances.following import Viewer, of_viewer
from core.numbers.identifiers import check_digit
from core.platform.settings import settings
from core.text.languages import Language
from demo.callers import Situation
from menus.bounds import BOUNDED
from simulator.gateway import UssdCall
from tests.menus.conftest import NOW, Town, caller
from tests.support.database import change, one, query
from tests.support.dialling import pressed

FR = Language("fr")
OWN, STRANGER = Situation.UPCOMING, Situation.UNREGISTERED
ORDINARY = ("3", "1", "1", "1")
HIDDEN = ("3", "1", "1", "4", "1")
SECRET = ("3", "4", "4", "2")
NOT_SEEN = "Numéro introuvable"


def written(page: str) -> str:
    """The reference that the last page gave."""
    return page.split("Numéro : ")[1].split("\n")[0]


async def files(town: Town, *keys: str) -> str:
    """Somebody files from the phone of their own household; the last page."""
    return await pressed(await town.speaking(OWN, FR), *keys)


async def borrows(town: Town, *keys: str) -> UssdCall:
    """The household's number and year of birth, typed on a stranger's phone, and what follows."""
    other = caller(OWN)
    assert other.household_no
    call = await town.speaking(STRANGER, FR)
    await pressed(call, "00", "2", other.household_no, str(other.birth_year), *keys)
    return call


async def answered(reference: str) -> None:
    await change(
        "UPDATE grievance SET state = 'resolved', answer = 'Venez lundi.', decided_at = %(at)s WHERE reference = %(r)s",
        r=reference,
        at=NOW,
    )


async def receipts(reference: str) -> list[str]:
    """The phones that were sent its number."""
    return [
        row.msisdn for row in await query("SELECT msisdn FROM message WHERE key = %(k)s", k=f"received {reference}")
    ]


async def dialled(town: Town, situation: Situation, *keys: str) -> str:
    await town.speaking(situation, FR)
    return await pressed(town.phone(caller(situation).msisdn), *keys)


@pytest.mark.parametrize(("keys", "again"), [(ORDINARY, True), (HIDDEN, False), (SECRET, False)])
async def test_the_last_result_is_shown_again_where_nothing_is_hidden(
    town: Town, keys: tuple[str, ...], again: bool
) -> None:
    reference = written(await files(town, *keys))
    assert (reference in await dialled(town, OWN)) is again
    assert (reference in await dialled(town, OWN)) is again  # until a key leads on
    await dialled(town, OWN, "1")
    assert reference not in await dialled(town, OWN)


async def test_the_last_result_of_a_borrowed_phone_is_shown_to_nobody(town: Town) -> None:
    call = await borrows(town, *ORDINARY)
    assert call.screen is not None
    reference = written(call.screen.text)
    assert reference not in await dialled(town, STRANGER)
    assert reference not in await dialled(town, OWN)


async def test_words_and_a_household_that_was_identified_are_not_offered_to_the_next_caller(town: Town) -> None:
    await pressed(await town.speaking(OWN, FR), "3", "1", "1", "3", "Le chef a pris ma part")
    again = town.phone(caller(OWN).msisdn)
    assert "1 Continuer" in (await again.dial()).text
    assert "chef" not in (await again.reply("1")).text
    await borrows(town, "1")
    assert "Continuer" not in await dialled(town, STRANGER)


@pytest.mark.parametrize(("keys", "listed"), [(ORDINARY, True), (HIDDEN, False), (SECRET, False)])
async def test_the_list_holds_only_what_is_the_callers_own_and_not_hidden(
    town: Town, keys: tuple[str, ...], listed: bool
) -> None:
    reference = written(await files(town, *keys))
    assert (reference in await dialled(town, OWN, "00", "4")) is listed
    assert reference not in await dialled(town, STRANGER, "00", "4")


async def test_what_was_filed_on_a_borrowed_phone_is_the_households(town: Town) -> None:
    call = await borrows(town, *ORDINARY)
    assert call.screen is not None
    reference = written(call.screen.text)
    assert reference in await dialled(town, OWN, "00", "4")
    assert reference not in await dialled(town, STRANGER, "00", "4")
    assert NOT_SEEN in await dialled(town, STRANGER, "00", "4", "1", reference)
    assert await receipts(reference) == [caller(OWN).msisdn]


async def test_who_wants_to_be_called_on_a_borrowed_phone_gets_no_sms_there(town: Town) -> None:
    call = await borrows(town, "3", "1", "1", "2")
    assert call.screen is not None
    reference = written(call.screen.text)
    row = await one("SELECT msisdn, sms_safe FROM grievance WHERE reference = %(r)s", r=reference)
    assert row == (caller(STRANGER).msisdn, False)
    assert await receipts(reference) == []


async def test_state_answer_and_appeal_are_the_owners_alone(town: Town) -> None:
    reference = written(await files(town, *ORDINARY))
    await answered(reference)
    assert NOT_SEEN in await dialled(town, STRANGER, "00", "4", "1", reference)
    borrowed = await borrows(town, "4", "1")
    assert borrowed.screen is not None
    assert "Venez lundi." in borrowed.screen.text
    assert "Venez lundi." in await dialled(town, OWN, "00", "4", "1")
    assert "reprise" in await dialled(town, OWN, "00", "4", "1", "2", "1")
    assert await one("SELECT reopen_count FROM grievance WHERE reference = %(r)s", r=reference) == (1,)


async def test_a_hidden_name_is_followed_by_its_long_number_from_anywhere(town: Town) -> None:
    reference = written(await files(town, *HIDDEN))
    assert len(reference) == 10
    await answered(reference)
    assert "Venez lundi." in await dialled(town, STRANGER, "00", "4", "1", reference)
    assert await receipts(reference) == []


async def test_a_secret_complaint_without_owner_needs_its_secret_and_never_shows_an_answer(town: Town) -> None:
    page = await files(town, *SECRET)
    reference, secret = written(page), page.split("Code secret : ")[1].split("\n")[0]
    await answered(reference)
    asked = await dialled(town, OWN, "00", "4", "1", reference)
    assert asked.startswith("Tapez le code secret")
    wrong = f"{(int(secret) + 1) % 10_000:04}"
    assert NOT_SEEN in await dialled(town, OWN, "00", "4", "1", reference, wrong)
    opened = await dialled(town, OWN, "00", "4", "1", reference, secret)
    assert "C'est réglé." in opened
    assert "Venez" not in opened


async def test_three_numbers_that_are_not_ones_own_close_it_for_a_day_and_read_the_same(town: Town) -> None:
    reference = written(await files(town, *ORDINARY))
    nobodys = f"123456{check_digit('123456')}"
    for number in (reference, nobodys, reference):
        assert NOT_SEEN in await dialled(town, STRANGER, "00", "4", "1", number)
    assert (await dialled(town, STRANGER, "00", "4", "1", nobodys)).startswith("Bloqué 24 heures.")
    assert len(await query("SELECT 1 FROM reference_try")) == 3
    assert reference in await dialled(town, OWN, "00", "4")


async def test_who_is_shut_out_of_others_still_hears_of_their_own(town: Town) -> None:
    reference = written(await files(town, *ORDINARY))
    hidden = written(await dialled(town, OWN, "00", *HIDDEN))
    nobodys = f"123456{check_digit('123456')}"
    for _ in range(4):
        last = await dialled(town, OWN, "00", "4", "2", nobodys)
    assert last.startswith("Bloqué 24 heures.")
    assert f"Plainte {reference}" in await dialled(town, OWN, "00", "4", "1")
    assert f"Plainte {reference}" in await dialled(town, OWN, "00", "4", "2", reference)
    assert (await dialled(town, OWN, "00", "4", "2", hidden)).startswith("Bloqué 24 heures.")


async def test_a_number_that_a_restored_database_does_not_know_is_explained(town: Town) -> None:
    reference = written(await files(town, *ORDINARY))
    nobodys = f"123456{check_digit('123456')}"
    await change(
        "INSERT INTO restoration (sign, at, departures, known, uncertain, paused) VALUES ('said', %(at)s, 0, 0, 0, 0)",
        at=NOW - timedelta(days=3),
    )
    explained = (
        "Numéro introuvable. Panne le 21/11/2026 : si votre plainte n'est plus là, refaites-la.\n"
        "1 Faire une plainte\n2 Rappelez-moi\n0 Retour\n00 Début"
    )
    assert await dialled(town, STRANGER, "00", "4", "1", nobodys) == explained
    assert await dialled(town, STRANGER, "00", "4", "1", reference) == explained, "another's reads as none"
    assert (await dialled(town, STRANGER, "00", "4", "1", nobodys, "1")).startswith("Sujet de la plainte")
    in_bambara = await pressed(await town.speaking(Situation.PAID, Language("bm")), "00", "4", "1", nobodys)
    assert in_bambara == (
        "Nimòrò in ma ye. Fèn dò ma nyè 21/11/2026. Ni aw ka damakasi tè yan, aw ye a kè kokura.\n"
        "1 Damakasi kè\n2 Aw ye n wele\n0 Kòsegin\n00 Daminè"
    )


async def test_redis_holds_no_words_after_the_call(town: Town, redis: Redis) -> None:
    await files(town, "3", "1", "1", "3", "Le chef a pris ma part", "1")
    kept = [str(await redis.get(key)) for key in await redis.keys("*") if b":call" in key]
    assert kept
    assert not any("chef" in each for each in kept)


async def test_the_same_again_within_a_day_is_told_and_may_be_added_to_or_filed(town: Town) -> None:
    reference = written(await files(town, *ORDINARY))
    asked = await dialled(town, OWN, "1", *ORDINARY)
    assert asked.startswith(f"Vous avez déjà fait cette plainte. Numéro : {reference}")
    await dialled(town, OWN, "00", *ORDINARY, "1", "Rien non plus au mois d'avant")
    (words,) = await one("SELECT note FROM grievance_event WHERE kind = 'added'")
    assert words == "Rien non plus au mois d'avant"
    other = written(await dialled(town, OWN, "1", *ORDINARY, "2"))
    assert other != reference
    assert len(await of_viewer(Viewer(caller(OWN).msisdn, await _household()))) == 2


async def test_what_a_case_waits_for_is_shown_and_answered(town: Town) -> None:
    reference = written(await files(town, *ORDINARY))
    await query(
        "UPDATE grievance SET state = 'waiting', waiting_since = %(at)s WHERE reference = %(r)s RETURNING 1",
        r=reference, at=NOW,
    )  # fmt: skip
    await query(
        "INSERT INTO grievance_event (grievance_id, at, kind, from_state, to_state, note, told) "
        "SELECT id, %(at)s, 'information', 'assigned', 'waiting', 'Quel mois ?', true FROM grievance "
        "WHERE reference = %(r)s RETURNING 1",
        r=reference, at=NOW + timedelta(hours=1),
    )  # fmt: skip
    page = await dialled(town, OWN, "1", "4", "1")
    assert "Question : Quel mois ?" in page
    assert "1 Répondre" in page
    assert reference in await dialled(town, OWN, "00", "4", "1", "1", "3", "Le mois de mai")
    state, note = await one(
        "SELECT state, (SELECT note FROM grievance_event WHERE grievance_id = grievance.id AND kind = 'added') "
        "FROM grievance WHERE reference = %(r)s",
        r=reference,
    )
    assert (state, note) == ("in_progress", "Le mois de mai")


async def test_one_phone_files_only_so_many_a_day_and_is_told_whom_to_call(town: Town) -> None:
    before = BOUNDED.labels("filing")._value.get()
    for _ in range(settings().line_filings_a_day):
        await dialled(town, OWN, "00", *HIDDEN)
    refused = await dialled(town, OWN, "00", *HIDDEN)
    assert refused == "C'est assez pour aujourd'hui.\nAppelez le +223 20 22 16 15."
    assert "Code secret" in await dialled(town, OWN, "00", *SECRET)
    assert "Numéro" in await dialled(town, STRANGER, "00", *HIDDEN)
    assert BOUNDED.labels("filing")._value.get() == before + 1


async def test_long_words_are_kept_by_their_beginning_and_never_push_the_send_key_off(town: Town) -> None:
    words = "Le chef du village a pris ma part " * 6
    page = await files(town, "3", "1", "1", "3", words)
    assert "La fin de vos mots est coupée.\n1 Oui, envoyer" in page
    again = await pressed(town.phone(caller(OWN).msisdn), "00", "3", "1", "1", "3", words[:100])
    assert '"Le chef du village a pris ma part Le..."\n1 Oui, envoyer' in again
    reference = written(await pressed(town.phone(caller(OWN).msisdn), "00", "3", "1", "1", "3", words, "1"))
    assert await one("SELECT words FROM grievance WHERE reference = %(r)s", r=reference) == (words[:160].strip(),)


@pytest.mark.parametrize("words", ["ߒ ߞߊ߬ ߥߊ߬ߙߌ", "لم أستلم المال"])
async def test_words_that_a_phone_may_not_show_are_kept_and_that_is_said(town: Town, words: str) -> None:
    page = await files(town, "3", "1", "1", "3", words)
    assert "Vos mots sont gardés." in page
    reference = written(await pressed(town.phone(caller(OWN).msisdn), "00", "3", "1", "1", "3", words, "1"))
    assert await one("SELECT words FROM grievance WHERE reference = %(r)s", r=reference) == (words,)


async def _household() -> int:
    number = caller(OWN).household_no
    (household_id,) = await one("SELECT id FROM household WHERE household_no = %(number)s", number=number)
    return int(household_id)
