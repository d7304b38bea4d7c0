"""The dashboard: figures that open the list behind them, of what each person may see."""

import html
import re
from datetime import timedelta

import pytest

from core.calls import counts
from core.calls.counts import ScreenDay, TaskDay
from core.staff.agents import Role, Scope
from sms.campaigns import tally
from tests.core.grievances.grievance_rows import plant
from tests.core.seed import NOW, SAFO, TODAY
from tests.desk.browser import Browser, seen
from tests.desk.conftest import DIAGO, SignIn
from tests.support.database import change

pytestmark = pytest.mark.usefixtures("two_communes")

FIGURE = re.compile(r'<a[^>]* href="(/desk/grievances[^"]*)"[^>]*>([0-9 ]+)( à temps| en retard)?</a>')


async def test_every_figure_opens_a_list_of_as_many(sign_in: SignIn) -> None:
    await plant(TODAY - timedelta(days=20), answered=TODAY - timedelta(days=19), decided=TODAY - timedelta(days=15))
    await plant(TODAY - timedelta(days=20), decided=TODAY - timedelta(days=2))
    await plant(TODAY - timedelta(days=9))
    await plant(TODAY, category="data", channel="desk", sex="F", commune_pcode=None)
    awa = await sign_in("awa", Role.SUPERVISOR)
    page = await awa.open("/desk/dashboard")
    assert "30 jours" in seen(page)
    figures = FIGURE.findall(page.text)
    assert len(figures) >= 9
    for href, count, _ in figures:
        assert f"{count} plainte" in await awa.see(html.unescape(href)), href
    assert "Safo" not in seen(page), "the whole country is told apart by region"


async def test_a_bar_opens_its_list(sign_in: SignIn) -> None:
    reference = await plant(TODAY, category="data")
    await plant(TODAY)
    awa = await sign_in("awa", Role.SUPERVISOR)
    page = await awa.open("/desk/dashboard")
    assert seen(page).index("Données 1") < seen(page).index("Paiement 1"), "as many as the other, so by name"
    bar = re.search(r'<th scope="row"><a href="([^"]+)">Données</a>', page.text)
    assert bar
    words = await awa.see(html.unescape(bar[1]))
    assert "1 plainte" in words
    assert reference in words


async def test_an_agent_sees_their_own_scope_and_neither_calls_nor_campaigns(sign_in: SignIn) -> None:
    await plant(TODAY)
    await plant(TODAY, commune_pcode=DIAGO)
    issa = await sign_in("issa", Role.AGENT, Scope.COMMUNE, SAFO)
    words = await issa.see("/desk/dashboard")
    assert "Reçues 1 " in words
    assert "Safo 1" in words
    assert "USSD" not in words.split("Reçues depuis")[1].replace("Téléphone (USSD)", "")
    assert "campagne" not in words.split("Reçues depuis")[1]


async def test_a_sensitive_one_changes_no_figure_but_the_focal_persons(sign_in: SignIn) -> None:
    await plant(TODAY, category="conduct")
    await counts.add(
        TODAY,
        [ScreenDay("secret_filed", "bm", {"entered": 3, "dropped": 2})],
        [TaskDay("file a secret complaint", "bm", 3, 9, 60.0)],
    )
    words = await (await sign_in("awa", Role.SUPERVISOR)).see("/desk/dashboard")
    assert "Reçues 0" in words
    assert "Conduite" not in words
    assert "secrète" not in words
    assert "Reçues 1" in await (await sign_in("oumou", Role.FOCAL)).see("/desk/dashboard")


async def test_an_administrator_is_shown_no_figures(sign_in: SignIn) -> None:
    answer = await (await sign_in("root", Role.ADMINISTRATOR)).open("/desk/dashboard")
    assert answer.status_code == 403


async def a_campaign(title: str) -> None:
    """Plant a campaign that runs: of four messages, one failed, one was left out and two arrived."""
    await change(
        "INSERT INTO campaign (kind, title, subject, state, needs_second, recipients, parts, started_at) "
        "VALUES ('free', %(title)s, '{}', 'running', false, 4, 4, %(now)s)",
        title=title,
        now=NOW,
    )
    await change(
        "INSERT INTO message (campaign_id, kind, msisdn, household_ids, state, attempts, was_uncertain) "
        "SELECT campaign.id, 'free', '+2237000000' || n, '{}', "
        "CASE n WHEN 1 THEN 'failed' WHEN 2 THEN 'left_out' ELSE 'delivered' END, 0, false "
        "FROM campaign, generate_series(1, 4) AS n"
    )


async def test_the_line_and_the_last_campaigns(sign_in: SignIn, monkeypatch: pytest.MonkeyPatch) -> None:
    await a_campaign("Annonce T4")
    await change("INSERT INTO gateway_session (session_id, date, status) VALUES ('one', %(now)s, 'finished')", now=NOW)
    await counts.add(
        TODAY,
        [ScreenDay("home", "bm", {"entered": 8}), ScreenDay("payment", "bm", {"entered": 7, "dropped": 2})],
        [TaskDay("payment date", "bm", 5, 15, 100.0)],
    )
    awa = await sign_in("awa", Role.SUPERVISOR)
    monkeypatch.setattr(tally, "MANY", 4)
    assert "en cours d'envoi se compte en ce moment" in await awa.see("/desk/dashboard"), "nobody waits for a great one"
    await tally.behind.ended()
    words = await awa.see("/desk/dashboard")
    assert "1 appel terminé" in words
    assert "Connaître sa date de paiement 5 20 s" in words
    assert "Mon paiement 2 sur 7" in words
    assert "bambara 8" in words
    assert "Annonce T4" in words
    assert "en cours d'envoi 3 2 (67 %) 1" in words


async def test_a_period_that_is_not_offered_is_the_usual_one(sign_in: SignIn) -> None:
    awa: Browser = await sign_in("awa", Role.SUPERVISOR)
    usual = await awa.see("/desk/dashboard")
    assert await awa.see("/desk/dashboard", days="9999999999") == usual
    assert await awa.see("/desk/dashboard", days="7") != usual
