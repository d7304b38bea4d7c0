"""Settings at the desk: changed and proposed in words, holidays asked for, each act on record."""

import re

import pytest

from core.platform.settings.in_force import put_in_force
from core.staff.agents import Role
from tests.core.grievances.grievance_rows import plant
from tests.core.seed import TODAY
from tests.desk.browser import seen
from tests.desk.conftest import SignIn
from tests.desk.trail import trail

pytestmark = pytest.mark.usefixtures("two_communes")
PAGE = "/desk/settings"


@pytest.fixture(autouse=True)
def _as_the_operator_set_them() -> None:
    put_in_force({})


async def test_a_delay_is_changed_and_a_telephone_waits_for_somebody_else(sign_in: SignIn) -> None:
    root, rita = await sign_in("root", Role.ADMINISTRATOR), await sign_in("rita", Role.ADMINISTRATOR)
    answer = await root.submit(f"{PAGE}/change", page=PAGE, follow=True, name="grievance_ordinary", value=["1", "4"])
    assert "C'est changé" in seen(answer)
    assert re.findall(r'id="grievance_ordinary-\d" name="value" type="number" value="(\d)"', answer.text) == ["1", "4"]
    wrong = await root.submit(f"{PAGE}/change", page=PAGE, follow=True, name="grievance_ordinary", value="4,1")
    assert "la décision pas avant" in seen(wrong)
    answer = await root.submit(f"{PAGE}/change", page=PAGE, follow=True, name="contact_phones", value="20 22 11 11")
    assert "Une autre personne doit l'approuver" in seen(answer)
    assert "Approuver" not in seen(answer), "not by who proposed it"
    (proposal,) = re.findall(r'name="proposal" value="(\d+)"', answer.text)
    answer = await root.submit(f"{PAGE}/decide", page=PAGE, follow=True, proposal=proposal, approve="yes")
    assert "vous l'avez proposé vous-même" in seen(answer)
    answer = await rita.submit(f"{PAGE}/decide", page=PAGE, follow=True, proposal=proposal, approve="yes")
    assert "C'est en vigueur" in seen(answer)
    assert [(each.act, each.about) for each in await trail()][-3:] == [
        ("setting proposed", "setting grievance_ordinary"),
        ("setting proposed", "setting contact_phones"),
        ("setting approved", "setting contact_phones"),
    ]


async def test_no_setting_of_several_values_is_typed_with_a_comma(sign_in: SignIn) -> None:
    page = await (await sign_in("root", Role.ADMINISTRATOR)).open(PAGE)
    assert re.findall(r'type="time" value="([^"]*)"', page.text) == ["", ""]
    assert not re.findall(r'name="value" [^>]*value="[^"]*\d,\d', page.text)


async def test_movable_holidays_are_asked_for_and_move_what_is_open(sign_in: SignIn) -> None:
    await plant(TODAY)
    root = await sign_in("root", Role.ADMINISTRATOR)
    assert "Tabaski : quel jour ?" in await root.see(PAGE)
    assert "Fête nationale" in await root.see(PAGE), "there without anybody"
    fields = {"day": f"{TODAY.replace(day=TODAY.day + 1)}", "name": "Tabaski"}
    answer = await root.submit(f"{PAGE}/holidays", page=PAGE, follow=True, **fields)
    assert "plaintes ouvertes qui changent de jour, 1." in seen(answer)
    assert seen(answer).count("Tabaski : quel jour ?") == 1, "next year's"
    assert "déjà un jour férié" in seen(await root.submit(f"{PAGE}/holidays", page=PAGE, follow=True, **fields))
    (entry,) = await trail("holiday added")
    assert entry.detail == {"after": {"day": fields["day"], "name": "Tabaski"}}
