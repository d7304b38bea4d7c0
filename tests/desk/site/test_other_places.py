"""Rows, roles and places: by any route, what is of one place is to who works for another as if it were not there."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from http import HTTPStatus
from typing import Final

import pytest
from starlette.applications import Starlette

from core.call_requests.requests import ask_call
from core.registry.corrections import CorrectedField
from core.registry.edits import correct
from core.staff.agents import Role, Scope, actor_of
from desk.grievances.case import ACTS
from desk.grievances.reclassify import THROUGH_THE_WALL
from faults.odd.ways import ways
from tests.core import seed
from tests.core.seed import NOW, SAFO
from tests.desk.addresses import case_page
from tests.desk.conftest import DIAGO, SignIn
from tests.desk.grievances.cases import LATE, filed
from tests.desk.planted import NAME, PHONE, WORDS, kinds_in, plant_family
from tests.support.database import change, query, scalar

CASE_ACTS: Final = (*ACTS, *THROUGH_THE_WALL)
OF_A_PLACE: Final[Mapping[str, Mapping[str, Sequence[str]]]] = {
    "absences": {},
    "attachments": {},
    "call-requests": {},
    "campaigns": {},
    "cases": {"act": CASE_ACTS},
    "corrections": {"act": ("approve", "refuse", "keep", "follow")},
    "dead-numbers": {},
    "households": {"field": ("head_name", "village")},
    "registry": {},
}
"""Whose rows are of a place, with what else stands in a path of them."""

OF_CASES: Final = ("attachments/of", "registry/case")
"""Addresses that name a case behind another word."""

OF_NO_PLACE: Final = frozenset({"batches", "field-forms", "people", "services", "systems"})
FIELDS: Final = {
    "version": "1", "event": "1", "words": "Voilà", "year": "1931", "by": "paper", "position": "1", "value": "76000099",
    "was": PHONE, "reason": "dit ici", "why": "dit ici", "field": "phone", "agent": "1", "reached": "yes",
    "decision": "resolved", "other": "1", "service": "1", "agreed": "1", "subject": "conduct.bribe",
    "call_safe": "no", "sms_safe": "no", "until": "2026-12-24", "to": "0", "again": "2026-12-24", "day": "2026-12-24",
    "period": "morning", "phone": PHONE, "state": "confirmed", "when": "now", "choice": "leave", "phones": PHONE,
    "attachment": "1", "referral": "1", "outcome": "helped", "seen": "1",
}  # fmt: skip
"""What any form of a row asks, so that it is refused for the place and for nothing else."""

ID, NO_ROW = "ID", "99999"
REFUSED: Final = (HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND)
KEPT: Final = (
    "grievance", "grievance_event", "household", "household_phone", "callback_request", "correction",
    "campaign", "attachment", "message",
)  # fmt: skip


@pytest.fixture
async def rows_of_safo(world: None, sign_in: SignIn) -> Mapping[str, int]:
    """A row of each subject, of people of Safo or about them, by the word its addresses begin with."""
    household = await plant_family()
    await seed.places((DIAGO, "Diago"))
    mariam = await sign_in("mariam", scope=Scope.COMMUNE, scope_code=SAFO)
    filing = replace(LATE, household_id=household, msisdn=PHONE, name=NAME, words=WORDS)
    case = int((await case_page(await filed("of Safo", filing))).rpartition("/")[2])
    await ask_call("of Safo", PHONE, LATE.language, household, NOW)
    actor = await actor_of("mariam")
    await correct(actor, household, CorrectedField.VILLAGE, "Sirakoro", "dit ici", NOW)
    await change(
        "INSERT INTO attachment (grievance_id, kind, octets, place, added_by, added_at) "
        "VALUES (%(case)s, 'jpeg', 9, 'x', %(by)s, %(now)s)",
        case=case,
        by=mariam.actor.id,
        now=NOW,
    )
    await change(
        "INSERT INTO campaign (kind, title, subject, state, needs_second, recipients, parts) "
        "VALUES ('free', %(title)s, jsonb_build_object('place', CAST(%(place)s AS text)), 'planned', false, 1, 1)",
        title=WORDS,
        place=SAFO,
    )
    newest = ("attachment", "callback_request", "correction", "campaign")
    ids = {name: int(await scalar(f"SELECT max(id) FROM {name}")) for name in newest}  # noqa: S608 - our own names
    return {
        "absences": mariam.actor.id,
        "attachments": ids["attachment"],
        "call-requests": ids["callback_request"],
        "campaigns": ids["campaign"],
        "cases": case,
        "corrections": ids["correction"],
        "dead-numbers": household,
        "households": household,
        "registry": household,
    }


def of_rows(app: Starlette, rows: Mapping[str, int]) -> Sequence[tuple[str, str, int]]:
    """Each way in to a row of a place: the method, its addresses with `ID` in the place of the row, and the row."""
    found: list[tuple[str, str, int]] = []
    for way in ways(app):
        word = way.path.removeprefix("/desk/").partition("/")[0]
        if not way.path.startswith("/desk/") or "{id:int}" not in way.path or way.method == "HEAD":
            continue
        assert word in OF_A_PLACE.keys() | OF_NO_PLACE, f"{way.path}: whose rows are these?"
        if word in OF_A_PLACE:
            row = rows["cases" if any(each in way.path for each in OF_CASES) else word]
            paths = [way.path.replace("{id:int}", ID)]
            for name, values in OF_A_PLACE[word].items():
                paths = [re.sub(rf"\{{{name}(:\w+)?\}}", value, path) for path in paths for value in values]
            found += [(way.method, path, row) for path in dict.fromkeys(paths)]
    return found


async def kept() -> Mapping[str, Sequence[str]]:
    """Every row of the tables that the forms are about."""
    return {
        name: [row.text for row in await query(f"SELECT t::text AS text FROM {name} AS t ORDER BY 1")]  # noqa: S608
        for name in KEPT
    }


@pytest.mark.parametrize("role", [Role.AGENT, Role.SUPERVISOR, Role.FOCAL])
async def test_a_row_of_another_place_is_as_if_it_were_not_there(
    app: Starlette, sign_in: SignIn, rows_of_safo: Mapping[str, int], role: Role
) -> None:
    far = await sign_in("far", role, Scope.COMMUNE, DIAGO)
    form = FIELDS | {"csrftoken": await far.token("/desk/account"), "case": str(rows_of_safo["cases"])}
    before, every = await kept(), of_rows(app, rows_of_safo)
    assert len(every) > 60
    wrong = []
    for method, path, row in every:
        sent = form if method == "POST" else None
        answer = await far.http.request(method, path.replace(ID, str(row)), data=sent)
        if answer.status_code not in REFUSED:
            of_none = await far.http.request(method, path.replace(ID, NO_ROW), data=sent)
            assert answer.status_code != HTTPStatus.OK, path
            wrong += [path] if answer.status_code != of_none.status_code else []
        wrong += [f"{path}: {kinds_in(answer.text)}"] if kinds_in(answer.text) else []
    for act in ("answer", "assign", "close", "export"):
        answer = await far.http.post(f"/desk/together/{act}", data=form)
        wrong += [f"together {act}: {kinds_in(answer.text)}"] if kinds_in(answer.text) else []
    assert wrong == []
    assert await kept() == before
