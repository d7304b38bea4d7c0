"""The table of a campaign's steps, asked by itself."""

from itertools import product

import pytest

from core.campaigns.models import Campaign, CampaignKind
from core.campaigns.models import CampaignState as S
from core.campaigns.steps import (
    ENDED,
    RULES,
    CampaignStep,
    EmptyPlan,
    FourEyes,
    NotASupervisor,
    PlanningAlready,
    WrongState,
    may,
    must,
    open_steps,
    refusal,
)
from core.staff.agents import Actor, Role

AWA, BINTA = (Actor(number, name, Role.SUPERVISOR) for number, name in ((1, "Awa"), (2, "Binta")))


def campaign(state: S, *, recipients: int = 5, planned_by: int | None = 9, approved_by: int | None = None) -> Campaign:
    return Campaign(
        id=7,
        kind=CampaignKind.FREE,
        title="",
        audience={},
        state=state,
        recipients=recipients,
        planned_by=planned_by,
        approved_by=approved_by,
    )


def test_every_step_has_its_rule_and_leads_from_somewhere_to_somewhere() -> None:
    assert set(RULES) == set(CampaignStep)
    for step, rule in RULES.items():
        assert rule.moves, step
        assert all(rule.moves.values()), step
        assert rule.permission is not None or rule.by_itself, f"nobody takes {step}"


def test_what_is_cancelled_stays_so_and_what_is_finished_only_goes_on_to_who_may_not_have_got_it() -> None:
    again = {CampaignStep.SEND_AGAIN, CampaignStep.ONCE_MORE}
    for step, rule in RULES.items():
        assert rule.moves.get(S.CANCELLED, {S.CANCELLED}) == {S.CANCELLED}, step
        left = rule.moves.get(S.FINISHED, frozenset()) - {S.FINISHED}
        assert left == ({S.RUNNING} if step in again else set()), step


def test_a_draft_reaches_every_state() -> None:
    reached, size = {S.DRAFT}, 0
    while size != len(reached):
        size = len(reached)
        reached |= {to for rule in RULES.values() for state in list(reached) for to in rule.moves.get(state, ())}
    assert reached == set(S)


@pytest.mark.parametrize("state", sorted(ENDED))
def test_what_ended_is_not_tried_out(state: S) -> None:
    with pytest.raises(WrongState, match=f"campaign 7 is {state}, not draft or planned or approved"):
        must(CampaignStep.TEST, campaign(state), AWA)


def test_only_a_supervisor_takes_a_step_and_some_come_by_themselves() -> None:
    for step, state in product(CampaignStep, S):
        for role in set(Role) - {Role.SUPERVISOR}:
            assert isinstance(refusal(step, campaign(state), Actor(1, "Awa", role)), NotASupervisor)
    come = {step for step, state in product(CampaignStep, S) if may(step, campaign(state), None)}
    assert come == {
        CampaignStep.PLAN,
        CampaignStep.APPROVE,
        CampaignStep.START,
        CampaignStep.BEGIN,
        CampaignStep.PAUSE,
        CampaignStep.DISCARD,
        CampaignStep.FINISH,
    }
    taken = {step for state in S for step in open_steps(campaign(state), AWA)}
    assert taken == set(CampaignStep) - {CampaignStep.BEGIN, CampaignStep.DISCARD, CampaignStep.FINISH}


def test_four_and_six_eyes() -> None:
    assert may(CampaignStep.APPROVE, campaign(S.PLANNED), AWA)
    assert isinstance(refusal(CampaignStep.APPROVE, campaign(S.PLANNED, planned_by=AWA.id), AWA), FourEyes)
    assert isinstance(refusal(CampaignStep.APPROVE, campaign(S.PLANNED, approved_by=AWA.id), AWA), FourEyes)
    assert may(CampaignStep.APPROVE, campaign(S.PLANNED, approved_by=AWA.id), BINTA)
    assert may(CampaignStep.START, campaign(S.APPROVED, planned_by=AWA.id), AWA), "only an approval takes other eyes"


def test_a_plan_with_nobody_to_tell_is_neither_approved_nor_tried() -> None:
    empty = campaign(S.PLANNED, recipients=0)
    assert open_steps(campaign(S.PLANNED), AWA) - open_steps(empty, AWA) == {CampaignStep.APPROVE, CampaignStep.TEST}
    assert isinstance(refusal(CampaignStep.APPROVE, empty, AWA), EmptyPlan)


def test_while_a_plan_is_made_it_is_left_alone() -> None:
    being = open_steps(campaign(S.PLANNED), AWA, being_planned=True)
    assert being == {CampaignStep.SEND_AGAIN, CampaignStep.LEAVE}
    assert isinstance(refusal(CampaignStep.CANCEL, campaign(S.PLANNED), AWA, being_planned=True), PlanningAlready)
