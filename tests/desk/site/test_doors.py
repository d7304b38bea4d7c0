"""What comes in at the desk: no text that is none, no form that is none, and what is said of it."""

import html
import re

import httpx
import pytest
from starlette.applications import Starlette
from structlog.testing import capture_logs

from core.staff.agents import Role
from desk.staff.account import Account
from tests.core.grievances.grievance_rows import plant
from tests.core.seed import TODAY
from tests.desk.browser import PASSWORD, Browser, seen, token_in
from tests.desk.conftest import AWA, SignIn

NOT_UNDERSTOOD = "La demande n'a pas été comprise."


@pytest.mark.parametrize(
    ("what", "path", "status"),
    [
        ("a NUL in a parameter", "/desk/login?next=a%00b", 400),
        ("half of a pair", "/desk/login?next=%ED%A0%80", 400),
        ("octets that are no UTF-8", "/desk/login?next=%FF", 400),
        ("more parameters than any page has", "/desk/login?" + "a=1&" * 200, 400),
        ("a NUL in the path", "/desk/cases/of/1%00", 404),
        ("a line feed in the path", "/desk/cases/of/1%0A2", 404),
        ("a number no row has", "/desk/campaigns/" + "9" * 5000, 404),
    ],
)
async def test_an_address_that_is_no_text_is_refused_in_words(
    browser: Browser, what: str, path: str, status: int
) -> None:
    answer = await browser.http.get(path)
    assert answer.status_code == status, what
    assert '<html lang="fr">' in answer.text
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]


@pytest.mark.parametrize(
    ("what", "kind", "body", "status"),
    [
        ("a NUL in a field", "application/x-www-form-urlencoded", b"login=a%00b", 400),
        ("too many fields", "application/x-www-form-urlencoded", b"a=1&" * 500, 400),
        ("a file where text is expected", "multipart/form-data; boundary=b",
         b'--b\r\nContent-Disposition: form-data; name="login"; filename="a.txt"\r\n\r\nx\r\n--b--\r\n', 400),
        ("an alphabet that hides halves of pairs", "multipart/form-data; boundary=b; charset=utf-7",
         b'--b\r\nContent-Disposition: form-data; name="login"\r\n\r\n+2AA-\r\n--b--\r\n', 415),
        ("no boundary", "multipart/form-data", b"--b", 400),
        ("an end that is missing", "multipart/form-data; boundary=b", b"nothing", 400),
        ("no form", "application/json", b"{}", 415),
    ],
)  # fmt: skip
async def test_a_form_that_is_none_is_refused_in_words_signed_out_and_in(
    browser: Browser, sign_in: SignIn, what: str, kind: str, body: bytes, status: int
) -> None:
    for each, path in ((browser, "/desk/login"), (await sign_in("mariam"), "/desk/account/password")):
        answer = await each.http.post(path, content=body, headers={"content-type": kind})
        assert answer.status_code == status, what
        assert NOT_UNDERSTOOD in answer.text
        assert "content-security-policy" in answer.headers


async def test_what_fails_all_the_same_is_a_page_in_french_with_headers_and_one_line(
    sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    mariam = await sign_in("mariam")

    def failing(*_: object) -> None:
        raise ValueError("Awa Traoré, +22376123456")

    monkeypatch.setattr(Account, "show", failing)
    with capture_logs() as lines:
        answer = await mariam.http.get("/desk/account")
    assert answer.status_code == 500
    assert "Une erreur est survenue. Elle est notée" in seen(answer)
    assert "content-security-policy" in answer.headers
    (line,) = lines
    assert (line["event"], line["error"], line["method"]) == ("desk_failed", "ValueError", "GET")
    assert line["where"].startswith(__name__)
    assert "Awa" not in str(line)


async def test_a_prepared_answer_of_no_category_is_refused_when_it_is_written(sign_in: SignIn) -> None:
    awa = await sign_in("awa", Role.SUPERVISOR)
    fields = {"category": "gossip", "title": "Jour fixé", "texts.fr": "a", "texts.bm": "b"}
    answer = await awa.submit("/desk/prepared-answer/create", **fields)
    assert answer.status_code == 422
    assert "Choisissez dans la liste." in seen(answer)
    assert (await awa.open("/desk/prepared-answer/list")).status_code == 200
    answer = await awa.submit(
        "/desk/prepared-answer/create", **{**fields, "category": "payment", "texts.fr": "a" * 601}
    )
    assert answer.status_code == 422
    assert "600 caractères au plus." in seen(answer)


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ("Envoyez votre code.", "Ne demandez ni code, ni mot de passe"),
        ("Bonjour {prix}", "« {prix} » n'existe pas"),
        ("Bravo 🎉", "Aucun téléphone simple ne montre"),
    ],
)
async def test_a_prepared_answer_that_no_person_may_be_shown_is_refused(sign_in: SignIn, words: str, why: str) -> None:
    awa = await sign_in("awa", Role.SUPERVISOR)
    fields = {"category": "payment", "title": "Jour fixé", "texts.fr": words, "texts.bm": "Wari."}
    answer = await awa.submit("/desk/prepared-answer/create", **fields)
    assert answer.status_code == 422
    assert why in seen(answer)
    assert words in seen(answer)


async def test_prepared_answers_are_searched_by_title(sign_in: SignIn) -> None:
    awa = await sign_in("awa", Role.SUPERVISOR)
    fields = {"category": "payment", "title": "Jour fixé", "texts.fr": "a", "texts.bm": "b"}
    await awa.submit("/desk/prepared-answer/create", **fields)
    assert "Jour fixé" in await awa.look("/desk/prepared-answer/list", q="fixé")
    assert "Jour fixé" not in await awa.look("/desk/prepared-answer/list", q="autre")


async def test_the_same_holiday_twice_is_a_sentence(sign_in: SignIn) -> None:
    admin = await sign_in("admin", Role.ADMINISTRATOR)
    await admin.submit("/desk/holiday/create", day="2026-09-22", name="Indépendance")
    answer = await admin.submit("/desk/holiday/create", day="2026-09-22", name="Encore")
    assert answer.status_code == 422
    assert "Ce jour est déjà dans la liste." in seen(answer)
    assert "Encore" not in await admin.see("/desk/holiday/list")


async def test_a_holiday_is_opened_from_its_list(sign_in: SignIn) -> None:
    admin = await sign_in("admin", Role.ADMINISTRATOR)
    await admin.submit("/desk/holiday/create", day="2026-09-22", name="Indépendance")
    page = await admin.open("/desk/holiday/list")
    (link,) = set(re.findall(r'href="([^"]*/holiday/edit[^"]*)"', page.text))
    assert (await admin.open(html.unescape(link))).status_code == 200


async def test_a_commune_is_looked_at_alone(sign_in: SignIn, two_communes: None) -> None:
    mariam = await sign_in("mariam")
    assert "Safo" in await mariam.see("/desk/commune/detail?pk=ML020201")
    assert (await mariam.open("/desk/commune/detail?pk=nothing")).status_code == 404
    assert (await mariam.open("/desk/commune/detail")).status_code == 404


class TestScripts:
    """No script runs that stands in a page, but for those of the library that bear the word of the answer."""

    async def test_each_bears_the_word_of_its_answer(self, sign_in: SignIn) -> None:
        admin = await sign_in("admin", Role.ADMINISTRATOR)
        words = set()
        for path in ("/desk/holiday/list", "/desk/holiday/create", "/desk/account", "/desk/audit-entry/list"):
            page = await admin.open(path)
            policy = page.headers["content-security-policy"]
            assert "unsafe" not in policy.partition("script-src")[2].partition(";")[0]
            word = re.search(r"'nonce-([^']+)'", policy)
            assert word
            words.add(word[1])
            inline = re.findall(r"<script(?![^>]*src=)([^>]*)>", page.text)
            assert all(f'nonce="{word[1]}"' in each for each in inline), path
            assert not re.search(r"\son(click|change|load|submit)=", page.text), path
        assert len(words) == 4

    async def test_nothing_that_was_typed_bears_it(self, sign_in: SignIn) -> None:
        admin = await sign_in("admin", Role.ADMINISTRATOR)
        await admin.submit("/desk/holiday/create", day="2026-09-22", name="<script>alert(1)</script>")
        page = await admin.open("/desk/holiday/list")
        assert "<script>alert" not in page.text
        assert "&lt;script&gt;alert(1)" in page.text


async def test_a_form_of_another_session_sends_nothing(app: Starlette, sign_in: SignIn, browser: Browser) -> None:
    mariam, awa = await sign_in("mariam"), await sign_in("awa", Role.SUPERVISOR)
    before = await browser.token("/desk/login")
    for token in (await awa.token("/desk/account"), before, "", "0" * 64):
        answer = await mariam.http.post("/desk/account/sessions", data={"csrftoken": token})
        assert answer.status_code == 403
        assert "Ce formulaire ne vient pas de votre page ouverte" in seen(answer)
    token = await mariam.token("/desk/account")
    assert (await mariam.http.post("/desk/account/sessions", data={"csrftoken": token})).status_code == 303


class TestAddresses:
    """What is searched, and whoever it is of, stands in no address."""

    async def test_who_is_not_in_comes_back_to_the_page_of_the_row_or_the_first_of_the_subject(
        self, browser: Browser
    ) -> None:
        for asked, led in (
            ("/desk/households/of/7?q=Awa", "/desk/login?next=%2Fdesk%2Fhouseholds%2Fof%2F7"),
            ("/desk/households?q=Awa", "/desk/login?next=%2Fdesk%2Fhouseholds"),
            ("/desk/grievances?words=Awa+76123456", "/desk/login?next=%2Fdesk%2Fgrievances"),
            ("/desk/cases/of/7", "/desk/login?next=%2Fdesk%2Fcases%2Fof%2F7"),
            ("/desk/logout", "/desk/login"),
            ("/desk/Awa", "/desk/login"),
        ):
            assert (await browser.http.get(asked)).headers["location"] == led

    async def test_after_the_way_in_it_leads_there_and_nowhere_else(self, sign_in: SignIn) -> None:
        mariam = await sign_in("mariam")
        for next_page, led in (
            ("/desk/households", "/desk/households"),
            ("/desk/households/76543216", "/desk/"),
            ("/desk/cases/of/7", "/desk/cases/of/7"),
            ("/desk/cases", "/desk/"),
            ("/desk/logout", "/desk/"),
            ("/desk/cases/of/7/note", "/desk/"),
            ("//evil.test/", "/desk/"),
            ("https://evil.test/desk/", "/desk/"),
        ):
            answer = await mariam.http.get("/desk/login", params={"next": next_page})
            assert answer.headers["location"] == led

    async def test_an_address_searches_nothing(self, sign_in: SignIn, household_of_awa: int) -> None:
        awa = await sign_in("awa", Role.SUPERVISOR)
        assert "Awa Traoré" in await awa.look("/desk/households", q="awa")
        assert "Awa Traoré" not in await awa.see("/desk/households", q="awa")
        for path, name in (("/desk/households", "q"), ("/desk/grievances", "words"), ("/desk/readings", "reference")):
            page = (await awa.open("/desk/grievances" if name == "reference" else path)).text
            assert f'method="get" action="{path}"' not in page

    async def test_pages_and_files_of_a_search_are_asked_by_the_form(self, sign_in: SignIn, two_communes: None) -> None:
        awa = await sign_in("awa", Role.SUPERVISOR)
        for _ in range(60):
            await plant(TODAY, name="Fatoumata Coulibaly")
        page = await awa.submit("/desk/grievances", words="fatumata kulibaly")
        assert "60 plaintes" in seen(page)
        assert not re.search(r'href="[^"]*(fatumata|kulibaly)', page.text)
        assert 'name="page" value="2">Suite</button>' in page.text
        assert 'formaction="/desk/grievances/export.csv"' in page.text
        asked = {"words": "fatumata kulibaly", "page": "2", "csrftoken": token_in(page)}
        assert "Page 2 sur 2" in seen(await awa.http.post("/desk/grievances", data=asked))
        assert 'href="/desk/grievances?page=2">Suite</a>' in (await awa.open("/desk/grievances")).text

    async def test_a_complaint_of_a_household_is_begun_by_a_form(self, sign_in: SignIn, household_of_awa: int) -> None:
        mariam = await sign_in("mariam")
        page = await mariam.open(f"/desk/households/of/{household_of_awa}")
        assert 'action="/desk/intake/of"' in page.text
        assert "intake?" not in page.text
        form = await mariam.submit("/desk/intake/of", page="/desk/account", household=AWA)
        assert "Awa Traoré" in seen(form)


class TestOverTls:
    """Cookies are the host's alone, and the connection stays encrypted; the demonstration speaks plain HTTP."""

    async def test_cookies_have_the_prefix_and_only_those_are_read(self, app: Starlette, sign_in: SignIn) -> None:
        await sign_in("mariam")
        async with Browser(app) as mariam:
            mariam.http.base_url = httpx.URL("https://desk.test")
            answer = await mariam.submit("/desk/login", login="mariam", password=PASSWORD)
            assert answer.status_code == 303
            assert answer.headers["strict-transport-security"].startswith("max-age=31536000")
            (cookie,) = [each for each in answer.headers.get_list("set-cookie") if "jigi_desk=" in each]
            assert cookie.startswith("__Host-jigi_desk=")
            assert "Secure" in cookie
            assert "HttpOnly" in cookie
            assert "Path=/" in cookie
            assert "Domain" not in cookie
            assert set(mariam.http.cookies) <= {"__Host-jigi_desk", "__Host-jigi_browser"}
            assert (await mariam.http.get("/desk/account")).status_code == 200
            mariam.http.cookies = httpx.Cookies({"jigi_desk": mariam.http.cookies["__Host-jigi_desk"]})
            assert (await mariam.http.get("/desk/account")).status_code == 303

    async def test_plain_http_has_neither(self, sign_in: SignIn) -> None:
        mariam = await sign_in("mariam")
        assert "jigi_desk" in mariam.http.cookies
        assert "strict-transport-security" not in (await mariam.open("/desk/account")).headers

    async def test_who_goes_leaves_nothing_in_the_browser(self, sign_in: SignIn) -> None:
        mariam = await sign_in("mariam")
        answer = await mariam.submit("/desk/logout", page="/desk/account")
        assert answer.headers["clear-site-data"] == '"cache", "storage"'
        assert "jigi_desk" not in mariam.http.cookies
