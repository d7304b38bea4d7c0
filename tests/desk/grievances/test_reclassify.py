"""What a case is about is set right: a disclosure goes behind the wall at once, and nothing of it stays outside."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from core.grievances import queue, search
from core.grievances.locked import NotThere
from core.grievances.queue import QueueView
from core.grievances.reclassifying import SafeWays, entrust
from core.grievances.search import Wanted
from core.grievances.subjects import Subcategory
from core.platform.settings import settings
from core.staff.agents import Role, Scope
from core.staff.row_security import seen_by
from tests.core import seed
from tests.core.grievances.handling import visit
from tests.core.seed import NOW, TODAY
from tests.desk.addresses import case_page
from tests.desk.browser import Browser, seen
from tests.desk.conftest import DIAGO, SignIn
from tests.desk.grievances.cases import CONDUCT, LATE, do, filed, grievances
from tests.desk.trail import trail
from tests.support.database import change, count, query, scalar
from tests.support.keys import hold_new

pytestmark = pytest.mark.usefixtures("two_communes")

DISCLOSED = replace(LATE, category="other", subcategory="anything", words="kakalamissa", name="Sira Diallo")
UNSAFE = {"call_safe": "no", "sms_safe": "no"}


@pytest.fixture(autouse=True)
def keys(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Keys to encrypt for, and to decrypt with."""
    hold_new(monkeypatch)
    yield
    settings.cache_clear()


async def entrusted(browser: Browser, reference: str, subject: str = "bribe", **ways: str) -> None:
    fields = {"subject": subject, "words": "Elle a parlé du chef"} | UNSAFE | ways
    page = seen(await do(browser, reference, "entrust", **fields))
    assert "chez les points focaux" in page


async def test_what_is_confided_leaves_every_list_search_export_and_timeline_of_others(sign_in: SignIn) -> None:
    reference = await filed("a", DISCLOSED)
    mariam, awa, fanta = (
        await sign_in("mariam"),
        await sign_in("awa", Role.SUPERVISOR),
        await sign_in("fanta", Role.FOCAL),
    )
    await do(mariam, reference, "note", words="misiriba")
    address = await case_page(reference)
    await entrusted(mariam, reference)
    for other in (mariam, awa):
        assert (await other.open(address)).status_code == 404
        async with seen_by(other.actor):
            assert [await queue.page(other.actor, view, NOW) for view in QueueView] == [()] * len(QueueView)
            assert await search.to_export(Wanted(), TODAY) == []
            assert await query("SELECT id FROM grievance_event") == []
            assert await query("SELECT id FROM message") == []
    page = await fanta.see(address)
    assert all(words in page for words in ("kakalamissa", "misiriba", "Elle a parlé du chef", "Sira Diallo"))
    assert (await trail("grievance entrusted"))[0].agent_id == mariam.actor.id


async def test_its_words_are_encrypted_where_they_stood_in_the_clear(sign_in: SignIn) -> None:
    reference = await filed("a", DISCLOSED)
    mariam = await sign_in("mariam")
    await do(mariam, reference, "take")
    await do(mariam, reference, "decide", decision="resolved", words="Nous parlons au chef.")
    await entrusted(mariam, reference)
    texts = await query("SELECT words FROM grievance UNION ALL SELECT answer FROM grievance")
    texts += await query("SELECT note FROM grievance_event WHERE note IS NOT NULL")
    assert len(texts) == 3
    assert all(text.startswith("age-encryption.org/v1:") for (text,) in texts)
    fillings = await query("SELECT CAST(filling AS text) FROM message")
    assert fillings
    assert not any("chef" in str(filling) for filling in fillings)


@pytest.mark.parametrize(("sms", "states"), [("no", ["dropped"]), ("yes", ["planned"])])
async def test_no_sms_goes_out_any_more_unless_one_is_safe(sign_in: SignIn, sms: str, states: list[str]) -> None:
    reference = await filed("a", DISCLOSED)
    await entrusted(await sign_in("mariam"), reference, sms_safe=sms)
    assert [state for (state,) in await query("SELECT state FROM message")] == states
    assert await scalar("SELECT filling - 'ref' - 'due' FROM message") == {"discreet": True}


async def test_violence_keeps_the_least_as_where_it_is_filed_so(sign_in: SignIn) -> None:
    reference = await filed("a", DISCLOSED)
    await entrusted(await sign_in("mariam"), reference, "violence")
    (case,) = await grievances()
    assert (case.words, case.name, case.msisdn, case.commune_pcode, case.household_id) == (None,) * 5
    assert (case.level, case.state, case.assigned_to) == ("national", "received", None)
    other = await filed("b", DISCLOSED)
    await entrusted(await sign_in("oumar"), other, "violence", call_safe="yes")
    assert (await grievances())[1].msisdn == LATE.msisdn


async def test_its_days_are_those_of_what_is_sensitive_and_no_later(sign_in: SignIn) -> None:
    reference = await filed("a", DISCLOSED)
    before = await scalar("SELECT decision_due FROM grievance")
    await entrusted(await sign_in("mariam"), reference, "violence")
    assert await scalar("SELECT first_answer_due FROM grievance") == TODAY + (TODAY.resolution)
    assert await scalar("SELECT decision_due FROM grievance") <= before


async def test_safety_is_asked_and_the_reason_written(sign_in: SignIn) -> None:
    reference = await filed("a", DISCLOSED)
    mariam = await sign_in("mariam")
    unasked = await do(mariam, reference, "entrust", subject="bribe", words="Elle a parlé du chef")
    assert (unasked.status_code, "Vous ne savez pas : répondez non" in seen(unasked)) == (422, True)
    assert "Elle a parlé du chef</textarea>" in unasked.text
    unworded = await do(mariam, reference, "entrust", subject="bribe", **UNSAFE)
    assert (unworded.status_code, "Écrivez un texte" in seen(unworded)) == (422, True)
    wrong = await do(mariam, reference, "entrust", subject="late", words="x", **UNSAFE)
    assert wrong.status_code == 422
    assert await scalar("SELECT sensitivity FROM grievance") == "ordinary"


async def test_who_does_not_see_it_does_not_confide_it(sign_in: SignIn) -> None:
    reference = await filed("a", CONDUCT)
    mariam = await sign_in("mariam")
    answer = await mariam.submit(
        f"{await case_page(reference)}/entrust", page="/desk/queue", version="0", event="0", subject="bribe", words="x",
        **UNSAFE,
    )  # fmt: skip
    assert answer.status_code == 404
    assert await count("grievance_event") == 1


async def test_the_domain_itself_holds_that_only_what_is_seen_is_confided(sign_in: SignIn) -> None:
    reference = await filed("a", DISCLOSED)
    far = await sign_in("far", scope=Scope.COMMUNE, scope_code=DIAGO)
    with pytest.raises(NotThere):
        await entrust(await visit(far.actor, reference), Subcategory.BRIBE, SafeWays(call=False, sms=False), "Non")


async def test_a_focal_person_gives_back_what_was_not_sensitive_and_keeps_their_notes(sign_in: SignIn) -> None:
    reference = await filed("a", CONDUCT)
    fanta, mariam = await sign_in("fanta", Role.FOCAL), await sign_in("mariam")
    await do(fanta, reference, "take")
    await do(fanta, reference, "note", words="misiriba")
    assert "rendue au guichet" in seen(await do(fanta, reference, "release", subject="late", words="Un retard."))
    page = await mariam.see(await case_page(reference))
    assert "Le chef a pris 5 000" in page
    assert "Un retard." in page
    assert "misiriba" not in page
    assert (await fanta.open(await case_page(reference))).status_code == 404


async def test_the_subject_and_the_household_change_with_a_reason(sign_in: SignIn) -> None:
    await seed.household("10000018", head_name="Oumou Keita")
    reference = await filed("a")
    mariam, oumar = await sign_in("mariam"), await sign_in("oumar")
    await do(mariam, reference, "take")
    page = seen(await do(mariam, reference, "reclassify", subject="sim_lost", words="SIM tombée au puits"))
    assert "Téléphone · SIM perdue : SIM tombée au puits" in page
    number = await scalar("SELECT household_no FROM household")
    page = seen(await do(mariam, reference, "household", household=number, words="C'est son ménage"))
    assert "Oumou Keita" in page
    strange = await do(mariam, reference, "household", household="10000000", words="C'est son ménage")
    assert (strange.status_code, "Aucun ménage de votre zone" in seen(strange)) == (422, True)
    assert (await do(oumar, reference, "reclassify", subject="late", words="Non")).status_code == 409
    await change("UPDATE grievance SET assigned_to = NULL")
    assert (await do(oumar, reference, "reclassify", subject="bribe", words="Non")).status_code == 409
