"""The rules of a grievance's steps: by whom, from which state, to which, and what each asks.

`RULES` is the one table; `may` and `refusal` read it. Pages, queue and steps ask them, and decide nothing themselves.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol

from core.grievances.subjects import Sensitivity
from core.grievances.vocabulary import DECIDED, DECISIONS, OPEN, TOP, GrievanceState, GrievanceStep, Level
from core.platform.errors import JigiError
from core.platform.settings import settings
from core.platform.settings.in_force import in_force
from core.scams.guard import refuse_scams
from core.scams.proven import refuse_strange_pieces
from core.staff import permissions
from core.staff.agents import Actor, Scope
from core.staff.permissions import NotAllowed, Permission
from core.text.folding import fold

WORKS_ON: Final[Mapping[Sensitivity, Permission]] = {
    Sensitivity.ORDINARY: Permission.HANDLE_ORDINARY,
    Sensitivity.SPECIAL: Permission.HANDLE_ORDINARY,
    Sensitivity.SENSITIVE: Permission.READ_SENSITIVE,
}
"""What somebody must be allowed to work on grievances of each sensitivity."""

LONGEST_ANSWER: Final = 450
"""Letters of what the person reads: three parts of an SMS."""

LONGEST_NOTE: Final = 4 * LONGEST_ANSWER
"""Letters of what only the desk reads."""

OWN_PIECES: Final = ("nom", "somme")
"""What an answer may name of the person: their name, and the money that they wait for (`own_words`)."""

PARTABLE_FOR: Final = timedelta(hours=24)
"""For so long two that were merged can be parted again."""

WHILE_FOLLOWING: Final = frozenset(
    {
        GrievanceStep.NOTE,
        GrievanceStep.IDENTIFY,
        GrievanceStep.ENTRUST,
        GrievanceStep.PART,
        GrievanceStep.ATTACH,
        GrievanceStep.DETACH,
    }
)
"""What is done with a grievance that follows another; all else is done with the other."""

REACHES: Final[Mapping[Scope, tuple[Level, ...]]] = {
    Scope.COMMUNE: (Level.VILLAGE, Level.COMMUNE),
    Scope.CERCLE: (Level.VILLAGE, Level.COMMUNE, Level.CERCLE),
    Scope.REGION: (Level.VILLAGE, Level.COMMUNE, Level.CERCLE, Level.REGION),
    Scope.NATIONAL: tuple(Level),
}
"""The levels of the ladder that are worked on at each kind of place."""


class CaseFacts(Protocol):
    """What the rules have to know of a grievance; `holder` is the name of whom it is `assigned_to`."""

    @property
    def reference(self) -> str: ...
    @property
    def state(self) -> GrievanceState: ...
    @property
    def level(self) -> Level: ...
    @property
    def sensitivity(self) -> Sensitivity: ...
    @property
    def msisdn(self) -> str | None: ...
    @property
    def household_id(self) -> int | None: ...
    @property
    def call_safe(self) -> bool | None: ...
    @property
    def assigned_to(self) -> int | None: ...
    @property
    def holder(self) -> str | None: ...
    @property
    def touched_at(self) -> datetime | None: ...
    @property
    def decided_at(self) -> datetime | None: ...
    @property
    def decided_by(self) -> int | None: ...
    @property
    def appealed(self) -> bool: ...
    @property
    def lapsed(self) -> bool: ...
    @property
    def follows(self) -> str | None: ...
    @property
    def followed_at(self) -> datetime | None: ...


class StepNotPossible(JigiError, ValueError):
    """There is no such grievance, or it is not in a state in which this can be done."""


class SensitiveStaysPut(StepNotPossible):
    """A sensitive grievance never goes up the ladder of the villages: it is with its focal persons."""


class NotYours(StepNotPossible):
    """It is another's, or nobody's yet; `name` is whose."""

    def __init__(self, name: str | None) -> None:
        super().__init__(f"it is with {name or 'nobody'}")
        self.name = name


class AlreadyYours(StepNotPossible):
    """Whoever has a grievance does not take it again."""


class DecidedBefore(StepNotPossible):
    """Whoever decided a grievance neither takes nor decides its appeal."""


class TooLateToAmend(StepNotPossible):
    """A decision is corrected for a short while only; after that the person asks for an appeal."""


class TooLateToPart(StepNotPossible):
    """Two complaints that were merged are parted for a short while only."""


class Follows(StepNotPossible):
    """It follows another, by its `reference`, and is answered with it."""

    def __init__(self, reference: str) -> None:
        super().__init__(f"it follows {reference}")
        self.reference = reference


class CallNotSafe(StepNotPossible):
    """The person did not say that a call is safe."""


class NobodyToTell(StepNotPossible):
    """The grievance has no telephone number."""


class WordsMissing(JigiError, ValueError):
    """This needs words, and there are none."""


class WordsTooLong(JigiError, ValueError):
    """Words of `length` letters where `most` are taken."""

    def __init__(self, length: int, most: int) -> None:
        super().__init__(f"{length} letters, {most} at the most")
        self.length = length
        self.most = most


Condition = Callable[[CaseFacts, Actor, datetime], JigiError | None]
"""What a step asks of a grievance and of whoever acts: why it is refused, or None."""


def levels(actor: Actor) -> tuple[Level, ...]:
    """The levels somebody works on; sensitive grievances are on no ladder."""
    return tuple(Level) if permissions.may(actor, Permission.READ_SENSITIVE) else REACHES[actor.scope_kind]


def untouched_before(now: datetime) -> datetime:
    """A grievance that was taken before this and not touched since is anybody's again."""
    return now - timedelta(minutes=in_force().desk_untouched_minutes)


def is_free(case: CaseFacts, now: datetime) -> bool:
    """Whether nobody has it, or whoever took it did nothing with it."""
    untouched = case.touched_at is not None and case.touched_at < untouched_before(now)
    return case.assigned_to is None or (case.state is GrievanceState.ASSIGNED and untouched)


def amendable_for() -> timedelta:
    """For so long a decision is corrected by whoever decided, or by a supervisor."""
    return timedelta(hours=in_force().grievance_amend_hours)


def _within_reach(case: CaseFacts, actor: Actor, _: datetime) -> NotAllowed | None:
    return None if case.level in levels(actor) else NotAllowed(case.level.value)


def _free(case: CaseFacts, actor: Actor, now: datetime) -> StepNotPossible | None:
    if case.assigned_to == actor.id:
        return AlreadyYours(case.reference)
    return None if is_free(case, now) else NotYours(case.holder)


def _held(case: CaseFacts, actor: Actor, _: datetime) -> StepNotPossible | None:
    return None if case.assigned_to == actor.id else NotYours(case.holder)


def _held_or_decided_or_led(case: CaseFacts, actor: Actor, _: datetime) -> StepNotPossible | None:
    own = actor.id in (case.assigned_to, case.decided_by)
    return None if own or permissions.may(actor, Permission.CLOSE_OF_OTHERS) else NotYours(case.holder)


def _held_or_tells(case: CaseFacts, actor: Actor, now: datetime) -> StepNotPossible | None:
    """Once it is decided, the call that tells it is noted by whoever may close it."""
    return (_held_or_decided_or_led if case.state in DECIDED else _held)(case, actor, now)


def _by_another(case: CaseFacts, actor: Actor, _: datetime) -> StepNotPossible | None:
    return DecidedBefore(case.reference) if case.appealed and case.decided_by == actor.id else None


def _just_decided(case: CaseFacts, _: Actor, now: datetime) -> StepNotPossible | None:
    fresh = case.decided_at is not None and now - case.decided_at <= amendable_for()
    return None if fresh else TooLateToAmend(case.reference)


def _has_number(case: CaseFacts, _: Actor, __: datetime) -> StepNotPossible | None:
    return NobodyToTell(case.reference) if case.msisdn is None else None


def _of_a_household(case: CaseFacts, _: Actor, __: datetime) -> StepNotPossible | None:
    return None if case.household_id is not None else StepNotPossible(f"{case.reference} is of no household")


def may_be_called(case: CaseFacts) -> bool:
    """Whether the person may be called: there is a number, and a call is safe where somebody else may answer it."""
    safe = case.sensitivity is not Sensitivity.SENSITIVE or case.call_safe is True
    return case.msisdn is not None and safe


def _call_is_safe(case: CaseFacts, _: Actor, __: datetime) -> StepNotPossible | None:
    return None if may_be_called(case) else CallNotSafe(case.reference)


def _on_the_ladder(case: CaseFacts, _: Actor, __: datetime) -> StepNotPossible | None:
    if case.sensitivity is Sensitivity.SENSITIVE:
        return SensitiveStaysPut(case.reference)
    return StepNotPossible(f"{case.reference} is at the top of the ladder") if case.level is TOP else None


def _not_appealed(case: CaseFacts, _: Actor, __: datetime) -> StepNotPossible | None:
    return StepNotPossible(f"{case.reference} cannot be reopened again") if case.appealed else None


def _decided_not_lapsed(case: CaseFacts, _: Actor, __: datetime) -> StepNotPossible | None:
    return StepNotPossible(f"{case.reference} was not decided: it goes on") if case.lapsed else None


def _lapsed(case: CaseFacts, _: Actor, __: datetime) -> StepNotPossible | None:
    return None if case.lapsed else StepNotPossible(f"{case.reference} was decided, or withdrawn")


def _open_to_all(case: CaseFacts, _: Actor, __: datetime) -> StepNotPossible | None:
    behind = case.sensitivity is Sensitivity.SENSITIVE
    return StepNotPossible(f"{case.reference} is with its focal persons") if behind else None


def _behind_the_wall(case: CaseFacts, _: Actor, __: datetime) -> StepNotPossible | None:
    behind = case.sensitivity is Sensitivity.SENSITIVE
    return None if behind else StepNotPossible(f"{case.reference} is with no focal person")


def _held_or_led(case: CaseFacts, actor: Actor, _: datetime) -> StepNotPossible | None:
    leads = permissions.may(actor, Permission.ASSIGN_GRIEVANCES)
    return None if leads or case.assigned_to == actor.id else NotYours(case.holder)


def free_or_led(case: CaseFacts, actor: Actor, now: datetime) -> StepNotPossible | None:
    """Why somebody has no say in a grievance that stands beside theirs: another holds it, and they lead nobody."""
    return None if is_free(case, now) else _held_or_led(case, actor, now)


def _just_merged(case: CaseFacts, _: Actor, now: datetime) -> StepNotPossible | None:
    if case.follows is None:
        return StepNotPossible(f"{case.reference} follows none")
    fresh = case.followed_at is not None and now - case.followed_at <= PARTABLE_FOR
    return None if fresh else TooLateToPart(case.reference)


Moves = dict[GrievanceState, frozenset[GrievanceState]]


def _to(states: frozenset[GrievanceState], *to: GrievanceState) -> Moves:
    return dict.fromkeys(states, frozenset(to))


def _staying(states: frozenset[GrievanceState]) -> Moves:
    return {state: frozenset({state}) for state in states}


@dataclass(frozen=True, slots=True)
class StepRule:
    """A step: from each state it is possible in to those it leads to, who is allowed it, and on which conditions.

    `worded` when it needs words, `read` when the person reads them.
    """

    moves: Moves
    conditions: tuple[Condition, ...] = ()
    permission: Permission = Permission.WORK_ON_GRIEVANCES
    worded: bool = False
    read: bool = False


_UNDER_WAY: Final = GrievanceState.IN_PROGRESS
_CALL: Final = StepRule(
    _to(OPEN, _UNDER_WAY)
    | {GrievanceState.WAITING: frozenset({_UNDER_WAY, GrievanceState.WAITING})}
    | _staying(DECIDED),
    (_held_or_tells, _has_number, _call_is_safe),
)

RULES: Final[Mapping[GrievanceStep, StepRule]] = {
    GrievanceStep.TAKE: StepRule(_to(OPEN, GrievanceState.ASSIGNED), (_by_another, _free, _within_reach)),
    GrievanceStep.ASSIGN: StepRule(_to(OPEN, GrievanceState.ASSIGNED), permission=Permission.ASSIGN_GRIEVANCES),
    GrievanceStep.NOTE: StepRule(
        _staying(frozenset(GrievanceState))
        | {state: frozenset({state, _UNDER_WAY}) for state in (GrievanceState.RECEIVED, GrievanceState.ASSIGNED)},
        worded=True,
    ),
    GrievanceStep.ASK: StepRule(_to(OPEN, GrievanceState.WAITING), (_held, _has_number), worded=True, read=True),
    GrievanceStep.DECIDE: StepRule(_to(OPEN, *DECISIONS), (_by_another, _held), worded=True, read=True),
    GrievanceStep.ESCALATE: StepRule(
        _staying(OPEN) | {GrievanceState.WAITING: frozenset({_UNDER_WAY})}, (_held, _on_the_ladder), worded=True
    ),
    GrievanceStep.REOPEN: StepRule(
        _to(DECIDED, GrievanceState.RECEIVED), (_decided_not_lapsed, _not_appealed), worded=True
    ),
    GrievanceStep.RESUME: StepRule(_to(frozenset({GrievanceState.CLOSED}), GrievanceState.RECEIVED), (_lapsed,)),
    GrievanceStep.CLOSE: StepRule(_to(frozenset(DECISIONS), GrievanceState.CLOSED), (_held_or_decided_or_led,)),
    GrievanceStep.REACH: _CALL,
    GrievanceStep.MISS: _CALL,
    GrievanceStep.RECLASSIFY: StepRule(_staying(OPEN), (_held_or_led,), worded=True),
    GrievanceStep.ENTRUST: StepRule(
        _to(frozenset(GrievanceState), GrievanceState.RECEIVED), (_open_to_all,), worded=True
    ),
    GrievanceStep.AMEND: StepRule(
        _to(frozenset(DECISIONS), *DECISIONS), (_held_or_decided_or_led, _just_decided), worded=True, read=True
    ),
    GrievanceStep.MERGE: StepRule(_staying(OPEN), (_open_to_all, _not_appealed, _held_or_led)),
    GrievanceStep.PART: StepRule(_staying(OPEN), (_just_merged,)),
    GrievanceStep.ATTACH: StepRule(_staying(OPEN)),
    GrievanceStep.DETACH: StepRule(_staying(OPEN), (_held_or_led,)),
    GrievanceStep.IDENTIFY: StepRule(_staying(frozenset(GrievanceState)), (_of_a_household,)),
    GrievanceStep.REFER: StepRule(_staying(OPEN), (_behind_the_wall, _held)),
    GrievanceStep.OUTCOME: StepRule(_staying(frozenset(GrievanceState)), (_behind_the_wall,)),
    GrievanceStep.RELEASE: StepRule(_to(OPEN, GrievanceState.RECEIVED), (_behind_the_wall, _held), worded=True),
}
"""Every step that somebody takes at the desk. The person themselves reopens too, on the line and without words."""


def may_be_reopened(state: GrievanceState, *, appealed: bool) -> bool:
    """Whether a person may have a grievance reopened as an appeal: once it is decided, and once only."""
    return state in RULES[GrievanceStep.REOPEN].moves and not appealed


def refusal(step: GrievanceStep, case: CaseFacts, actor: Actor, now: datetime) -> JigiError | None:
    """Why somebody may not take a step now, the first reason; None when they may."""
    rule = RULES[step]
    for permission in (rule.permission, WORKS_ON[case.sensitivity]):
        if not permissions.may(actor, permission):
            return NotAllowed(f"needs leave to {permission}")
    if case.follows is not None and step not in WHILE_FOLLOWING:
        return Follows(case.follows)
    if case.state not in rule.moves:
        return StepNotPossible(f"{case.reference} is {case.state}")
    return next((why for condition in rule.conditions if (why := condition(case, actor, now))), None)


def may(step: GrievanceStep, case: CaseFacts, actor: Actor, now: datetime) -> bool:
    """Whether somebody may take a step now."""
    return refusal(step, case, actor, now) is None


def steps_for(case: CaseFacts, actor: Actor, now: datetime) -> frozenset[GrievanceStep]:
    """The steps that somebody may take now."""
    return frozenset(step for step in RULES if may(step, case, actor, now))


def check_words(step: GrievanceStep, words: str, near: Sequence[str] = ()) -> None:
    """Raise for words that a step does not take.

    WordsMissing for none where it needs some, WordsTooLong; where the person reads them, what `check_answer` raises.
    """
    rule = RULES[step]
    if rule.worded and not words.strip():
        raise WordsMissing(step.value)
    most = LONGEST_ANSWER if rule.read else LONGEST_NOTE
    if len(words) > most:
        raise WordsTooLong(len(words), most)
    if rule.read:
        check_answer(words, near)


def check_answer(words: str, near: Sequence[str] = ()) -> None:
    """Raise for words that a person may not be shown; `near` are telephones that may stand in them (E.164).

    NotASafeText for what scams say, NoSuchPiece for a placeholder of nothing, NoRule for a character that no phone can
    show.
    """
    refuse_scams(words, near)
    refuse_strange_pieces(words, OWN_PIECES)
    if settings().alphabet == "gsm7":
        fold(words)
