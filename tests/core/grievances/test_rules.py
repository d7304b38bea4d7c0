"""The table of steps is what the domain does: for every state, step, role and holder."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from itertools import product
from typing import Final

import pytest
from sqlmodel import col, select

from core.grievances import attachments, cases, identity, merging, queue, reclassifying, referrals, steps
from core.grievances.attached import AttachedFile, AttachedKind
from core.grievances.filing import file
from core.grievances.models import Grievance, GrievanceEvent, ReferralOutcome
from core.grievances.queue import QueueView
from core.grievances.reclassifying import SafeWays
from core.grievances.rules import RULES, StepNotPossible, may, steps_for
from core.grievances.steps import DeskVisit
from core.grievances.subjects import Subcategory
from core.grievances.vocabulary import BY_RULE, CALLS, DECIDED, OF_THE_PERSON, OPEN, GrievanceState, GrievanceStep
from core.platform.database import reading, undone
from core.staff.agents import Actor, Role, Scope
from core.staff.permissions import NotAllowed
from core.staff.row_security import seen_by
from tests.core import seed
from tests.core.grievances.handling import LATE, put, somebody, visit
from tests.core.seed import NOW
from tests.support.database import change

ORDINARY, SENSITIVE = ("payment", "late"), ("conduct", "bribe")
UNSAFE: Final = SafeWays(call=False, sms=False)
ATTACHED: Final = """
INSERT INTO attachment (grievance_id, kind, octets, place, added_by, added_at) VALUES (1, 'png', 1, 'a', 1, now())
"""
PHOTO: Final = AttachedFile(AttachedKind.JPEG, b"a")
HOLDERS: Final = ("own", "another's", "nobody's")


def _doing(colleague: Actor, subject: Subcategory) -> dict[GrievanceStep, Callable[[DeskVisit], Awaitable[object]]]:
    """How each step is taken."""
    return {
        GrievanceStep.TAKE: steps.take,
        GrievanceStep.ASSIGN: lambda page: steps.assign(page, colleague.id),
        GrievanceStep.NOTE: lambda page: steps.note(page, "Une note"),
        GrievanceStep.ASK: lambda page: steps.ask(page, "Quel village ?"),
        GrievanceStep.DECIDE: lambda page: steps.decide(page, GrievanceState.RESOLVED, "C'est fait."),
        GrievanceStep.ESCALATE: lambda page: steps.escalate(page, "Plus haut"),
        GrievanceStep.REOPEN: lambda page: steps.reopen(page, "Elle a sa carte"),
        GrievanceStep.RESUME: lambda page: steps.resume(page, ""),
        GrievanceStep.CLOSE: steps.close,
        GrievanceStep.REACH: lambda page: steps.call(page, reached=True, again_on=None, words=""),
        GrievanceStep.MISS: lambda page: steps.call(page, reached=False, again_on=None, words=""),
        GrievanceStep.RECLASSIFY: lambda page: reclassifying.change_subject(page, subject, "Mal choisi"),
        GrievanceStep.ENTRUST: lambda page: reclassifying.pass_behind(page, Subcategory.VIOLENCE, UNSAFE, "Confiée"),
        GrievanceStep.RELEASE: lambda page: reclassifying.pass_out(page, Subcategory.LATE, "Un retard"),
        GrievanceStep.REFER: lambda page: referrals.refer(page, 1, agreed=True),
        GrievanceStep.OUTCOME: lambda page: referrals.settle(page, 1, ReferralOutcome.RECEIVED),
        GrievanceStep.AMEND: lambda page: steps.amend(page, GrievanceState.REJECTED, "Non."),
        GrievanceStep.IDENTIFY: lambda page: identity.check(page, 1975),
        GrievanceStep.MERGE: lambda page: merging.merge(page, 2),
        GrievanceStep.PART: merging.part,
        GrievanceStep.ATTACH: lambda page: attachments.keep(page, PHOTO, "b"),
        GrievanceStep.DETACH: lambda page: attachments.detach(page, 1),
    }


async def _filed(key: str, subject: tuple[str, str]) -> str:
    category, subcategory = subject
    filing = replace(LATE, key=key, category=category, subcategory=subcategory, words=None, call_back=True)
    return (await file(filing, NOW)).reference


async def _last() -> GrievanceEvent:
    async with reading() as session:
        return (await session.exec(select(GrievanceEvent).order_by(col(GrievanceEvent.id).desc()).limit(1))).one()


@pytest.mark.usefixtures("safo")
@pytest.mark.parametrize("subject", [ORDINARY, SENSITIVE], ids=["ordinary", "sensitive"])
@pytest.mark.parametrize("state", list(GrievanceState))
async def test_the_table_the_offer_and_the_domain_agree(subject: tuple[str, str], state: GrievanceState) -> None:
    roles = {role: await somebody(role.value, role) for role in Role}
    colleague = await somebody("colleague", Role.FOCAL if subject == SENSITIVE else Role.AGENT)
    doing = _doing(colleague, Subcategory(subject[1]))
    assert set(doing) == set(RULES)
    household = await seed.household()
    reference = await _filed("a", subject)
    await put(reference, household_id=household)
    await _filed("of the same phone", subject)
    await change(ATTACHED)
    await change("INSERT INTO referral_service (kind, name, place) VALUES ('health', 'CSRéf', 'Kati')")
    await change("INSERT INTO referral (grievance_id, service_id, made_on, made_by) VALUES (1, 1, '2026-11-26', 1)")
    for (role, actor), holder in product(roles.items(), HOLDERS):
        whose = {"own": actor.id, "another's": colleague.id, "nobody's": None}[holder]
        decider = colleague.id if state in DECIDED else None
        decided_at = NOW if state in DECIDED else None
        await put(reference, state=state, assigned_to=whose, touched_at=NOW, decided_by=decider, decided_at=decided_at)
        await put(reference, lapsed_at=None if whose else NOW)
        case = await cases.glance(reference)
        assert case is not None
        offered = steps_for(case, actor, NOW)
        for step, take in doing.items():
            done = await _done(take, await visit(actor, reference, NOW), RULES[step].moves.get(state, frozenset()))
            assert done is (step in offered), (role, holder, step)


async def _done(take: Callable[[DeskVisit], Awaitable[object]], page: DeskVisit, to: frozenset[GrievanceState]) -> bool:
    """Whether the domain takes a step, which is undone; where it leads is held against the table."""
    try:
        async with undone():
            await take(page)
            event = await _last()
            assert event.to_state in to
    except (StepNotPossible, NotAllowed):
        return False
    return True


@pytest.mark.usefixtures("world")
async def test_the_queue_offers_what_may_be_taken_but_for_those_that_wait() -> None:
    await seed.safo()
    mariam, other = (
        await somebody("mariam", Role.AGENT, Scope.COMMUNE, seed.SAFO),
        await somebody("oumou", Role.AGENT),
    )
    longer = timedelta(days=1)
    for number, (state, holder, touched, level, appealed) in enumerate(
        product(OPEN, (None, mariam.id, other.id), (NOW, NOW - longer), ("commune", "cercle"), (False, True))
    ):
        reference = await _filed(f"key {number}", ORDINARY)
        await put(
            reference, state=state, assigned_to=holder, touched_at=touched, level=level, commune_pcode=seed.SAFO,
            reopen_count=int(appealed), decided_by=mariam.id if appealed and number % 3 else None,
        )  # fmt: skip
    async with seen_by(mariam):
        after, free = None, set[str]()
        while rows := await queue.page(mariam, QueueView.FREE, NOW, after=after):
            free |= {row.reference for row in rows}
            after = rows[-1].id
        async with reading() as session:
            references = list(await session.exec(select(Grievance.reference)))
        for reference in references:
            case = await cases.glance(reference)
            assert case is not None
            takable = may(GrievanceStep.TAKE, case, mariam, NOW) and case.state is not GrievanceState.WAITING
            assert takable is (case.reference in free), case


def test_every_step_but_the_first_has_its_rule() -> None:
    nobodys = {GrievanceStep.RECEIVE, GrievanceStep.HAND_OVER} | OF_THE_PERSON | BY_RULE
    assert set(RULES) == set(GrievanceStep) - nobodys
    assert RULES[GrievanceStep.REACH] is RULES[GrievanceStep.MISS]
    assert {GrievanceStep.REACH, GrievanceStep.MISS} == CALLS
