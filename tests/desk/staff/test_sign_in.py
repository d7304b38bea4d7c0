"""Who comes in at the desk, and how."""

import re
from urllib.parse import quote

import pyotp
import pytest

from core.platform.settings import Settings
from core.staff import administration
from core.staff.agents import Role, add_agent
from core.staff.sign_in import give_password
from tests.core.seed import NOW
from tests.desk.addresses import case_page
from tests.desk.browser import PASSWORD, Browser, seen
from tests.desk.conftest import SignIn
from tests.desk.grievances.cases import filed
from tests.sms.campaign_world import Watch


async def test_nobody_is_let_in_without_a_password(browser: Browser) -> None:
    answer = await browser.open("/desk/account")
    assert answer.url.path == "/desk/login"
    assert "Nom de connexion" in seen(answer)


async def test_who_has_a_password_comes_in_and_goes(sign_in: SignIn) -> None:
    mariam = await sign_in("mariam")
    assert "Mariam · agent" in await mariam.see("/desk/account")
    await mariam.submit("/desk/logout", page="/desk/account")
    assert (await mariam.open("/desk/account")).url.path == "/desk/login"


@pytest.mark.parametrize(("login", "password"), [("mariam", "pas le bon mot"), ("personne", PASSWORD)])
async def test_a_wrong_password_and_an_unknown_login_are_refused_alike(
    browser: Browser, login: str, password: str
) -> None:
    await give_password(await add_agent("mariam", "Mariam", Role.AGENT), NOW, password=PASSWORD)
    answer = await browser.submit("/desk/login", login=login, password=password)
    assert answer.status_code == 422
    assert "Le nom et le mot de passe ne vont pas ensemble." in seen(answer)


async def test_five_wrong_passwords_lock_the_login_for_a_while(browser: Browser, watch: Watch) -> None:
    await give_password(await add_agent("mariam", "Mariam", Role.AGENT), NOW, password=PASSWORD)
    for _ in range(5):
        answer = await browser.submit("/desk/login", login="mariam", password="pas le bon mot")
    assert "Trop d'essais." in seen(answer)
    assert "Trop d'essais." in seen(await browser.submit("/desk/login", login="mariam", password=PASSWORD))
    watch.turn(minutes=15, seconds=1)
    assert (await browser.submit("/desk/login", login="mariam", password=PASSWORD)).status_code == 303


async def test_a_password_that_was_given_is_changed_at_the_first_sign_in(browser: Browser) -> None:
    given = await give_password(await add_agent("mariam", "Mariam", Role.AGENT), NOW)
    await browser.submit("/desk/login", login="mariam", password=given)
    assert "Choisissez le vôtre" in await browser.see("/desk/login")
    fields = {"old": given, "new": "court", "again": "court"}
    assert "Choisissez un autre mot de passe" in seen(await browser.submit("/desk/login", **fields))
    fields = {"old": given, "new": PASSWORD, "again": PASSWORD}
    assert (await browser.submit("/desk/login", **fields)).status_code == 303
    assert "Mariam · agent" in await browser.see("/desk/account")


class TestSecondFactor:
    """Everybody signs in with a code as well."""

    @pytest.fixture
    def desk_settings(self, desk_settings: Settings) -> Settings:
        return desk_settings.model_copy(update={"desk_totp": True})

    async def test_it_is_set_up_once_and_asked_for_each_time(self, browser: Browser, watch: Watch) -> None:
        await give_password(await add_agent("awa", "Awa", Role.SUPERVISOR), NOW, password=PASSWORD)
        await browser.submit("/desk/login", login="awa", password=PASSWORD)
        page = await browser.open("/desk/login")
        secret = page.text.split("<code>")[1].split("</code>")[0].replace(" ", "")
        assert (await browser.open("/desk/account")).url.path == "/desk/login"

        totp = pyotp.TOTP(secret)
        code = totp.at(watch.now)
        assert "Ce code n'est pas le bon" in seen(await browser.submit("/desk/login", code="000000"))
        shown = await browser.submit("/desk/login", code=code)
        assert "codes vous laisse entrer une fois" in seen(shown)
        (on_paper, *_) = re.findall(r"<li><code>([a-z-]+)</code>", shown.text)
        assert "Awa · superviseur" in await browser.see("/desk/account")

        await browser.submit("/desk/logout", page="/desk/account")
        await browser.submit("/desk/login", login="awa", password=PASSWORD)
        assert "Code de votre téléphone" in await browser.see("/desk/login")
        again = await browser.submit("/desk/login", code=code)
        assert "il a déjà servi" in seen(again), "a code is good once"
        watch.turn(seconds=30)
        assert (await browser.submit("/desk/login", code=totp.at(watch.now))).status_code == 303

        await browser.submit("/desk/logout", page="/desk/account")
        await browser.submit("/desk/login", login="awa", password=PASSWORD)
        assert (await browser.submit("/desk/login", code=on_paper)).status_code == 303, "the telephone is lost"
        assert "9 codes vous restent" in await browser.see("/desk/account")
        shown = await browser.submit("/desk/account/codes", page="/desk/account", password=PASSWORD)
        assert len(re.findall(r"<li><code>([a-z-]+)</code>", shown.text)) == 10


async def test_a_session_ends_unused(sign_in: SignIn, watch: Watch) -> None:
    mariam = await sign_in("mariam")
    watch.turn(minutes=29)
    assert (await mariam.open("/desk/account")).url.path == "/desk/account"
    watch.turn(minutes=31)
    assert (await mariam.open("/desk/account")).url.path == "/desk/login"


async def test_a_session_ends_after_a_day_of_work(sign_in: SignIn, watch: Watch) -> None:
    mariam = await sign_in("mariam")
    for _ in range(29):
        watch.turn(minutes=20)
        assert (await mariam.open("/desk/account")).url.path == "/desk/account"
    watch.turn(minutes=20)
    assert (await mariam.open("/desk/account")).url.path == "/desk/login", "ten hours after it began"


async def test_who_works_here_no_more_is_out_at_once(sign_in: SignIn) -> None:
    mariam = await sign_in("mariam")
    await administration.disable(None, "mariam", "left", NOW)
    assert (await mariam.open("/desk/account")).url.path == "/desk/login"


async def test_other_sessions_are_ended_from_here(sign_in: SignIn, browser: Browser) -> None:
    mariam = await sign_in("mariam")
    await browser.submit("/desk/login", login="mariam", password=PASSWORD)
    await mariam.submit("/desk/account/sessions", page="/desk/account")
    assert (await browser.open("/desk/account")).url.path == "/desk/login"
    assert "Mariam" in await mariam.see("/desk/account")


async def test_one_other_session_is_ended_from_the_list(sign_in: SignIn, browser: Browser) -> None:
    mariam = await sign_in("mariam")
    await browser.submit("/desk/login", login="mariam", password=PASSWORD)
    page = await mariam.open("/desk/account")
    assert "127.0.0.1" in seen(page)
    assert "cette session" in seen(page)
    (other,) = re.findall(r'action="(/desk/account/sessions/\w+)"', page.text)
    await mariam.submit(other, page="/desk/account")
    assert (await browser.open("/desk/account")).url.path == "/desk/login"
    assert "Nulle part ailleurs" in await mariam.see("/desk/account")


async def test_a_forged_form_is_refused_in_words(sign_in: SignIn) -> None:
    mariam = await sign_in("mariam")
    answer = await mariam.http.post("/desk/account/sessions", data={"csrftoken": "forged"})
    assert answer.status_code == 403
    assert "Ce formulaire ne vient pas de votre page ouverte" in seen(answer)


async def test_ten_megabytes_are_refused_in_words(sign_in: SignIn) -> None:
    mariam = await sign_in("mariam")
    answer = await mariam.http.post("/desk/account", content=b"x" * 10_000_000)
    assert answer.status_code == 413
    assert "trop gros" in seen(answer)


async def test_passwords_are_typed_hidden_and_may_be_pasted(browser: Browser, sign_in: SignIn) -> None:
    pages = [await browser.open("/desk/login"), await (await sign_in("mariam")).open("/desk/account")]
    fields = [field for page in pages for field in re.findall(r"<input[^>]*password[^>]*>", page.text)]
    assert len(fields) >= 4
    for field in fields:
        assert 'type="password"' in field
        assert re.search(r'autocomplete="(current|new)-password"', field)
        assert "maxlength" not in field
        assert "onpaste" not in field


@pytest.mark.usefixtures("two_communes")
async def test_a_form_sent_after_the_session_ended_leads_back_to_a_page_that_opens(
    sign_in: SignIn, watch: Watch
) -> None:
    page = await case_page(await filed("a"))
    mariam = await sign_in("mariam")
    token = await mariam.token(page)
    watch.turn(hours=9)
    sent = await mariam.http.post(f"{page}/note", data={"csrftoken": token, "words": "x", "version": "0", "event": "1"})
    assert sent.headers["location"] == f"/desk/login?next={quote(page, safe='')}"
    token = await mariam.token(sent.headers["location"])
    form = {"csrftoken": token, "login": "mariam", "password": PASSWORD}
    answer = await mariam.http.post(sent.headers["location"], data=form, follow_redirects=True)
    assert (answer.status_code, answer.url.path) == (200, page)
