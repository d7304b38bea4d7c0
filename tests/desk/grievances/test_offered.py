"""The page of a case shows a button exactly when the domain would take the step."""

import re

import pytest
from sqlmodel import col, update

from core.grievances import cases
from core.grievances.models import Grievance
from core.grievances.rules import steps_for
from core.grievances.vocabulary import CALLS, DECIDED, GrievanceState, GrievanceStep
from core.platform.database import writing
from core.staff.agents import Role
from tests.core.seed import NOW
from tests.desk.addresses import case_page
from tests.desk.conftest import SignIn
from tests.desk.grievances.cases import filed

pytestmark = pytest.mark.usefixtures("two_communes")


OF_FILES = {GrievanceStep.ATTACH, GrievanceStep.DETACH}
"""Done on a page of their own."""


def named(step: GrievanceStep) -> str:
    return "call" if step in CALLS else step.name.lower()


@pytest.mark.parametrize("state", list(GrievanceState))
async def test_a_button_is_there_when_the_step_is_possible(sign_in: SignIn, state: GrievanceState) -> None:
    reference = await filed("a")
    await filed("b")  # of the same phone: it may be joined
    mariam, awa = await sign_in("mariam"), await sign_in("awa", Role.SUPERVISOR)
    for holder in (None, mariam.actor.id, awa.actor.id):
        async with writing() as session:
            decider = mariam.actor.id if state in DECIDED else None
            values = {"state": state, "assigned_to": holder, "decided_by": decider, "touched_at": NOW}
            await session.exec(update(Grievance).where(col(Grievance.reference) == reference).values(**values))
        case = await cases.glance(reference)
        assert case is not None
        for browser in (mariam, awa):
            page = await browser.open(await case_page(reference))
            shown = set(re.findall(rf'action="/desk/cases/of/{case.id}/(\w+)(?:#[\w-]+)?"', page.text)) - {
                "preview",
                "household",
            }
            assert shown == {named(step) for step in steps_for(case, browser.actor, NOW) - OF_FILES}, (
                holder,
                browser.actor.role,
            )
