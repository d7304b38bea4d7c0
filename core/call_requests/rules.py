"""The rules of a call request's steps: by whom, from which state, to which, and what each asks.

`RULES` is the one table; `may` and `refusal` read it. Pages and steps ask them, and decide nothing themselves.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from core.call_requests.vocabulary import OPEN, CallRequestState
from core.platform.errors import JigiError
from core.staff import permissions
from core.staff.agents import Actor
from core.staff.permissions import NotAllowed, Permission
from core.text.words import Code

MOST_TRIES: Final = 3
"""Calls without an answer after which somebody counts as unreachable."""


class CallRequestStep(Code):
    """What is done with a call request."""

    TAKE = "take"
    GIVE_BACK = "give_back"
    REACH = "reach"
    MISS = "miss"
    AGREE = "agree"


class Request(Protocol):
    """What the rules have to know of a request; `caller` is the name of who took it last, until `taken_until`."""

    @property
    def state(self) -> CallRequestState: ...
    @property
    def taken_by(self) -> int | None: ...
    @property
    def taken_until(self) -> datetime | None: ...
    @property
    def caller(self) -> str | None: ...


class AlreadyCalled(JigiError, ValueError):
    """There is no such request, or the person was called or given up already."""


class TakenBySomebody(JigiError, ValueError):
    """Somebody else calls this person now; the message is their name."""

    def __init__(self, name: str, until: datetime) -> None:
        super().__init__(name)
        self.name = name
        self.until = until


class TakeItFirst(JigiError, ValueError):
    """Whoever writes down a call took it before."""


Condition = Callable[[Request, Actor, datetime], JigiError | None]


def is_taken(request: Request, now: datetime) -> bool:
    """Whether somebody calls this person now."""
    return request.taken_by is not None and request.taken_until is not None and request.taken_until > now


def _not_anothers(request: Request, actor: Actor, now: datetime) -> TakenBySomebody | None:
    if request.taken_until is None or request.taken_by == actor.id or not is_taken(request, now):
        return None
    return TakenBySomebody(request.caller or "", request.taken_until)


def _took_it(request: Request, actor: Actor, _: datetime) -> TakeItFirst | None:
    """Who took it last may write down a call that lasted longer than it was theirs, unless another took it since."""
    return None if request.taken_by == actor.id else TakeItFirst("it is not taken")


@dataclass(frozen=True, slots=True)
class CallStepRule:
    """A step: from each state it is possible in to those it leads to, and on which conditions."""

    moves: Mapping[CallRequestState, frozenset[CallRequestState]]
    conditions: tuple[Condition, ...] = (_not_anothers,)


_STAYING: Final = {state: frozenset({state}) for state in OPEN}

RULES: Final[Mapping[CallRequestStep, CallStepRule]] = {
    CallRequestStep.TAKE: CallStepRule(_STAYING),
    CallRequestStep.GIVE_BACK: CallStepRule(_STAYING, (_not_anothers, _took_it)),
    CallRequestStep.REACH: CallStepRule(
        dict.fromkeys(OPEN, frozenset({CallRequestState.CALLED})), (_not_anothers, _took_it)
    ),
    CallRequestStep.MISS: CallStepRule(
        {state: frozenset({state, CallRequestState.UNREACHABLE}) for state in OPEN}, (_not_anothers, _took_it)
    ),
    CallRequestStep.AGREE: CallStepRule(dict.fromkeys(OPEN, frozenset({CallRequestState.AGREED}))),
}
"""All are for whoever may call back."""


def refusal(step: CallRequestStep, request: Request, actor: Actor, now: datetime) -> JigiError | None:
    """Why somebody may not take a step now, the first reason; None when they may."""
    rule = RULES[step]
    if not permissions.may(actor, Permission.CALL_BACK):
        return NotAllowed(f"needs leave to {Permission.CALL_BACK}")
    if request.state not in rule.moves:
        return AlreadyCalled(request.state.value)
    return next((why for condition in rule.conditions if (why := condition(request, actor, now))), None)


def steps_for(request: Request, actor: Actor, now: datetime) -> frozenset[CallRequestStep]:
    """The steps that somebody may take now."""
    return frozenset(step for step in CallRequestStep if refusal(step, request, actor, now) is None)


def after_a_miss(state: CallRequestState, tries: int) -> CallRequestState:
    """The state after one more call without an answer, when there were so many `tries` before."""
    return CallRequestState.UNREACHABLE if tries + 1 >= MOST_TRIES else state
