"""The steps of a campaign as one table: from which states, to which, who takes them and what must be so besides.

The desk shows a step exactly where `may` allows it, and whoever takes it asks again on the locked row. Whose places a
campaign is for is not a matter of the table: to others it is not there at all.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Protocol

from core.campaigns.models import CampaignState
from core.platform.errors import JigiError
from core.staff import permissions
from core.staff.agents import Actor
from core.staff.permissions import Permission
from core.text.words import Code

S = CampaignState
ENDED: Final = frozenset({S.FINISHED, S.CANCELLED})
"""States in which nothing more of a campaign is sent."""


class CampaignError(JigiError, ValueError):
    """What cannot be done with a campaign; the message says why to the person who asked."""


class NotASupervisor(CampaignError):
    """Only a supervisor decides on campaigns."""


class WrongState(CampaignError):
    """The campaign is not in a state in which this can be done."""


class EmptyPlan(WrongState):
    """The plan of the campaign has no recipients."""


class FourEyes(CampaignError):
    """The same person may not do both."""


class PlanningAlready(CampaignError):
    """The plan of this campaign is being made."""


class CampaignStep(Code):
    """What can be done with a campaign."""

    PLAN = "plan"
    """Make its plan, or make it anew."""
    APPROVE = "approve"
    """Approve the plan, as the first or the second to do so."""
    START = "start"
    """Let it go, now or at a moment to come."""
    BEGIN = "begin"
    """Its moment has come."""
    PAUSE = "pause"
    """Let nothing more leave for now."""
    RESUME = "resume"
    """Let it go on from where it stopped."""
    CANCEL = "cancel"
    """End it: who was not told yet is not told."""
    DISCARD = "discard"
    """Take away a plan that arose from the schedule and has nobody to tell."""
    FINISH = "finish"
    """Nothing of it is left to send."""
    SEND_AGAIN = "send_again"
    """Send its uncertain messages again."""
    LEAVE = "leave"
    """Leave its uncertain messages as they are."""
    ONCE_MORE = "once_more"
    """Send it once more to those whose phone was off."""
    TEST = "test"
    """Send its longest texts to named phones."""


class CampaignStanding(Protocol):
    """What the table asks of a campaign: where it stands, and who decided on it so far."""

    @property
    def id(self) -> int | None:
        """Its number."""

    @property
    def state(self) -> CampaignState:
        """Where it stands."""

    @property
    def recipients(self) -> int:
        """How many its plan tells."""

    @property
    def planned_by(self) -> int | None:
        """The agent who planned it, None for the schedule."""

    @property
    def approved_by(self) -> int | None:
        """The agent who approved it first."""

    @property
    def second_approved_by(self) -> int | None:
        """The agent who approved it after that."""


Moves = Mapping[CampaignState, frozenset[CampaignState]]


@dataclass(frozen=True, slots=True)
class CampaignStepRule:
    """When a step may be taken, and what becomes of the campaign.

    `moves` has the states it starts from, each with those it may lead to. `permission` is what a person needs to take
    it (None: nobody takes it), and with `by_itself` it also comes without anybody. `other_eyes`: by somebody who
    neither planned the campaign nor approved it. `settled`: not while its plan is being made. `empty` says why it is
    refused where the plan has no recipients, '' where that does not matter; `otherwise` why it is refused in another
    state, '' for the usual sentence.
    """

    moves: Moves
    permission: Permission | None = Permission.RUN_CAMPAIGNS
    by_itself: bool = False
    other_eyes: bool = False
    settled: bool = False
    empty: str = ""
    otherwise: str = ""


def _to(*states: CampaignState) -> frozenset[CampaignState]:
    return frozenset(states)


def _staying(states: Iterable[CampaignState]) -> dict[CampaignState, frozenset[CampaignState]]:
    return {state: _to(state) for state in states}


RULES: Final[Mapping[CampaignStep, CampaignStepRule]] = {
    CampaignStep.PLAN: CampaignStepRule(
        {S.DRAFT: _to(S.PLANNED), S.PLANNED: _to(S.PLANNED)},
        by_itself=True,
        settled=True,
        otherwise="campaign {id} is {state}: only a draft or a plan can be planned",
    ),
    CampaignStep.APPROVE: CampaignStepRule(
        {S.PLANNED: _to(S.PLANNED, S.APPROVED)},
        by_itself=True,
        other_eyes=True,
        settled=True,
        empty="campaign {id} has nobody to tell",
    ),
    CampaignStep.START: CampaignStepRule({S.APPROVED: _to(S.SCHEDULED), S.SCHEDULED: _to(S.SCHEDULED)}, by_itself=True),
    CampaignStep.BEGIN: CampaignStepRule({S.SCHEDULED: _to(S.RUNNING)}, None, by_itself=True),
    CampaignStep.PAUSE: CampaignStepRule({S.RUNNING: _to(S.PAUSED), S.SCHEDULED: _to(S.PAUSED)}, by_itself=True),
    CampaignStep.RESUME: CampaignStepRule({S.PAUSED: _to(S.SCHEDULED, S.RUNNING)}),
    CampaignStep.CANCEL: CampaignStepRule({state: _to(S.CANCELLED) for state in S if state not in ENDED}, settled=True),
    CampaignStep.DISCARD: CampaignStepRule({S.PLANNED: _to(S.CANCELLED)}, None, by_itself=True),
    CampaignStep.FINISH: CampaignStepRule(
        {S.RUNNING: _to(S.FINISHED), S.PAUSED: _to(S.FINISHED)}, None, by_itself=True
    ),
    CampaignStep.SEND_AGAIN: CampaignStepRule(
        {**_staying(state for state in S if state is not S.CANCELLED), S.FINISHED: _to(S.FINISHED, S.RUNNING)}
    ),
    CampaignStep.LEAVE: CampaignStepRule(_staying(S)),
    CampaignStep.ONCE_MORE: CampaignStepRule({S.FINISHED: _to(S.FINISHED, S.RUNNING)}),
    # A draft is refused for having no texts yet, which says more than that it is a draft.
    CampaignStep.TEST: CampaignStepRule(
        _staying((S.DRAFT, S.PLANNED, S.APPROVED, S.SCHEDULED, S.PAUSED)),
        settled=True,
        empty="campaign {id} has no texts yet: plan it first",
    ),
}


def may(step: CampaignStep, campaign: CampaignStanding, actor: Actor | None, *, being_planned: bool = False) -> bool:
    """Whether somebody may take a step now; `actor` is None where it would be taken by itself."""
    return refusal(step, campaign, actor, being_planned=being_planned) is None


def open_steps(campaign: CampaignStanding, actor: Actor, *, being_planned: bool = False) -> frozenset[CampaignStep]:
    """Every step that somebody may take now."""
    return frozenset(step for step in CampaignStep if may(step, campaign, actor, being_planned=being_planned))


def must(step: CampaignStep, campaign: CampaignStanding, actor: Actor | None, *, being_planned: bool = False) -> None:
    """Raise why somebody may not take a step: NotASupervisor, PlanningAlready, WrongState or FourEyes."""
    refused = refusal(step, campaign, actor, being_planned=being_planned)
    if refused is not None:
        raise refused


def refusal(
    step: CampaignStep, campaign: CampaignStanding, actor: Actor | None, *, being_planned: bool = False
) -> CampaignError | None:
    """Why somebody may not take a step now, or None."""
    rule = RULES[step]
    if actor is None and not rule.by_itself:
        return NotASupervisor(f"a campaign does not {step} by itself")
    if actor is not None and not (rule.permission and permissions.may(actor, rule.permission)):
        return NotASupervisor(f"{actor.name} is not a supervisor")
    if being_planned and rule.settled:
        return PlanningAlready(f"the plan of campaign {campaign.id} is being made")
    if campaign.state not in rule.moves:
        usual = f"campaign {campaign.id} is {campaign.state}, not {' or '.join(rule.moves)}"
        return WrongState(rule.otherwise.format(id=campaign.id, state=campaign.state) or usual)
    if rule.empty and not campaign.recipients:
        return EmptyPlan(rule.empty.format(id=campaign.id))
    return _same_eyes(campaign, actor) if rule.other_eyes and actor is not None else None


def _same_eyes(campaign: CampaignStanding, actor: Actor) -> FourEyes | None:
    if actor.id == campaign.planned_by:
        return FourEyes("who planned a campaign cannot approve it")
    if actor.id in (campaign.approved_by, campaign.second_approved_by):
        return FourEyes("the second approval is somebody else's")
    return None
