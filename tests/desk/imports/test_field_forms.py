"""What a form's server pushed waits at the desk without a word of it, until its questions and words are said."""

from collections.abc import Mapping
from typing import Any, Final

import pytest

from core.imports.field.forms import KnownForm
from core.imports.field.submitted import submitted
from core.imports.field.taking import Arrival, settle
from core.imports.registers.submissions import ListChoices
from core.staff.agents import Role, Scope
from tests.api.test_submissions import kobo
from tests.core.seed import NOW, SAFO
from tests.desk.browser import Browser, seen
from tests.desk.conftest import SignIn
from tests.desk.grievances.cases import grievances
from tests.desk.imports.test_registers import chosen
from tests.support.database import query, scalar

PAGE: Final = "/desk/field-forms"
FORM: Final = f"{PAGE}/1"
FORM_ROW: Final = """
INSERT INTO field_form (system, name, first_at, last_at) VALUES ('kobo', 'Plaintes', now(), now())
ON CONFLICT DO NOTHING
"""
SECRET: Final = "Zulmabounty"


async def pushed(*submissions: Mapping[str, Any], place: str | None = None) -> None:
    """Submissions come that fit no mapping."""
    await query(FORM_ROW + " RETURNING id")
    told = [{**each, "today": f"{NOW:%Y-%m-%d}"} for each in submissions]
    arrivals = [Arrival(each, submitted(each), place) for each in told]
    await settle(KnownForm(1, None), "Plaintes", None, arrivals, ListChoices(), None, NOW)


@pytest.fixture
async def oumou(sign_in: SignIn, two_communes: None) -> Browser:
    """The browser of Oumou, an agent of the whole country."""
    return await sign_in("oumou")


async def test_what_waits_is_filed_once_its_questions_and_words_are_said(oumou: Browser) -> None:
    await pushed(kobo(1), kobo(2, **{"plainte/sujet": "violence", "plainte/recit": SECRET}))
    assert "Plaintes kobo à dire" in await oumou.see(PAGE)
    page = await oumou.open(f"{FORM}/columns")
    assert SECRET not in page.text
    assert "retard" not in page.text
    fields = {**chosen(page), "column.day": "today", "column.subject": "plainte/sujet", "column.words": "plainte/recit",
              "column.commune": "lieu/commune", "column.consent": "lieu/accord", "name": "Plaintes"}  # fmt: skip
    page = await oumou.submit(f"{FORM}/columns", follow=True, **fields)
    assert "gardée" in seen(page)
    page = await oumou.submit(f"{FORM}/file", page=FORM, follow=True)
    assert "Enregistrés : 0. En attente encore : 2." in seen(page)
    assert "« retard »" in page.text
    assert "« violence »" in page.text
    assert SECRET not in page.text
    words = {**chosen(page), "code.subject.0": "late", "code.subject.1": "violence"}
    page = await oumou.submit(f"{FORM}/words", page=FORM, follow=True, **words)
    assert "Enregistrés : 2. En attente encore : 0." in seen(page)
    ordinary, sensitive = await grievances()
    assert (ordinary.channel, ordinary.filed_by, ordinary.commune_pcode) == ("field", oumou.actor.id, SAFO)
    assert sensitive.sensitivity == "sensitive"
    assert SECRET not in page.text
    assert await query("SELECT content FROM field_submission WHERE content IS NOT NULL") == []


async def test_who_sees_what_waits_and_who_reads_it(sign_in: SignIn, two_communes: None) -> None:
    await pushed(kobo(1, **{"plainte/recit": SECRET}))
    await pushed(kobo(2), place="ML030303")
    near = await sign_in("near", scope=Scope.CERCLE, scope_code=SAFO[:6])
    assert "En attente : 0" in await near.see(FORM)
    agent, focal = await sign_in("agent"), await sign_in("focal", Role.FOCAL)
    page = await agent.open(FORM)
    assert "En attente : 2" in seen(page)
    assert "Lire" not in seen(page)
    refused = await agent.submit(f"{FORM}/read", page=FORM, submission="1")
    assert refused.status_code == 404
    assert SECRET not in refused.text
    assert SECRET in (await focal.submit(f"{FORM}/read", page=FORM, submission="1")).text
    assert await scalar("SELECT count(*) FROM audit_entry WHERE act = 'field submission read'") == 1
    page = await agent.submit(f"{FORM}/drop", page=FORM, follow=True, submission="1")
    assert "écarté" in seen(page)
    assert "En attente : 1" in seen(page)
    assert await query("SELECT state, content FROM field_submission WHERE id = 1") == [("dropped", None)]
