"""A category that is made sensitive, in the one place where that stands, takes the secret path everywhere."""

import html
from dataclasses import replace
from typing import Final

import pytest

from core.grievances import search
from core.grievances.filing import file
from core.grievances.following import Viewer, of_viewer
from core.grievances.search import Wanted
from core.grievances.subjects import CATEGORIES, Category, Sensitivity, Topic
from core.staff.agents import Role
from core.staff.row_security import seen_by
from core.text.languages import Language
from menus.filing import complaint_subjects
from tests.core.seed import NOW, TODAY
from tests.desk.browser import seen
from tests.desk.conftest import SignIn
from tests.desk.grievances.cases import LATE
from ussd.call import Call
from ussd.values import Choose

AWA: Final = "+22376000001"
SIM: Final = replace(LATE, msisdn=AWA, category="phone", subcategory="sim_lost", words="Volée")

pytestmark = pytest.mark.usefixtures("safo")


@pytest.fixture(autouse=True)
def sensitive_phones(monkeypatch: pytest.MonkeyPatch) -> None:
    handling = replace(CATEGORIES[Category.PHONE], sensitivity=Sensitivity.SENSITIVE)
    monkeypatch.setitem(CATEGORIES, Category.PHONE, handling)


async def test_the_line_asks_what_it_asks_of_a_secret() -> None:
    call = Call(msisdn=AWA, language=Language("fr"), memory={"topic": Topic.PHONE.value}, key="", now=NOW)
    screen = await complaint_subjects(call)
    assert isinstance(screen, Choose)
    targets = {option.memory["subcategory"]: option.to for option in screen.options}
    assert targets.pop("phone") == "complaint_confirm", "an error in the number is about data"
    assert set(targets.values()) == {"secret_confirm"}


async def test_the_form_and_the_register_ask_and_warn(sign_in: SignIn) -> None:
    mariam = await sign_in("mariam")
    form = await mariam.open("/desk/intake")
    assert 'label="Téléphone (sensible)"' in html.unescape(form.text)
    values = {"key": "k", "who": "anonymous", "what": "phone.sim_lost", "phone": "76000001", "do": "file"}
    refused = await mariam.submit("/desk/intake", page="/desk/intake", **values)
    assert "Demandez si un appel est sans danger" in seen(refused)
    assert "Téléphone : SIM perdue *" in await mariam.see("/desk/register")


async def test_it_goes_to_focal_persons_alone_and_into_no_list_or_file(sign_in: SignIn) -> None:
    filed = await file(SIM, NOW)
    mariam, kadi = await sign_in("mariam"), await sign_in("kadi", Role.FOCAL)
    assert await of_viewer(Viewer(AWA)) == ()
    assert filed.reference not in await mariam.see("/desk/grievances")
    assert filed.reference in await kadi.see("/desk/grievances")
    async with seen_by(kadi.actor):
        (row,) = (await search.listed_page(Wanted(), TODAY, 1)).rows
        assert (row.sensitivity, row.level) == (Sensitivity.SENSITIVE, "national")
        assert await search.to_export(Wanted(), TODAY) == []
