"""The desk of the demonstration: invented people who work there, and grievances of every kind for them to answer."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Final

from sqlalchemy import update
from sqlmodel import col

from core.call_requests import requests
from core.grievances.calendar import add_working_days
from core.grievances.filing import Filing, file
from core.grievances.secrecy import kept
from core.grievances.subjects import CATEGORIES, Category, is_sensitive, keeps_least
from core.grievances.vocabulary import DECIDED, TOP, Channel, GrievanceState, GrievanceStep, Level
from core.platform import sql
from core.platform.database import writing
from core.schema import identity
from core.schema.identity import DatabaseKind
from core.staff import sign_in
from core.staff.agents import Agent, LoginTaken, Role, Scope, actor_of, add_agent
from core.text.languages import Language
from demo.callers import DEMO_CALLERS
from demo.names import head_name

PASSWORD: Final = "jigi-demo-2026"  # noqa: S105 - it is printed for everybody
"""The password of everybody in the demonstration."""


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """Somebody to sign in as; `where` is a region's P-code."""

    login: str
    name: str
    role: Role
    shown: str
    where: str | None = None
    watches_focal: bool = False


PEOPLE: Final = (
    DemoPerson("mariam", "Mariam", Role.AGENT, "agent, tout le pays"),
    DemoPerson("adama", "Adama", Role.AGENT, "agent de la région de Koulikoro", "ML02"),
    DemoPerson("awa", "Awa", Role.SUPERVISOR, "superviseur"),
    DemoPerson("moussa", "Moussa", Role.SUPERVISOR, "superviseur"),
    DemoPerson("fanta", "Fanta", Role.SUPERVISOR, "superviseur qui veille sur les points focaux", watches_focal=True),
    DemoPerson("kadi", "Kadi", Role.FOCAL, "point focal, plaintes sensibles"),
    DemoPerson("admin", "Admin", Role.ADMINISTRATOR, "administrateur"),
)

GRIEVANCES: Final = 200
CALLS: Final = 8
OLDEST_DAYS: Final = 70
WORDS: Final = (
    "Mon nom n'était pas sur la liste du jour.",
    "L'agence a dit de revenir, deux fois déjà.",
    "Le jour est passé et personne ne nous a prévenus.",
    "La carte est restée chez l'ancien chef de village.",
    "On a donné moins que les autres fois.",
    None,
    None,
)
ANSWERS: Final = (
    "Votre nom est maintenant sur la liste de l'agence. Venez au prochain jour de paiement avec votre carte.",
    "Votre argent est à l'agence. Vous pouvez le prendre avec votre carte.",
    "Votre numéro est corrigé. Vous recevrez les prochains SMS.",
)
REFUSAL: Final = "Le relevé du village montre que le ménage a bien été payé ce jour-là."
WEIGHTS: Final = {
    Category.PAYMENT: 9, Category.PHONE: 4, Category.DATA: 4, Category.EXCLUSION: 3, Category.INCLUSION: 1,
    Category.CONDUCT: 1, Category.ABUSE: 1, Category.OTHER: 2,
}  # fmt: skip

FORGET: Final = "DELETE FROM grievance WHERE filing_key LIKE 'desk demo %%'"
FORGET_CALLS: Final = "DELETE FROM callback_request WHERE key LIKE 'desk demo %%'"
FAMILIES: Final = """
SELECT household.id, head_name, village, msisdn FROM household
JOIN household_phone ON household_id = household.id AND position = 1
ORDER BY msisdn = ANY (CAST(%(phones)s AS text[])), household_no DESC LIMIT %(count)s
"""
"""Those that a demonstration phone stands for come last: each is to show its own situation."""
MOVE: Final = """
UPDATE grievance SET state = %(state)s, level = %(level)s, answer = %(answer)s, name = %(name)s, sex = %(sex)s,
    village = %(village)s, assigned_to = %(agent)s, filed_by = %(filed_by)s, assigned_at = %(assigned_at)s,
    touched_at = %(touched_at)s, waiting_since = %(waiting_since)s, first_answered_at = %(first)s,
    decided_at = %(decided_at)s, decided_by = CASE WHEN %(decided)s THEN CAST(%(agent)s AS integer) END,
    escalated_at = %(escalated_at)s, solved = %(solved)s
WHERE reference = %(reference)s RETURNING id
"""
STEP: Final = """
INSERT INTO grievance_event (grievance_id, at, kind, from_state, to_state, agent_id, told)
VALUES (%(id)s, %(at)s, %(kind)s, %(from_state)s, %(to_state)s, %(agent)s, %(told)s)
"""


@dataclass(frozen=True, slots=True)
class Family:
    """A household that complains or asks for a call, at its first phone."""

    id: int
    head_name: str
    village: str | None
    msisdn: str


async def people(now: datetime) -> None:
    """Let the invented people work here, all with the same password; a login that is there is left as it is.

    Raises OtherKind on a programme's own database.
    """
    await identity.become(DatabaseKind.DEMO)
    for person in PEOPLE:
        with suppress(LoginTaken):
            await _let_in(person, now)


async def _let_in(person: DemoPerson, now: datetime) -> None:
    """Add one, in one transaction: nobody stands there without a password. Raises LoginTaken."""
    scope = Scope.REGION if person.where else Scope.NATIONAL
    async with writing() as session:
        await add_agent(person.login, person.name, person.role, scope, person.where)
        agent_id = (await actor_of(person.login)).id
        if person.watches_focal:
            await session.exec(update(Agent).where(col(Agent.id) == agent_id).values(watches_focal=True))
        await sign_in.give_password(agent_id, now, password=PASSWORD)


async def grievances_and_calls(now: datetime, count: int = GRIEVANCES) -> None:
    """File invented grievances of every category, state, place and age, and ask for calls; an earlier lot goes.

    Raises OtherKind on a programme's own database.
    """
    await identity.become(DatabaseKind.DEMO)
    draw = Random("jigi desk")  # noqa: S311 - an invented world, the same each time
    agents = {person.role: (await actor_of(person.login)).id for person in reversed(PEOPLE)}
    async with writing():
        await sql.execute(FORGET)
        await sql.execute(FORGET_CALLS)
        families = await sql.rows(
            Family, FAMILIES, {"count": count, "phones": [caller.msisdn for caller in DEMO_CALLERS]}
        )
        if not families:
            return
        for number in range(count):
            await _file(number, families[number % len(families)], now, draw, agents)
        for number in range(CALLS):
            await _ask(number, families[-1 - number % len(families)], now, draw)


async def _file(number: int, family: Family, now: datetime, draw: Random, agents: dict[Role, int]) -> None:
    """File one, and bring it as far as it is by now."""
    category = draw.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]
    subcategory = draw.choice(CATEGORIES[category].subcategories)
    sensitive = is_sensitive(category)
    days = int(OLDEST_DAYS * draw.random() ** 2)
    at = _office_hours(now.date() - timedelta(days=days), draw, now)
    at_desk = draw.random() < 0.25
    anonymous = draw.random() < (0.5 if sensitive else 0.05)
    filing = Filing(
        key=f"desk demo {number}",
        msisdn=family.msisdn,
        household_id=family.id,
        category=category,
        subcategory=subcategory,
        words=None if sensitive else draw.choice(WORDS),
        anonymous=anonymous,
        call_back=draw.random() < 0.2,
        call_safe=draw.random() < 0.5 if sensitive else None,
        sms_safe=False if sensitive else None,
        language=draw.choice(tuple(Language)),
        channel=draw.choice((Channel.CALL, Channel.DESK, Channel.REGISTER)) if at_desk else Channel.USSD,
    )
    filed = await file(filing, at)
    state = _state(days, draw)
    steps = _steps(state, at, now, draw)
    agent = agents[Role.FOCAL if sensitive else Role.AGENT if draw.random() < 0.7 else Role.SUPERVISOR]
    decided = state in DECIDED
    escalated = not sensitive and draw.random() < 0.12 and not decided and days > 6
    named = not anonymous and not keeps_least(category)
    moments = dict(steps)
    values = {
        "reference": filed.reference,
        "state": state.value,
        "level": (TOP if sensitive else Level.COMMUNE if escalated else Level.VILLAGE).value,
        "answer": kept(_answer(state, draw) if decided else None, filed.reference, sensitive=sensitive),
        "name": (family.head_name if draw.random() < 0.8 else head_name(draw)) if named and at_desk else None,
        "sex": draw.choice("FFM") if at_desk and not keeps_least(category) else None,
        "village": family.village if named and at_desk else None,
        "agent": agent if steps else None,
        "filed_by": agents[Role.AGENT] if at_desk else None,
        "assigned_at": moments.get(GrievanceStep.TAKE),
        "touched_at": steps[-1][1] if steps else None,
        "waiting_since": moments.get(GrievanceStep.ASK),
        "first": moments.get(GrievanceStep.ASK) or moments.get(GrievanceStep.DECIDE),
        "decided_at": moments.get(GrievanceStep.DECIDE),
        "decided": decided,
        "solved": draw.random() < 0.75 if decided and not sensitive and draw.random() < 0.4 else None,
        "escalated_at": steps[-1][1] if escalated and steps else None,
    }
    async with writing():
        grievance_id = await sql.scalar(MOVE, values)
        before = GrievanceState.RECEIVED
        for kind, moment in steps:
            after = _after(kind, state)
            await sql.execute(
                STEP,
                {
                    "id": grievance_id, "at": moment, "kind": kind.value, "from_state": before.value,
                    "to_state": after.value, "agent": agent,
                    "told": kind in (GrievanceStep.ASK, GrievanceStep.DECIDE) and not sensitive,
                },
            )  # fmt: skip
            before = after


def _state(days: int, draw: Random) -> GrievanceState:
    """How far a grievance of some age is: most old ones are decided."""
    if days > 12 and draw.random() < 0.9:
        ends = (GrievanceState.RESOLVED, GrievanceState.REJECTED, GrievanceState.CLOSED)
        return draw.choices(ends, (7, 2, 3))[0]
    kinds = (
        GrievanceState.RECEIVED, GrievanceState.ASSIGNED, GrievanceState.IN_PROGRESS, GrievanceState.WAITING,
        GrievanceState.RESOLVED, GrievanceState.REJECTED,
    )  # fmt: skip
    return draw.choices(kinds, (5, 2, 3, 2, 3, 1))[0]


def _steps(state: GrievanceState, at: datetime, now: datetime, draw: Random) -> list[tuple[GrievanceStep, datetime]]:
    """The steps that led there and when: taken, worked on or asked about, decided, closed."""
    kinds = {
        GrievanceState.RECEIVED: (),
        GrievanceState.ASSIGNED: (GrievanceStep.TAKE,),
        GrievanceState.IN_PROGRESS: (GrievanceStep.TAKE, GrievanceStep.NOTE),
        GrievanceState.WAITING: (GrievanceStep.TAKE, GrievanceStep.ASK),
        GrievanceState.CLOSED: (GrievanceStep.TAKE, GrievanceStep.DECIDE, GrievanceStep.CLOSE),
    }.get(state, (GrievanceStep.TAKE, GrievanceStep.DECIDE))
    steps: list[tuple[GrievanceStep, datetime]] = []
    moment = at
    for kind in kinds:
        later = add_working_days(moment.date(), draw.choice((0, 0, 1, 1, 2, 3)))
        moment = max(moment + timedelta(minutes=5), datetime.combine(later, time(draw.randint(8, 15)), UTC))
        moment = min(moment, now - timedelta(minutes=len(kinds) - len(steps)))
        steps.append((kind, max(moment, at)))
    return steps


def _after(kind: GrievanceStep, state: GrievanceState) -> GrievanceState:
    match kind:
        case GrievanceStep.TAKE:
            return GrievanceState.ASSIGNED
        case GrievanceStep.NOTE:
            return GrievanceState.IN_PROGRESS
        case GrievanceStep.ASK:
            return GrievanceState.WAITING
        case GrievanceStep.CLOSE:
            return GrievanceState.CLOSED
    return GrievanceState.RESOLVED if state is GrievanceState.CLOSED else state


def _answer(state: GrievanceState, draw: Random) -> str:
    return REFUSAL if state is GrievanceState.REJECTED else draw.choice(ANSWERS)


def _office_hours(day: date, draw: Random, now: datetime) -> datetime:
    moment = datetime.combine(day, time(draw.randint(7, 17), draw.randint(0, 59)), UTC)
    return min(moment, now - timedelta(hours=1))


async def _ask(number: int, family: Family, now: datetime, draw: Random) -> None:
    await requests.ask_call(
        f"desk demo {number}",
        family.msisdn,
        draw.choice(tuple(Language)),
        family.id if number % 4 != 3 else None,
        now - timedelta(hours=2 + 5 * number),
    )


def logins() -> Sequence[tuple[str, str]]:
    """Who can sign in, and as what."""
    return tuple((person.login, person.shown) for person in PEOPLE)
