"""Changing a setting at the desk: read as the operator's are, at once or once somebody else agreed, and on record."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any, Final

from core.numbers.msisdn import BadNumber, parse
from core.platform import sql
from core.platform.database import DatabaseTask, goes_by, writing
from core.platform.errors import JigiError
from core.platform.settings import settings
from core.platform.settings.in_force import parsed, put_in_force
from core.programme.models import TOLD_TO_PEOPLE, ProgrammeSettingName, SettingState
from core.staff import audit
from core.staff.acts import Act
from core.staff.agents import Actor
from core.staff.permissions import NotAllowed, Permission, must
from core.text.folding import NoRule, fold

LONGEST_DELAY: Final = 60
LONGEST_REST: Final = 7 * 24 * 60
LONGEST_AMEND: Final = 7 * 24
LONGEST_SILENCE: Final = 90
LONGEST_EVENT: Final = 24
MOST_PHONES: Final = 2
LONGEST_ADDRESS: Final = 60
"""Screens of the line are proven with contacts no longer than these."""


class NoSuchValue(JigiError, ValueError):
    """A setting cannot be this; `in_french` says why, to who typed it."""

    def __init__(self, in_french: str) -> None:
        super().__init__(in_french)
        self.in_french = in_french


class NotProposedAnyMore(JigiError, ValueError):
    """Nothing is proposed under this number: it was decided already."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A value that waits for somebody else, by whom and since when."""

    id: int
    value: str
    proposed_by: int
    agent: str
    proposed_at: datetime


@dataclass(frozen=True, slots=True)
class SettingStanding:
    """A setting, its value as it is in force, and what is proposed instead."""

    name: ProgrammeSettingName
    value: str
    proposal: Proposal | None


@dataclass(frozen=True, slots=True)
class _Value:
    id: int
    name: ProgrammeSettingName
    value: str
    state: SettingState
    proposed_by: int
    agent: str
    proposed_at: datetime


VALUES: Final = f"""
SELECT programme_setting.id, programme_setting.name, value, state, proposed_by, agent.name AS agent, proposed_at
FROM programme_setting JOIN agent ON agent.id = proposed_by
WHERE state IN ('{SettingState.PROPOSED}', '{SettingState.IN_FORCE}')
"""  # noqa: S608 - our own words
IN_FORCE: Final = f"SELECT name, value FROM programme_setting WHERE state = '{SettingState.IN_FORCE}'"  # noqa: S608
ADD: Final = """
INSERT INTO programme_setting (name, value, state, proposed_by, proposed_at)
VALUES (%(name)s, %(value)s, %(state)s, %(by)s, %(now)s)
"""
DISMISS: Final = f"""
UPDATE programme_setting SET state = '{SettingState.DISMISSED}', decided_by = %(by)s, decided_at = %(now)s
WHERE name = %(name)s AND state = '{SettingState.PROPOSED}'
"""  # noqa: S608
PASS: Final = f"""
UPDATE programme_setting SET state = '{SettingState.PAST}' WHERE name = %(name)s AND state = '{SettingState.IN_FORCE}'
"""  # noqa: S608
APPROVE: Final = f"""
UPDATE programme_setting SET state = '{SettingState.IN_FORCE}', decided_by = %(by)s, decided_at = %(now)s
WHERE id = %(id)s
"""  # noqa: S608
PROPOSED: Final = (
    f"{VALUES} AND programme_setting.id = %(id)s AND state = '{SettingState.PROPOSED}' FOR UPDATE OF programme_setting"
)


async def standing() -> Sequence[SettingStanding]:
    """Every setting that is changed at the desk."""
    rows = await sql.rows(_Value, VALUES)
    values = {row.name: row.value for row in rows if row.state is SettingState.IN_FORCE}
    proposals = {
        row.name: Proposal(row.id, row.value, row.proposed_by, row.agent, row.proposed_at)
        for row in rows
        if row.state is SettingState.PROPOSED
    }
    return [
        SettingStanding(name, values.get(name, _of_the_operator(name)), proposals.get(name))
        for name in ProgrammeSettingName
    ]


async def propose(actor: Actor, name: ProgrammeSettingName, text: str, now: datetime) -> SettingState:
    """Give a setting a value: in force at once, or proposed where people are told it; give which.

    Raises NotAllowed, and NoSuchValue for what it cannot be.
    """
    must(actor, Permission.KEEP_SETTINGS)
    check(name, text)
    state = SettingState.PROPOSED if name in TOLD_TO_PEOPLE else SettingState.IN_FORCE
    values = {"name": name.value, "value": text, "state": state.value, "by": actor.id, "now": now}
    async with writing():
        await sql.execute(DISMISS, values)
        if state is SettingState.IN_FORCE:
            await sql.execute(PASS, values)
        await sql.execute(ADD, values)
        await audit.record(
            actor.id, Act.SETTING_PROPOSED, f"setting {name.value}", now, {"value": text, "state": state.value}
        )
    return state


async def decide(actor: Actor, proposal: int, now: datetime, *, approve: bool) -> ProgrammeSettingName:
    """Put what somebody else proposed in force, or dismiss it; who proposed it may dismiss it too.

    Raises NotAllowed, also for who approves a proposal of their own, and NotProposedAnyMore.
    """
    must(actor, Permission.KEEP_SETTINGS)
    async with writing():
        row = await sql.row(_Value, PROPOSED, {"id": proposal})
        if row is None:
            raise NotProposedAnyMore(str(proposal))
        if approve and row.proposed_by == actor.id:
            raise NotAllowed("who proposed a setting does not approve it")
        values = {"id": row.id, "name": row.name.value, "by": actor.id, "now": now}
        if approve:
            await sql.execute(PASS, values)
            await sql.execute(APPROVE, values)
        else:
            await sql.execute(DISMISS, values)
        act = Act.SETTING_APPROVED if approve else Act.SETTING_DISMISSED
        await audit.record(actor.id, act, f"setting {row.name.value}", now, {"value": row.value})
    return row.name


@dataclass(frozen=True, slots=True)
class _InForce:
    name: ProgrammeSettingName
    value: str


@goes_by(DatabaseTask.LINE)
async def take() -> None:
    """Let what is in force hold in this process."""
    put_in_force({row.name.value: row.value for row in await sql.rows(_InForce, IN_FORCE)})


def check(name: ProgrammeSettingName, text: str) -> None:
    """Raise NoSuchValue for what a setting cannot be."""
    try:
        value = parsed(name.value, text)
    except ValueError:
        raise NoSuchValue(CHECKS[name][0]) from None
    if not CHECKS[name][1](value):
        raise NoSuchValue(CHECKS[name][0])


def _delays(value: Any) -> bool:
    first_answer, decision = value
    return bool(0 < first_answer <= decision <= LONGEST_DELAY)


def _phones(value: Any) -> bool:
    try:
        return 0 < len({parse(phone) for phone in value}) == len(value) <= MOST_PHONES
    except BadNumber:
        return False


def _address(value: Any) -> bool:
    try:
        return len(fold(value)) <= LONGEST_ADDRESS and not any(
            sign in value.casefold() for sign in ("http", "www", "@")
        )
    except NoRule:
        return False


_DELAYS: Final = (
    f"Jours ouvrables, de 1 à {LONGEST_DELAY} : pour la première réponse et pour la décision, la décision pas avant.",
    _delays,
)
_OR_NEVER: Final = (
    f"Un nombre de jours, {LONGEST_SILENCE} au plus. 0 : jamais de soi-même.",
    lambda value: value <= LONGEST_SILENCE,
)
_DAYS: Final = (
    f"Un nombre de jours, de 1 à {LONGEST_SILENCE}.",
    lambda value: value <= LONGEST_SILENCE,
)
CHECKS: Final[Mapping[ProgrammeSettingName, tuple[str, Callable[[Any], bool]]]] = {
    ProgrammeSettingName.ORDINARY: _DELAYS,
    ProgrammeSettingName.SPECIAL: _DELAYS,
    ProgrammeSettingName.CONDUCT: _DELAYS,
    ProgrammeSettingName.ABUSE: _DELAYS,
    ProgrammeSettingName.UNTOUCHED: (
        "Un nombre de minutes, d'une semaine au plus.",
        lambda value: 5 <= value <= LONGEST_REST,
    ),
    ProgrammeSettingName.AMEND: (
        f"Un nombre d'heures, de 1 à {LONGEST_AMEND} (une semaine).",
        lambda value: value <= LONGEST_AMEND,
    ),
    ProgrammeSettingName.SILENT: _DAYS,
    ProgrammeSettingName.REMINDER: _OR_NEVER,
    ProgrammeSettingName.LAPSE: _OR_NEVER,
    ProgrammeSettingName.PAYMENT_REPLY: _DAYS,
    ProgrammeSettingName.EVENT: (
        f"Un nombre d'heures, de 1 à {LONGEST_EVENT}.",
        lambda value: value <= LONGEST_EVENT,
    ),
    ProgrammeSettingName.PHONES: (
        f"Un numéro du Mali, ou {MOST_PHONES}.",
        _phones,
    ),
    ProgrammeSettingName.ADDRESS: (
        f"{LONGEST_ADDRESS} lettres au plus, que tout téléphone montre, sans adresse d'internet.",
        _address,
    ),
    ProgrammeSettingName.HOURS: ("Les deux heures, ou aucune : elles ne sont alors pas dites.", lambda _: True),
}
"""What each can be, said to who types it, and whether a value is that."""


def _of_the_operator(name: ProgrammeSettingName) -> str:
    """The value of the environment, as it is written there."""
    value = getattr(settings(), name.value)
    if not isinstance(value, tuple):
        return str(value)
    return ",".join(f"{each:%H:%M}" if isinstance(each, time) else str(each) for each in value)
