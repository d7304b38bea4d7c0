"""Sensitive grievances: for focal persons alone, and each reading of one is seen by who watches over them."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from core.call_requests.vocabulary import Period
from core.grievances import cases, queue, search
from core.grievances.queue import QueueCounts, QueueView
from core.grievances.search import Wanted
from core.staff.agents import Role
from core.staff.row_security import seen_by
from tests.core.seed import NOW, TODAY
from tests.desk.addresses import case_page
from tests.desk.browser import Browser, seen
from tests.desk.conftest import SignIn
from tests.desk.grievances.cases import CONDUCT, LATE, do, filed, shown
from tests.desk.trail import trail
from tests.support.database import change, count, query, scalar

pytestmark = pytest.mark.usefixtures("two_communes")

ABUSE = replace(LATE, category="abuse", subcategory="violence", words=None)


async def watcher(sign_in: SignIn) -> Browser:
    """A supervisor who watches over the focal persons."""
    awa = await sign_in("awa", Role.SUPERVISOR)
    await change("UPDATE agent SET watches_focal = true WHERE id = %(id)s", id=awa.actor.id)
    return awa


@pytest.mark.parametrize("role", [Role.AGENT, Role.SUPERVISOR, Role.ADMINISTRATOR])
async def test_for_others_it_is_no_row_no_count_and_no_search_hit(sign_in: SignIn, role: Role) -> None:
    references = [await filed("a", CONDUCT, days_ago=20), await filed("b", ABUSE)]
    other = await sign_in("other", role)
    async with seen_by(other.actor) as session:
        assert await session.scalar(text("SELECT count(*) FROM grievance")) == 0
        assert await session.scalar(text("SELECT count(*) FROM grievance_event")) == 0
        assert [await queue.page(other.actor, view, NOW) for view in QueueView] == [()] * len(QueueView)
        assert await queue.counts(other.actor, NOW) == QueueCounts(0, 0, 0, 0)
        assert await queue.take_next(other.actor, NOW) is None
        assert [await cases.case(reference, other.actor, NOW) for reference in references] == [None, None]
    unknown = await other.open("/desk/cases/of/1234567")
    for reference in references:
        page = await other.open(await case_page(reference))
        assert (page.status_code, seen(page)) == (unknown.status_code, seen(unknown))
    assert await count("grievance_reading") == 0
    if role is not Role.ADMINISTRATOR:
        assert "À prendre 0" in await other.see("/desk/queue")
        typed = await other.submit("/desk/queue/open", page="/desk/queue", follow=True, reference=references[0])
        assert typed.status_code == 404


async def test_an_ordinary_one_of_the_same_phone_tells_nothing_of_it(sign_in: SignIn) -> None:
    ordinary = await filed("a")
    mariam = await sign_in("mariam")
    await do(mariam, ordinary, "take")
    await do(mariam, ordinary, "ask", words="Quel village ?")
    secret = await filed("b", CONDUCT)
    await change("UPDATE grievance SET received_at = received_at + interval '1 minute' WHERE id = 2")
    assert secret not in (await mariam.open(await case_page(ordinary))).text
    assert ordinary not in await mariam.see("/desk/queue"), "a sensitive one is no answer that an agent may see"


async def test_a_focal_person_sees_them_and_no_other(sign_in: SignIn) -> None:
    secret, ordinary = await filed("a", CONDUCT), await filed("b")
    fanta = await sign_in("fanta", Role.FOCAL)
    page = await fanta.see("/desk/queue")
    assert secret in page
    assert ordinary not in page
    assert "5 000" not in page, "not a word of it in a list"
    assert (await fanta.open(await case_page(ordinary))).status_code == 404
    assert "Le chef a pris 5 000" in await fanta.see(await case_page(secret))


async def test_each_reading_is_recorded_and_shown_to_who_watches(sign_in: SignIn) -> None:
    secret = await filed("a", CONDUCT)
    fanta, awa, other = (
        await sign_in("fanta", Role.FOCAL),
        await watcher(sign_in),
        await sign_in("binta", Role.SUPERVISOR),
    )
    await fanta.see(await case_page(secret))
    await fanta.see(await case_page(secret))
    page = await awa.see("/desk/readings")
    row = await scalar("SELECT id FROM grievance")
    assert page.count(f"c{row}") == 2
    assert secret not in page, "a number of seven digits is the person's own"
    assert "Fanta" in page
    assert "5 000" not in page
    assert secret not in await awa.look("/desk/readings", reference="7654321")
    for actor in (fanta, other):
        assert (await actor.open("/desk/readings")).status_code == 403
    async with seen_by(other.actor):
        assert await cases.accesses() == ()
    assert [entry.agent_id for entry in await trail("grievance read")] == [fanta.actor.id] * 2


async def test_it_is_decided_without_an_sms_a_call_or_a_word_outside(sign_in: SignIn) -> None:
    secret = await filed("a", CONDUCT)
    fanta = await sign_in("fanta", Role.FOCAL)
    await do(fanta, secret, "take")
    page = await case_page(secret)
    assert "Ne pas appeler" in await fanta.see(page)
    told = await fanta.see(page)
    assert not [each for each in ("+22376000001", "76 00 00 01") if each in told]
    refused = await do(fanta, secret, "call", reached="yes")
    assert (refused.status_code, "un appel est sans danger" in seen(refused)) == (409, True)
    refused = await do(fanta, secret, "escalate", words="Plus haut")
    assert (refused.status_code, "ne remonte pas" in seen(refused)) == (409, True)
    preview = await fanta.submit(f"{page}/preview", page=page, **(await shown(fanta, secret)), words="Il est parti.")
    assert "n'a pas dit qu'un SMS est sans danger" in seen(preview)
    await do(fanta, secret, "decide", decision="resolved", words="Il est parti.")
    assert await scalar("SELECT state FROM grievance") == "resolved"
    assert await count("message") == 0
    entries = await query("SELECT act, about, detail::text FROM audit_entry")
    assert not [entry for entry in entries if "parti" in str(entry) or "chef" in str(entry)]


async def test_the_call_that_tells_a_decision_is_noted_after_it(sign_in: SignIn) -> None:
    secret = await filed("a", replace(CONDUCT, call_back=True, call_safe=True, sms_safe=False))
    fanta = await sign_in("fanta", Role.FOCAL)
    await do(fanta, secret, "take")
    await do(fanta, secret, "decide", decision="resolved", words="Il est parti.")
    page = await fanta.see(await case_page(secret))
    assert "Dites-la-lui par un appel" in page or "Noter un appel" in page
    later = (TODAY + timedelta(days=2)).isoformat()
    await do(fanta, secret, "call", reached="no", again_on=later)
    assert str(await scalar("SELECT call_again_on FROM grievance")) == later
    await do(fanta, secret, "call", reached="yes", words="Elle sait.")
    assert "Appel : personne jointe" in await fanta.see(await case_page(secret))
    assert await scalar("SELECT state FROM grievance") == "resolved"
    assert await scalar("SELECT call_again_on FROM grievance") is None
    assert await count("message") == 0


async def test_when_a_call_is_safe_and_how_much_was_asked_is_for_focal_persons_alone(sign_in: SignIn) -> None:
    filing = replace(
        CONDUCT, words="Il a pris ma part.", asked_xof=5000, call_back=True, call_safe=True, sms_safe=False,
        safe_period=Period.AFTERNOON, call_at="+22376000044",
    )  # fmt: skip
    secret = await filed("a", filing)
    fanta, mariam, awa = await sign_in("fanta", Role.FOCAL), await sign_in("mariam"), await watcher(sign_in)
    page = await fanta.see(await case_page(secret))
    assert "appel : oui, l'après-midi seulement" in page
    assert "76 00 00 44" in page
    assert "Demandé : 5 000 F CFA Il a pris ma part." in page
    for browser in (fanta, mariam, awa):
        lists = [await browser.open(path) for path in ("/desk/queue", "/desk/grievances", "/desk/readings")]
        assert not any("5 000" in seen(each) or "après-midi seulement" in seen(each) for each in lists)
    assert (await mariam.open(await case_page(secret))).status_code == 404
    async with seen_by(fanta.actor):
        assert await search.to_export(Wanted(), TODAY) == []
    assert await count("message") == 0


async def test_where_an_sms_is_safe_it_says_no_more_than_the_number(sign_in: SignIn) -> None:
    secret = await filed("a", replace(ABUSE, sms_safe=True))
    fanta, other = await sign_in("fanta", Role.FOCAL), await sign_in("fatim", Role.FOCAL)
    await do(other, secret, "take")
    assert "attribuée" in seen(await do(fanta, secret, "assign", agent=str(fanta.actor.id)))
    page = await case_page(secret)
    preview = seen(await fanta.submit(f"{page}/preview", page=page, **(await shown(fanta, secret)), words="Réglé ici."))
    assert f"Jigisèmèjiri: {secret}. Appelez" in preview.replace("Jigisèmèjiri :", "Jigisèmèjiri:")
    await do(fanta, secret, "decide", decision="resolved", words="Réglé ici.")
    assert await scalar("SELECT filling - 'ref' FROM message WHERE kind = 'decided'") == {"discreet": True}
