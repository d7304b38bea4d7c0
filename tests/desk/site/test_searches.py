"""What is looked for in a list of the library's: found, sorted, paged and exported, and in no address."""

import csv
import html
import io
import re
from collections.abc import Sequence

import pytest
from redis.asyncio import Redis

from core.platform.redis import connect
from core.staff import audit
from core.staff.acts import Act
from core.staff.agents import Role
from desk.site import searches
from desk.site.app import Desk
from desk.site.lists import lists
from desk.staff.audit_list import AuditTrail
from tests.core import seed
from tests.core.seed import NOW
from tests.desk.browser import Browser, seen, token_in
from tests.desk.conftest import SignIn

LIST = "/desk/audit-entry/list"
HOUSEHOLD = "household 76543216"


@pytest.fixture
async def admin(sign_in: SignIn) -> Browser:
    """An administrator, with forty readings of one household in the trail and one of another."""
    browser = await sign_in("admin", Role.ADMINISTRATOR)
    for _ in range(40):
        await audit.record(None, Act.HOUSEHOLD_READ, HOUSEHOLD, NOW)
    await audit.record(browser.actor.id, Act.HOUSEHOLD_READ, "household 12345671", NOW)
    return browser


def links(text: str) -> Sequence[str]:
    """The addresses in a page."""
    return [
        html.unescape(link) for link in re.findall(r'(?:href|action|value|data-sa-[a-z-]*href)="([^"]*/[^"]*)"', text)
    ]


async def test_a_search_leads_to_an_address_that_has_a_key_alone(admin: Browser) -> None:
    led = await admin.submit(LIST, q=HOUSEHOLD)
    assert re.fullmatch(rf"{LIST}\?asked=[0-9a-f]{{20}}", led.headers["location"])
    page = await admin.open(led.headers["location"])
    assert "sur 40" in seen(page)
    assert "12345671" not in seen(page)
    assert f'value="{HOUSEHOLD}"' in page.text, "what was typed stands in its field"
    assert not [link for link in links(page.text) if "76543216" in link]


async def test_its_pages_and_its_order_go_on_with_the_key(admin: Browser) -> None:
    page = await admin.submit(LIST, follow=True, q=HOUSEHOLD)
    (second, *_) = [link for link in links(page.text) if "page=2" in link]
    (by_id, *_) = [link for link in links(page.text) if "sort=id__asc" in link]
    assert "26 à 40 sur 40" in await admin.see(second)
    assert "1 à 25 sur 40" in await admin.see(by_id)


async def test_a_row_that_is_looked_at_leads_back_to_the_search(admin: Browser) -> None:
    page = await admin.submit(LIST, follow=True, q=HOUSEHOLD)
    (row, *_) = [link for link in links(page.text) if "/detail?" in link]
    shown = await admin.open(row)
    assert "ménage 76543216" in seen(shown)
    (back, *_) = [link for link in links(shown.text) if re.search(r"/list\?.*asked=", link)]
    assert "sur 40" in await admin.see(back)
    assert not [link for link in links(shown.text) if "76543216" in link]


async def test_a_filter_is_taken_away_by_its_own_link(admin: Browser) -> None:
    both = f'about__eq="{HOUSEHOLD}" AND act__eq="{Act.HOUSEHOLD_READ.value}"'
    page = await admin.submit(LIST, follow=True, filter=both)
    assert "sur 40" in seen(page)
    chips = re.search(r'id="active-filters">(.*?)</div>', page.text, re.DOTALL)
    assert chips
    (without_about, without_act, without_any) = links(chips[1])
    assert "12345671" in await admin.see(without_about)
    assert "sur 40" in await admin.see(without_act)
    assert "asked" not in without_any
    assert not [link for link in links(page.text) if "76543216" in link]


async def test_what_matches_is_exported(admin: Browser) -> None:
    led = await admin.submit(LIST, q=HOUSEHOLD)
    listed = led.headers["location"].partition("?")[2]
    form = {"csrftoken": await admin.token(LIST), "scope": "selected", "format": "csv"}
    asked = {"name": "export", "all": "1", "_list_query": f"?{listed}"}
    answer = await admin.http.post("/desk/_api/audit-entry/action", params=asked, data=form)
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))
    assert len(rows) == 41
    assert {row[4] for row in rows[1:]} == {"ménage 76543216"}


async def test_words_in_an_address_search_nothing_and_go_no_further(admin: Browser) -> None:
    page = await admin.open(LIST, q="76543216", filter='about__eq="x"')
    assert "12345671" in seen(page)
    assert not [link for link in links(page.text) if "76543216" in link or "about__eq" in link]


async def test_a_key_is_of_one_session(admin: Browser, sign_in: SignIn) -> None:
    led = await admin.submit(LIST, q=HOUSEHOLD)
    awa = await sign_in("awa", Role.SUPERVISOR)
    assert "Cette recherche n'est plus gardée" in await awa.see(led.headers["location"])
    query = {"name": "export", "all": "1", "_list_query": f"?{led.headers['location'].partition('?')[2]}"}
    form = {"csrftoken": await awa.token(LIST), "scope": "selected", "format": "csv"}
    answer = await awa.http.post("/desk/_api/audit-entry/action", params=query, data=form)
    assert answer.status_code == 409, "and not the whole list"


async def test_words_are_kept_for_an_hour(admin: Browser, redis: Redis) -> None:
    led = await admin.submit(LIST, q=HOUSEHOLD)
    (kept,) = await redis.keys(f"{searches.KEPT}*")
    assert HOUSEHOLD not in str(kept)
    assert 3500 < await redis.ttl(kept) <= 3600
    await redis.delete(kept)
    page = await admin.open(led.headers["location"])
    assert "Cette recherche n'est plus gardée" in seen(page)
    assert not page.url.query


async def test_the_browser_keeps_nothing_of_it(admin: Browser) -> None:
    before = set(admin.http.cookies)
    answers = [await admin.submit(LIST, follow=True, q=HOUSEHOLD), await admin.open(LIST)]
    assert set(admin.http.cookies) == before
    assert HOUSEHOLD not in str([each.headers for each in answers])


async def test_without_redis_lists_open_and_are_not_searched(
    admin: Browser, redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    led = await admin.submit(LIST, q=HOUSEHOLD)
    away = connect("redis://127.0.0.1:1")
    monkeypatch.setattr(Desk, "_searches", lambda _, request: searches.Searches(request, "a secret", away))
    assert "12345671" in await admin.see(LIST)
    for answer in (await admin.submit(LIST, q=HOUSEHOLD), await admin.open(led.headers["location"])):
        assert answer.status_code == 503
        assert "Les recherches ne marchent pas en ce moment" in seen(answer)


async def test_too_much_is_refused_in_words(admin: Browser) -> None:
    answer = await admin.submit(LIST, q="a" * 1001)
    assert answer.status_code == 422
    assert "La recherche est trop longue." in seen(answer)


async def test_who_may_not_look_may_not_search(sign_in: SignIn, two_communes: None) -> None:
    mariam = await sign_in("mariam")
    assert (await mariam.submit(LIST, page="/desk/account", q="x")).status_code == 403
    assert (await mariam.submit("/desk/nothing/list", page="/desk/account", q="x")).status_code == 404
    found = await mariam.submit("/desk/commune/list", follow=True, q="Safo")
    assert (seed.SAFO in seen(found), token_in(found) != "") == (True, True)


@pytest.mark.parametrize("key", [view.key for view in (*lists(), AuditTrail())])
async def test_every_list_is_searched_by_the_form_it_shows(sign_in: SignIn, key: str) -> None:
    """The form has the order of the list in it, too, be it the one the list begins with."""
    awa = await sign_in("awa", Role.SUPERVISOR)
    page = await awa.open(f"/desk/{key}/list")
    form = re.search(r'<form method="post" class="d-flex">(.*?)</form>', page.text, re.DOTALL)
    assert form
    fields = dict(re.findall(r'name="(\w+)"\s+value="([^"]*)"', form[1]))
    assert "sort" in fields
    answer = await awa.http.post(f"/desk/{key}/list", data={**fields, "q": "a"}, follow_redirects=True)
    assert answer.status_code == 200, seen(answer)
    assert "asked" in answer.url.params


async def test_the_trail_of_somebody_is_asked_by_a_form_of_their_page(admin: Browser) -> None:
    page = await admin.open(f"/desk/people/of/{admin.actor.id}")
    assert f'action="{LIST}"' in page.text
    assert not [link for link in links(page.text) if "admin" in link.partition("?")[2]]
