"""What was typed in a form of the desk is still there after the session ended, for whoever typed it and nobody else."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from playwright.sync_api import Browser, Page, Route, expect

DESK: Final = "http://desk.test"
SCRIPT: Final = (Path(__file__).parents[2] / "desk/site/static/drafts.js").read_text()
FORM: Final = """
<details><summary>Note</summary><form method="post" action="/desk/cases/of/1/note">
<input type="hidden" name="csrftoken" value="secret"><textarea name="words"></textarea><button>Note</button>
</form></details>
"""


class Desk:
    """Pages of a desk that answers as a test says."""

    who = "7"
    done = False

    def answer(self, route: Route) -> None:
        """The way in for nobody; the form for somebody."""
        said = '<div class="alert alert-success">La note est écrite.</div>' if self.done else ""
        body = f'<body data-who="{self.who}">' if self.who else "<body>"
        page = f"<!doctype html>{body}<main>{said}{FORM if self.who else 'Entrez'}</main><script>{SCRIPT}</script>"
        route.fulfill(status=200, content_type="text/html; charset=utf-8", body=page)


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def page(chromium: Browser, desk: Desk) -> Iterator[Page]:
    """A tab before the desk, with a note begun."""
    tab = chromium.new_page()
    tab.route(f"{DESK}/**", desk.answer)
    tab.goto(f"{DESK}/desk/cases/of/1")
    tab.locator("summary").click()
    tab.locator("textarea").fill("Elle a rappelé")
    yield tab
    tab.close()


def test_what_was_typed_is_there_after_the_way_in_and_gone_once_taken(page: Page, desk: Desk) -> None:
    desk.who = ""
    page.get_by_role("button").click()
    expect(page.locator("main")).to_have_text("Entrez")
    desk.who = "7"
    page.goto(f"{DESK}/desk/cases/of/1")
    expect(page.locator("textarea")).to_have_value("Elle a rappelé")
    expect(page.get_by_role("status")).to_have_text("Retrouvé : ce que vous aviez écrit ici.")
    assert "secret" not in str(page.evaluate("JSON.stringify(sessionStorage)"))
    desk.done = True
    page.get_by_role("button").click()
    expect(page.locator(".alert-success")).to_be_visible()
    desk.done = False
    page.goto(f"{DESK}/desk/cases/of/1")
    expect(page.locator("textarea")).to_have_value("")


def test_somebody_else_finds_nothing(page: Page, desk: Desk) -> None:
    desk.who = "8"
    page.goto(f"{DESK}/desk/cases/of/1")
    expect(page.locator("textarea")).to_have_value("")
    desk.who = "7"
    page.goto(f"{DESK}/desk/cases/of/1")
    expect(page.locator("textarea")).to_have_value("")


CHOICES: Final = """
<form method="post" action="/desk/intake" data-draft><input name="q">
<select name="what"><option value="">Choisir</option>
<option value="late">En retard</option></select><label><input type="radio" name="who" value="household" checked></label>
<label><input type="radio" name="who" value="person"></label><button>Enregistrer</button></form>
"""


def test_what_was_chosen_before_the_script_came_is_newer_than_the_draft(chromium: Browser) -> None:
    quick = {"fingers": ""}

    def answer(route: Route) -> None:
        body = f'<!doctype html><body data-who="7"><main>{CHOICES}</main><script>{quick["fingers"]}\n{SCRIPT}</script>'
        route.fulfill(status=200, content_type="text/html; charset=utf-8", body=body)

    tab = chromium.new_page()
    tab.route(f"{DESK}/**", answer)
    tab.goto(f"{DESK}/desk/intake")
    tab.locator("[name=q]").fill("90000010")
    quick["fingers"] = (
        "document.querySelector('select').value = 'late'; document.querySelector('[value=person]').checked = true;"
    )
    tab.goto(f"{DESK}/desk/intake")
    expect(tab.locator("[name=q]")).to_have_value("90000010")
    expect(tab.locator("select")).to_have_value("late")
    expect(tab.locator("[value=person]")).to_be_checked()
    tab.close()


LINES: Final = """
<form method="post" action="/desk/register" data-draft data-register="100" {taken}><table><tbody>
<tr data-line><td><span data-n>1</span><input type="hidden" name="key" data-keep value="{key}">
<input name="whose"></td><td><input name="phone"></td></tr></tbody></table><button>Envoyer</button></form>
"""


def test_a_list_typed_line_by_line_is_found_with_its_keys_and_gone_once_sent(chromium: Browser) -> None:
    scripts = SCRIPT + (Path(__file__).parents[2] / "desk/site/static/intake.js").read_text()
    now = {"key": "first", "taken": ""}

    def answer(route: Route) -> None:
        page = f'<!doctype html><body data-who="7"><main>{LINES.format(**now)}</main><script>{scripts}</script>'
        route.fulfill(status=200, content_type="text/html; charset=utf-8", body=page)

    tab = chromium.new_page()
    tab.route(f"{DESK}/**", answer)
    tab.goto(f"{DESK}/desk/register")
    tab.locator("[name=whose]").fill("Sira Diallo")
    tab.locator("[name=whose]").press("Enter")
    tab.locator("[name=phone]").nth(1).fill("66 12 34 56")
    now["key"] = "drawn anew"
    tab.goto(f"{DESK}/desk/register")
    expect(tab.locator("[name=phone]").nth(1)).to_have_value("66 12 34 56")
    expect(tab.locator("[name=whose]").first).to_have_value("Sira Diallo")
    expect(tab.locator("[name=key]").first).to_have_value("first")
    now["taken"] = "data-taken"
    tab.goto(f"{DESK}/desk/register")
    now["taken"] = ""
    tab.goto(f"{DESK}/desk/register")
    expect(tab.locator("[name=whose]")).to_have_value("")
    tab.close()
