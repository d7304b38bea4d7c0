"""What a stranger or a colleague tries stands in the audit trail, with who, when and from where."""

from core.staff.acts import Act
from core.staff.agents import Role
from tests.core import seed
from tests.core.seed import NOW
from tests.desk.browser import Browser
from tests.desk.conftest import DIAGO, SignIn
from tests.desk.trail import trail
from tests.sms.campaign_world import Watch
from tests.support.database import one


async def test_every_way_to_try_to_come_in_is_there(browser: Browser, sign_in: SignIn, watch: Watch) -> None:
    await sign_in("mariam")
    watch.turn(seconds=1)
    await browser.submit("/desk/login", login="personne", password="pas le bon mot")
    for _ in range(5):
        await browser.submit("/desk/login", login="mariam", password="pas le bon mot")
    acts = [each.act for each in await trail() if each.source]
    wrong = [Act.SIGN_IN_FAILED] * 4
    assert acts == [Act.SIGNED_IN, Act.UNKNOWN_LOGIN, *wrong, Act.LOCKED_OUT]
    assert {each.source for each in await trail("%in%") if each.act != Act.PASSWORD_GIVEN} <= {"127.0.0.1", None}
    assert "pas le bon mot" not in str([each.detail for each in await trail()])
    assert "personne" not in str([(each.about, each.detail) for each in await trail()]), "it may be a password"


async def test_a_page_that_is_refused_is_there(sign_in: SignIn) -> None:
    mariam = await sign_in("mariam")
    assert (await mariam.http.get("/desk/people")).status_code == 403
    (entry,) = await trail(Act.ACCESS_REFUSED)
    assert (entry.agent_id, entry.about, entry.source, entry.at) == (mariam.actor.id, "page people", "127.0.0.1", NOW)


async def test_who_goes_through_numbers_of_rows_of_others_is_there(mariam: Browser) -> None:
    elsewhere = await seed.household("Elsewhere", commune=DIAGO)
    for path in (f"households/of/{elsewhere}", "cases/of/999999", "nothing", "households/of/Awa"):
        assert (await mariam.http.get(f"/desk/{path}")).status_code == 404, path
    entries = await trail(Act.ACCESS_REFUSED)
    assert [each.about for each in entries] == ["row of households", "row of cases"]


async def test_what_a_form_sends_beside_its_fields_changes_nothing(sign_in: SignIn) -> None:
    admin = await sign_in("admin", Role.ADMINISTRATOR)
    more = {"id": "1", "created_at": "2000-01-01", "password_hash": "x", "disabled_at": ""}
    fields = {"login": "kadi", "name": "Kadi", "role": "agent", "scope": "national"}
    answer = await admin.submit("/desk/people/new", **{**more, **fields, "must_change": "", "totp_secret": "x"})
    assert answer.status_code == 200, answer.text
    row = await one("SELECT id, role, created_at > '2001-01-01' AS young, disabled_at, must_change, totp_secret, "
                    "left(password_hash, 9) AS hash FROM agent JOIN agent_credential ON agent_id = id "
                    "WHERE login = 'kadi'")  # fmt: skip
    assert row == (2, "agent", True, None, True, None, "$argon2id")
