"""Lists of the library: who may change them, and that each change and export is in the audit trail."""

import csv
import html
import io
import re
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from core.imports.communes import CONTACTS
from core.numbers.identifiers import household_no
from core.platform import sql
from core.staff import audit
from core.staff.acts import Act
from core.staff.agents import Role
from core.text.formats import short_date
from desk.site.lists import Kept, lists
from desk.staff.audit_list import AuditTrail
from tests.core import seed
from tests.core.grievances.grievance_rows import plant
from tests.core.seed import NOW, TODAY
from tests.desk.browser import Browser, seen, token_in
from tests.desk.conftest import SignIn
from tests.desk.trail import trail
from tests.support.database import change


async def last_entry() -> tuple[int | None, str, str | None, dict[str, Any] | None]:
    """The last entry of the audit trail: who, what, to what, and the rest."""
    entry = (await trail())[-1]
    return entry.agent_id, entry.act, entry.about, entry.detail


async def export(browser: Browser, key: str) -> httpx.Response:
    """Export the whole list as CSV, as its window of choices does."""
    token = await browser.token(f"/desk/{key}/list")
    form = {"csrftoken": token, "scope": "all", "format": "csv"}
    return await browser.http.post(f"/desk/_api/{key}/action?name=export&all=1", data=form)


async def test_an_administrator_adds_changes_and_deletes_a_holiday(sign_in: SignIn) -> None:
    admin = await sign_in("admin", Role.ADMINISTRATOR)
    answer = await admin.submit("/desk/holiday/create", day="2026-09-22", name="Indépendance")
    assert answer.status_code == 303, seen(answer)
    assert await last_entry() == (
        admin.actor.id, "holiday added", "holiday 2026-09-22", {"after": {"day": "2026-09-22", "name": "Indépendance"}},
    )  # fmt: skip
    await admin.submit("/desk/holiday/edit?pk=2026-09-22", day="2026-09-22", name="Fête de l'Indépendance")
    changed = {"before": {"name": "Indépendance"}, "after": {"name": "Fête de l'Indépendance"}}
    assert await last_entry() == (admin.actor.id, "holiday changed", "holiday 2026-09-22", changed)
    page = await admin.open("/desk/holiday/list")
    assert "Fête de l'Indépendance" in seen(page)
    deleted = "/desk/_api/holiday/row-action?name=delete&pk=2026-09-22"
    await admin.http.post(deleted, data={"csrftoken": token_in(page)})
    assert (await last_entry())[1:3] == ("holiday deleted", "holiday 2026-09-22")
    assert "Indépendance" not in await admin.see("/desk/holiday/list"), "nor in the words after it"


async def test_others_look_at_holidays_and_change_none(sign_in: SignIn) -> None:
    await change("INSERT INTO holiday VALUES ('2026-09-22', 'Indépendance')")
    mariam = await sign_in("mariam")
    assert "Indépendance" in await mariam.see("/desk/holiday/list")
    for path in ("/desk/holiday/create", "/desk/holiday/edit?pk=2026-09-22"):
        assert (await mariam.open(path)).status_code == 403
        answer = await mariam.submit(path, page="/desk/account", day="2026-09-22", name="Travail")
        assert answer.status_code == 403


async def test_supervisors_keep_prepared_answers_that_agents_look_at(sign_in: SignIn) -> None:
    awa, mariam, admin = (
        await sign_in("awa", Role.SUPERVISOR),
        await sign_in("mariam"),
        await sign_in("admin", Role.ADMINISTRATOR),
    )
    fields = {
        "category": "payment",
        "title": "Jour fixé",
        "texts.fr": "Votre jour est fixé.",
        "texts.bm": "Don sigira.",
    }
    assert (await awa.submit("/desk/prepared-answer/create", **fields)).status_code == 303
    page = await mariam.see("/desk/prepared-answer/list")
    assert "Texte en français Texte en bambara" in page
    assert "Jour fixé Votre jour est fixé. Don sigira." in page
    assert (await mariam.open("/desk/prepared-answer/create")).status_code == 403
    assert (await admin.open("/desk/prepared-answer/list")).status_code == 403


async def test_nobody_changes_a_place(sign_in: SignIn) -> None:
    await seed.safo()
    admin = await sign_in("admin", Role.ADMINISTRATOR)
    assert "Safo" in await admin.see("/desk/commune/list")
    for path in ("/desk/commune/create", f"/desk/commune/edit?pk={seed.SAFO}", "/desk/region/create"):
        assert (await admin.open(path)).status_code == 403


async def test_an_export_is_safe_to_open_and_in_the_trail(sign_in: SignIn) -> None:
    await seed.places(("ML020201", "=HYPERLINK(1)"), ("ML020202", " +2"), ("ML020203", "Safo"))
    mariam = await sign_in("mariam")
    answer = await export(mariam, "commune")
    assert answer.status_code == 200, seen(answer)
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))
    assert rows[0][:3] == ["Code", "Nom", "Cercle"]
    assert {row[1] for row in rows[1:]} == {"'=HYPERLINK(1)", "' +2", "Safo"}
    fields = ["pcode", "name", "cercle_name", "region_name", *(column.name for column in CONTACTS)]
    detail = {"rows": 3, "fields": fields}
    assert await last_entry() == (mariam.actor.id, "commune exported", None, detail)


async def test_who_is_near_a_commune_is_shown_and_exported_as_it_is_read_out(sign_in: SignIn) -> None:
    await seed.safo()
    await sql.execute(
        "UPDATE commune SET committee_phone = '+22370000101', town_hall_phone = '+22320200102', "
        "town_hall_opens = '8:00', agency_name = 'Caisse Kanaga', agency_phone = '+22370000103'"
    )
    mariam = await sign_in("mariam")
    page = await mariam.see("/desk/commune/list")
    rows = list(csv.reader(io.StringIO((await export(mariam, "commune")).content.decode("utf-8-sig")), delimiter=";"))
    for shown in ("70 00 01 01", "20 20 01 02", "Caisse Kanaga", "70 00 01 03"):
        assert shown in page
        assert shown in rows[1]


async def test_an_administrator_reads_the_trail_and_a_supervisor_that_of_the_team(sign_in: SignIn) -> None:
    admin, awa = await sign_in("admin", Role.ADMINISTRATOR), await sign_in("awa", Role.SUPERVISOR)
    await audit.record(awa.actor.id, Act.CALL_TRIED, "callback 7", NOW, {"reached": False})
    await audit.record(None, Act.PASSWORD_GIVEN, "agent awa", NOW)
    words = await admin.see("/desk/audit-entry/list")
    assert "awa appel tenté callback 7" in words
    assert "mot de passe donné personne awa" in words
    words = await awa.see("/desk/audit-entry/list")
    assert "awa appel tenté callback 7" in words
    assert "mot de passe donné personne awa" not in words
    mariam = await sign_in("mariam")
    assert (await mariam.open("/desk/audit-entry/list")).status_code == 403


async def test_the_trail_is_filtered_by_who_act_about_and_time(sign_in: SignIn) -> None:
    admin = await sign_in("admin", Role.ADMINISTRATOR)
    await audit.record(admin.actor.id, Act.CALL_TRIED, "callback 7", datetime(2026, 3, 1, 9, tzinfo=UTC))
    await audit.record(None, Act.CALL_TRIED, "callback 8", datetime(2026, 4, 1, 9, tzinfo=UTC))
    asked = (
        'login__eq="admin" AND act__eq="call tried"',
        'about__contains="back 7"',
        "at__between=2026-02-15T00:00..2026-03-15T00:00",
    )
    for wanted in asked:
        words = await admin.look("/desk/audit-entry/list", filter=wanted)
        assert ("callback 7" in words, "callback 8" in words) == (True, False), (wanted, words)


async def test_the_trail_is_searched_by_either_number_of_a_household_and_by_that_of_a_case(sign_in: SignIn) -> None:
    admin, awa = await sign_in("admin", Role.ADMINISTRATOR), await sign_in("awa", Role.SUPERVISOR)
    await seed.safo()
    household = await seed.household(household_no(7), programme_no="KT/02/7")
    reference = await plant(TODAY, household_id=household)
    await audit.record(awa.actor.id, Act.HOUSEHOLD_READ, f"household {household_no(7)}", NOW)
    await audit.record(awa.actor.id, Act.GRIEVANCE_TAKEN, f"grievance {reference}", NOW)
    await audit.record(awa.actor.id, Act.CALL_TRIED, "callback 8", NOW)
    spaced = f"{reference[:3]} {reference[3:]}"
    for wanted, household_shown in (("kt/02/7", True), (household_no(7), True), (spaced, False)):
        words = await awa.look("/desk/audit-entry/list", q=wanted)
        assert (household_no(7) in words, reference in words) == (household_shown, True), wanted
        assert "callback 8" not in words
    words = await admin.look("/desk/audit-entry/list", q="kt/02/7")
    assert (household_no(7) in words, reference in words) == (True, False), "an administrator sees no case of it"


async def test_the_trail_is_exported_and_that_is_in_it(sign_in: SignIn) -> None:
    admin = await sign_in("admin", Role.ADMINISTRATOR)
    answer = await export(admin, "audit-entry")
    assert "est entré" in answer.text
    assert (await last_entry())[1] == "audit-entry exported"


async def test_the_trail_is_changed_by_nobody(sign_in: SignIn) -> None:
    admin = await sign_in("admin", Role.ADMINISTRATOR)
    for path in ("/desk/audit-entry/create", "/desk/audit-entry/edit?pk=1"):
        assert (await admin.open(path)).status_code == 403
        assert (await admin.submit(path, page="/desk/people", act="rien")).status_code == 403


def test_each_list_has_the_acts_that_can_be_done_in_it() -> None:
    for each in (*lists(), AuditTrail()):
        possible = ("added", "changed", "deleted", "exported") if each.may_change else ("exported",)
        assert [Act(f"{each.key} {done}") for done in possible]


@pytest.mark.parametrize("view", lists(), ids=lambda view: view.key)
def test_every_column_has_a_french_name_and_not_that_of_its_column(view: Kept) -> None:
    shown = [field for field in view.fields if field.name != "id"]
    assert all(field.label and field.label != field.name.replace("_", " ").capitalize() for field in shown)


async def test_the_words_of_the_library_are_ours(sign_in: SignIn) -> None:
    page = await (await sign_in("awa", Role.SUPERVISOR)).open("/desk/prepared-answer/list")
    words = seen(page)
    assert "Ajouter : Réponse préparée" in words
    assert not [each for each in ("Administration", "Nouveau", "Affichage des entrées") if each in words]
    assert 'data-bs-theme-base="slate"' in page.text, "one look for lists and pages"


@pytest.mark.usefixtures("two_communes")
@pytest.mark.parametrize(("key", "within"), [("cercle", ("region",)), ("commune", ("region", "cercle"))])
async def test_a_place_is_listed_with_the_names_of_what_it_lies_in(
    key: str, within: tuple[str, ...], sign_in: SignIn
) -> None:
    """A code says nothing to who reads a list; the place's own is what files are matched by."""
    await change("UPDATE region SET name = 'Region ' || pcode")
    await change("UPDATE cercle SET name = 'Cercle ' || pcode")
    admin = await sign_in("root", Role.ADMINISTRATOR)
    rows = list(csv.DictReader(io.StringIO((await export(admin, key)).content.decode("utf-8-sig")), delimiter=";"))
    assert rows
    for row in rows:
        for place in within:
            title = {"region": "Région", "cercle": "Cercle"}[place]
            assert row[title].startswith(f"{place.capitalize()} ML"), row
        assert not any(value.startswith("ML") for title, value in row.items() if title != "Code")


async def test_a_list_is_printed_whole_with_its_day_and_who_printed_it(
    sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    for day in range(1, 31):
        await change("INSERT INTO holiday VALUES (%(day)s, 'Fête')", day=datetime(2026, 6, day, tzinfo=UTC).date())
    admin = await sign_in("admin", Role.ADMINISTRATOR)
    page = await admin.open("/desk/holiday/list")
    address = re.search(r'href="([^"]*)">Tout montrer, pour imprimer', page.text)
    assert address is not None
    paper = await admin.open(html.unescape(address[1]).removeprefix("http://desk.test"))
    assert "30 lignes, toutes ici." in seen(paper)
    assert seen(paper).count("Fête") == 30
    assert f"Imprimé le {short_date(TODAY)}" in seen(paper)
    assert await last_entry() == (admin.actor.id, "list printed", None, {"list": "Jours fériés", "rows": 30})
