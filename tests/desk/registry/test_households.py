"""Households at the desk: found, shown whole, corrected with a reason, and only where one works."""

from datetime import time

import pytest

from core.numbers.identifiers import household_no
from core.outbox.notice_kinds import NoticeKind
from core.outbox.notices import Notice, queue_notice
from core.payments.states import PaymentState
from core.platform import sql
from core.registry.phone_claims import claim
from core.registry.statuses import Status
from core.staff.agents import Role, Scope
from core.text.languages import Language
from tests.core import seed
from tests.core.seed import NOW, TODAY
from tests.desk.addresses import household_page
from tests.desk.browser import Browser, seen
from tests.desk.conftest import AWA, DIAGO, FIRST, SignIn
from tests.desk.registry.knowing import known
from tests.desk.trail import trail

pytestmark = pytest.mark.usefixtures("household_of_awa")

RIGHT = {"position": "1", "was": FIRST, "value": "78 00 00 01", "reason": "SIM perdue"}


@pytest.mark.parametrize("typed", [AWA, "76123456", "awa traorré"])
async def test_it_is_looked_for(mariam: Browser, typed: str, page_of_awa: str) -> None:
    page = await mariam.submit("/desk/households", q=typed)
    assert f'href="{page_of_awa}"' in page.text


async def test_a_slip_in_its_number_is_told(mariam: Browser) -> None:
    answer = await mariam.submit("/desk/households", q="12345678")
    assert "vérifiez chaque chiffre" in seen(answer)


async def test_its_page_shows_all_that_is_known(mariam: Browser, household_of_awa: int, page_of_awa: str) -> None:
    await seed.payment(household_of_awa, PaymentState.PAID, due=TODAY, paid=TODAY, round_name="T3 2026")
    await seed.payment(household_of_awa, PaymentState.FAILED, due=TODAY, reason="carte refusée", round_name="T4 2026")
    page = await mariam.see(page_of_awa)
    for shown in (
        "bénéficiaire",
        "Dialakoroba, Safo",
        "Transferts monétaires, T3 2026",
        "payé le",
        "carte refusée",
        "76 12 34 56",
    ):
        assert shown in page


async def test_it_is_known_by_both_its_numbers(mariam: Browser, page_of_awa: str) -> None:
    await seed.known_as(AWA, "kt/02/0117")
    found = await mariam.submit("/desk/households", q="KT/02/ 0117")
    assert f'href="{page_of_awa}"' in found.text
    assert f"{AWA[:4]} {AWA[4:]} · kt/02/0117" in seen(found)
    page = await mariam.see(page_of_awa)
    assert f"Numéro Jigi {AWA[:4]} {AWA[4:]} à taper au téléphone Numéro du programme kt/02/0117" in page


async def test_its_page_says_the_next_events_as_the_line_does(
    mariam: Browser, household_of_awa: int, page_of_awa: str
) -> None:
    """It is nine o'clock: the first one is over."""
    await sql.execute(
        "INSERT INTO enrolment (household_id, component) VALUES (%(id)s, 'HIMO')", {"id": household_of_awa}
    )
    await seed.event("HIMO", TODAY, hour=time(6), end=time(8), place="École", what="Reboisement")
    await seed.event("HIMO", TODAY, hour=time(14), end=time(17), place="Mairie", what="Pavage", wage=1_500)
    page = await mariam.see(page_of_awa)
    assert "Pavage, mardi 24 novembre (aujourd’hui), Mairie, de 14 h à 17 h · 1 500 F CFA par jour de travail" in page
    assert "Reboisement" not in page


async def test_its_page_names_the_sms_that_spoke_of_it(
    mariam: Browser, household_of_awa: int, page_of_awa: str
) -> None:
    notice = Notice("a test", NoticeKind.CALL_AGREED, FIRST, Language.staff(), household_id=household_of_awa)
    await queue_notice(notice, NOW)
    page = await mariam.see(page_of_awa)
    assert "Rendez-vous d'appel 76 12 34 56 à envoyer" in page


async def test_codes_of_a_file_are_read_as_words_and_free_text_as_it_is(
    mariam: Browser, household_of_awa: int, page_of_awa: str
) -> None:
    await seed.payment(household_of_awa, PaymentState.FAILED, due=TODAY, reason="SIM", round_name="T3 2026")
    await seed.household(household_no(1_000_009), status=Status.SUSPENDED, reason="document")
    assert "la SIM est fermée" in await mariam.see(page_of_awa)
    suspended = await mariam.see(await household_page(household_no(1_000_009)))
    assert "suspendu · il manque un papier" in suspended


async def test_a_phone_is_corrected_with_a_reason(mariam: Browser, page_of_awa: str) -> None:
    await known(mariam, page_of_awa)
    answer = await mariam.submit(f"{page_of_awa}/phone", page=page_of_awa, follow=True, **RIGHT)
    assert "Le téléphone est corrigé." in seen(answer)
    assert "78 00 00 01" in seen(answer)
    entry = (await trail("%corrected"))[-1]
    assert entry.detail == {"position": 1, "before": FIRST, "after": "+22378000001", "reason": "SIM perdue"}


async def test_what_is_wrong_stands_beside_the_field_and_nothing_is_lost(mariam: Browser, page_of_awa: str) -> None:
    await known(mariam, page_of_awa)
    answer = await mariam.submit(f"{page_of_awa}/phone", page=page_of_awa, **{**RIGHT, "value": "12 34"})
    assert answer.status_code == 422
    assert "Numéro inutilisable" in seen(answer)
    assert 'value="12 34"' in answer.text
    assert 'value="SIM perdue"' in answer.text


async def test_the_second_of_two_is_told_that_it_changed(mariam: Browser, page_of_awa: str) -> None:
    await known(mariam, page_of_awa)
    await mariam.submit(f"{page_of_awa}/phone", page=page_of_awa, **RIGHT)
    answer = await mariam.submit(f"{page_of_awa}/phone", page=page_of_awa, **{**RIGHT, "value": "78000002"})
    assert answer.status_code == 409
    assert "Changé entre-temps" in seen(answer)
    assert "78 00 00 01" in seen(answer)


async def test_the_language_is_corrected(mariam: Browser, page_of_awa: str) -> None:
    fields = {"value": "fr", "was": "", "reason": "parle français"}
    await known(mariam, page_of_awa)
    answer = await mariam.submit(f"{page_of_awa}/language", page=page_of_awa, follow=True, **fields)
    assert "La langue est corrigée." in seen(answer)


async def test_another_place_and_another_role_are_refused(sign_in: SignIn, page_of_awa: str) -> None:
    away = await sign_in("away", scope=Scope.COMMUNE, scope_code=DIAGO)
    assert (await away.open(page_of_awa)).status_code == 404
    assert (await away.submit(f"{page_of_awa}/phone", page="/desk/households", **RIGHT)).status_code == 404
    assert "Aucun ménage dans votre zone" in await away.look("/desk/households", q="awa")
    administrator = await sign_in("admin", Role.ADMINISTRATOR)
    assert (await administrator.open(page_of_awa)).status_code == 403
    focal = await sign_in("focal", Role.FOCAL)
    assert "Corriger" not in await focal.see(page_of_awa)
    assert (await focal.submit(f"{page_of_awa}/phone", page=page_of_awa, **RIGHT)).status_code == 403


async def test_a_phone_that_asks_is_recognised_here_and_refused_again(
    mariam: Browser, household_of_awa: int, page_of_awa: str
) -> None:
    asking = "+22366000002"
    await claim(household_of_awa, asking, NOW)
    assert "66 00 00 02 · attend un oui, demandé le" in await mariam.see(page_of_awa)
    await known(mariam, page_of_awa)
    await mariam.submit(
        f"{page_of_awa}/claim",
        page=page_of_awa,
        phone=asking,
        was="asked",
        state="confirmed",
    )
    assert "66 00 00 02 · reconnu le" in await mariam.see(page_of_awa)
    late = await mariam.submit(f"{page_of_awa}/claim", page=page_of_awa, phone=asking, was="asked", state="refused")
    assert late.status_code == 409
    assert "Changé entre-temps" in seen(late)
    odd = await mariam.submit(f"{page_of_awa}/claim", page=page_of_awa, phone=asking, was="asked", state="mine")
    assert odd.status_code == 422


async def test_its_page_says_what_the_household_said_of_its_money(
    mariam: Browser, household_of_awa: int, page_of_awa: str
) -> None:
    await seed.payment(household_of_awa, PaymentState.PAID, due=TODAY, paid=TODAY, round_name="T3 2026")
    await sql.execute(
        "INSERT INTO payment_reply (payment_id, reply, missing_xof, at) "
        "SELECT id, 'not_all', 5000, %(now)s FROM payment",
        {"now": NOW},
    )
    assert "le ménage dit : reçu en partie, il manque 5 000 F CFA" in await mariam.see(page_of_awa)


@pytest.mark.parametrize(
    ("register", "said", "sentence", "result"),
    [
        (1975, "1975", "l'identité est vérifiée", "fits"),
        (1975, "1976", "Ce n'est pas l'année du registre", "differs"),
        (None, "1975", "Le registre n'a pas d'année", "none known"),
    ],
)
async def test_the_identity_of_who_calls_is_checked_and_the_check_is_kept(
    mariam: Browser, page_of_awa: str, register: int | None, said: str, sentence: str, result: str
) -> None:
    await sql.execute("UPDATE household SET birth_year = %(year)s", {"year": register})
    assert sentence in seen(await mariam.submit(f"{page_of_awa}/identity", page=page_of_awa, year=said))
    (kept,) = [entry for entry in await trail() if entry.act == "identity checked"]
    assert (kept.about, kept.detail) == (f"household {AWA}", {"result": result})
    assert said not in str(kept.detail)


@pytest.mark.parametrize(("by", "opens"), [("", False), ("1969", False), ("1970", True), ("paper", True)])
async def test_what_would_be_told_is_folded_until_who_asks_is_known(
    mariam: Browser, page_of_awa: str, by: str, *, opens: bool
) -> None:
    if by:
        way = {"by": by} if by.isalpha() else {"year": by}
        await mariam.submit(f"{page_of_awa}/{'vouch' if by.isalpha() else 'identity'}", page=page_of_awa, **way)
    page = (await mariam.open(page_of_awa)).text
    before, _, told = page.partition("Ce que la ligne dit de son argent")
    assert before.rstrip().rpartition("<details")[2].startswith(" open>") is opens
    assert told.index("Paiements") < told.index("</details>")
    assert ("après la vérification : argent" in page) is not opens


@pytest.mark.parametrize(("by", "refused"), [("", True), ("1969", True), ("1970", False), ("visit", False)])
async def test_nothing_is_changed_before_who_asks_is_known(
    mariam: Browser, sign_in: SignIn, page_of_awa: str, by: str, refused: bool
) -> None:
    if by:
        way = {"by": by} if by.isalpha() else {"year": by}
        await mariam.submit(f"{page_of_awa}/{'vouch' if by.isalpha() else 'identity'}", page=page_of_awa, **way)
    answer = await mariam.submit(f"{page_of_awa}/phone", page=page_of_awa, **RIGHT)
    assert answer.status_code == (422 if refused else 303)
    assert ("Vérifiez d'abord qui demande" in seen(answer)) is refused
    other = await sign_in("oumar")
    claim_of_another = await other.submit(
        f"{page_of_awa}/claim", page=page_of_awa, phone=FIRST, was="asked", state="refused"
    )
    assert claim_of_another.status_code == 422, "each checks for themselves"
    checks = [entry.detail for entry in await trail() if entry.act == "identity checked"]
    assert checks == ([{"result": {"1969": "differs", "1970": "fits"}.get(by, by)}] if by else [])


async def test_years_are_not_guessed_until_one_fits(mariam: Browser, page_of_awa: str) -> None:
    for year in ("1961", "1962", "1963"):
        await mariam.submit(f"{page_of_awa}/identity", page=page_of_awa, year=year)
    answer = await mariam.submit(f"{page_of_awa}/identity", page=page_of_awa, year="1970")
    assert (answer.status_code, "Trop d'années fausses" in seen(answer)) == (422, True)
    await mariam.submit(f"{page_of_awa}/vouch", page=page_of_awa, by="committee")
    assert (await mariam.submit(f"{page_of_awa}/phone", page=page_of_awa, **RIGHT)).status_code == 303


@pytest.mark.parametrize("said", ["", "75", "mille", "١٩٧٥", "19755"])
async def test_what_is_no_year_is_said_and_stays_in_the_field(mariam: Browser, page_of_awa: str, said: str) -> None:
    answer = await mariam.submit(f"{page_of_awa}/identity", page=page_of_awa, year=said)
    assert answer.status_code == 422
    assert "Une année a quatre chiffres" in seen(answer)
    assert f'value="{said}"' in answer.text
    assert "identity checked" not in {entry.act for entry in await trail()}


async def test_where_nobody_has_the_name_the_nearest_are_shown_with_what_tells_them_apart(
    mariam: Browser, household_of_awa: int
) -> None:
    await sql.execute("UPDATE household SET birth_year = 1975")
    page = seen(await mariam.submit("/desk/households", q="Awa Taroré"))
    assert "Aucun ménage de ce nom. Les noms les plus proches" in page
    assert "1975" in page
    assert "Dialakoroba" in page
