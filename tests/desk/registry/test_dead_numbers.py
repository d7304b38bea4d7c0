"""Numbers that operators say are none: listed place by place, corrected where they stand, and off the list then."""

import io
from datetime import timedelta

import openpyxl
import pytest

from core.staff.agents import Role, Scope
from tests.core.seed import NOW
from tests.desk.browser import seen
from tests.desk.conftest import AWA, DIAGO, FIRST, SECOND, SignIn
from tests.desk.trail import trail
from tests.sms.campaigns.test_dead_numbers import failed
from tests.support.database import change

pytestmark = pytest.mark.usefixtures("household_of_awa")

PAGE = "/desk/dead-numbers"
NEW = "78 00 00 01"


async def test_it_is_listed_with_what_the_operator_said_and_leaves_the_list_when_corrected(sign_in: SignIn) -> None:
    await failed(FIRST, 3)
    await failed(SECOND, 2)
    await change(
        "INSERT INTO message (kind, household_ids, msisdn, state, reason, attempts, was_uncertain, planned_at) "
        "VALUES ('announce', '{}', %(msisdn)s, 'left_out', 'dead_number', 0, false, %(at)s)",
        msisdn=FIRST,
        at=NOW,
    )
    mariam = await sign_in("mariam", Role.SUPERVISOR)
    page = await mariam.open(PAGE)
    words = seen(page)
    assert "1 numéro à corriger" in words
    assert "76 12 34 56 premier numéro, Orange" in words
    day = f"{NOW - timedelta(days=10):%d/%m/%Y}"
    assert f"numéro qui n'existe plus 3 fois, la dernière le {day} 1" in words
    household = page.text.split("/desk/dead-numbers/of/")[1].split('"')[0]
    form = {"position": "1", "was": FIRST, "reason": "Vu au village"}
    unchecked = await mariam.submit(f"{PAGE}/of/{household}", page=PAGE, value=NEW, **form)
    assert (unchecked.status_code, "Vérifiez d'abord qui demande" in seen(unchecked)) == (422, True)
    form["by"] = "visit"
    refused = await mariam.submit(f"{PAGE}/of/{household}", page=PAGE, value=FIRST, **form)
    assert (refused.status_code, "C'est déjà ce numéro." in seen(refused)) == (422, True)
    done = await mariam.submit(f"{PAGE}/of/{household}", page=PAGE, follow=True, value=NEW, **form)
    assert "Le téléphone est corrigé." in seen(done)
    assert "Aucun numéro à corriger." in seen(done)
    assert all(entry.detail == {"result": "visit"} for entry in await trail("identity checked"))


async def test_only_in_ones_own_places_by_region_and_by_operator(sign_in: SignIn) -> None:
    await failed(FIRST, 3)
    await failed(SECOND, 3)
    elsewhere = await sign_in("issa", Role.SUPERVISOR, Scope.COMMUNE, DIAGO)
    assert "Aucun numéro à corriger." in await elsewhere.see(PAGE)
    mariam = await sign_in("mariam", Role.SUPERVISOR)
    assert "2 numéros à corriger" in await mariam.see(PAGE)
    assert "1 numéro à corriger" in await mariam.see(f"{PAGE}?operator=malitel")
    assert "Aucun numéro à corriger." in await mariam.see(f"{PAGE}?region=ML09")
    assert "Aucun numéro à corriger." in await mariam.see(f"{PAGE}?page=2")


async def test_the_list_is_a_file_too_and_the_export_is_on_record(sign_in: SignIn) -> None:
    await failed(FIRST, 3)
    mariam = await sign_in("mariam", Role.SUPERVISOR)
    text = (await mariam.open(f"{PAGE}/export.csv")).content.decode("utf-8-sig")
    assert [row.split(";")[4:11] for row in text.splitlines()[1:]] == [
        [AWA, "Awa Traoré", "76 12 34 56", "premier", "Orange", "numéro qui n'existe plus", "3"]
    ]
    book = openpyxl.load_workbook(io.BytesIO((await mariam.open(f"{PAGE}/export.xlsx")).content))
    assert book.active[2][6].value == "76 12 34 56"
    assert [entry.detail for entry in await trail("dead numbers exported")] == [{"rows": 1}] * 2
