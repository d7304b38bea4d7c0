"""Somebody comes in by the provider's word: they are made or changed as it says, and a session is opened.

Who was kept out at the desk stays out, whatever the provider says.
"""

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from prometheus_client import Counter

from core.platform import sql
from core.platform.database import DatabaseTask, goes_by, writing
from core.platform.locks import Lock
from core.platform.settings import Settings
from core.staff import agents, audit, passwords, sign_in, tries
from core.staff.acts import Act
from core.staff.administration import Duties
from core.staff.agents import Role, Scope
from core.staff.credentials import DeskSession, hash_of
from core.staff.metrics import SIGN_INS
from core.staff.provider.claims import Claimed, claimed
from core.staff.provider.faults import ProviderFault, ProviderRefusal
from core.staff.provider.identity import AgentIdentity
from core.staff.provider.protocol import Attempt, Provider
from core.staff.sign_in import Ending
from core.text.words import DESK, label

WHY: Final = "service des comptes"
SEED: Final = re.compile(r"[A-Za-z0-9_-]{20,80}")
REFUSED: Final = Counter(
    "jigi_desk_provider_refusals", "People whom the provider's word did not let in, by why", ["why"]
)


@dataclass(frozen=True, slots=True)
class _Known:
    """An agent, locked to the end of the transaction; `sub` is the provider's word for them, if it has one."""

    id: int
    login: str
    name: str
    role: Role
    scope_kind: Scope
    scope_code: str | None
    watches_focal: bool
    disabled_at: datetime | None
    sub: str | None


KNOWN: Final = """
SELECT agent.id, login, name, role, scope_kind, scope_code, watches_focal, disabled_at, sub
FROM agent LEFT JOIN agent_identity ON agent_id = agent.id
"""
BY_SUB: Final = f"{KNOWN} WHERE issuer = %(issuer)s AND sub = %(sub)s FOR UPDATE OF agent"
BY_LOGIN: Final = f"{KNOWN} WHERE lower(login) = lower(%(login)s) FOR UPDATE OF agent"
ONE_AT_A_TIME: Final = "SELECT pg_advisory_xact_lock(%(lock)s)"
UNGUESSABLE: Final = """
INSERT INTO agent_credential (agent_id, password_hash, must_change, failures, set_at)
VALUES (%(agent_id)s, %(password_hash)s, false, 0, %(now)s) ON CONFLICT (agent_id) DO NOTHING
"""
CHANGE: Final = """
UPDATE agent SET name = %(name)s, role = %(role)s, scope_kind = %(scope_kind)s, scope_code = %(scope_code)s,
    watches_focal = %(watches_focal)s WHERE id = %(id)s
"""
END: Final = """
UPDATE desk_session SET ended_at = %(now)s, why_ended = %(why)s WHERE ended_at IS NULL AND provider_sid IS NOT NULL
    AND (provider_sid = %(sid)s OR CAST(%(sid)s AS varchar) IS NULL AND agent_id IN (
        SELECT agent_id FROM agent_identity WHERE issuer = %(issuer)s AND sub = %(sub)s))
"""


@goes_by(DatabaseTask.SIGN_IN)
async def come_back(
    provider: Provider, seed: str, given: Mapping[str, str], now: datetime, settings: Settings, source: str
) -> str:
    """Let in who comes back from the provider with this, by the word that only their browser has; tries are counted.

    Gives the word for their cookie. Raises ProviderRefusal, LockedOut and TooManyAtOnce.
    """
    counted = await tries.count(f"provider {source}", source, now, settings)
    try:
        if SEED.fullmatch(seed) is None:
            raise ProviderRefusal(ProviderFault.STATE)
        token = await enter(await provider.claims(Attempt(seed), given, now), now, settings, source)
    except ProviderRefusal as refusal:
        if refusal.fault is ProviderFault.AWAY:
            await tries.was_good(counted)
        raise
    await tries.was_good(counted)
    return token


@goes_by(DatabaseTask.SIGN_IN)
async def enter(claims: dict[str, Any], now: datetime, settings: Settings, source: str = "") -> str:
    """Open a session for whom these claims speak of, and give the word for their cookie. Raises ProviderRefusal."""
    person = await claimed(claims, settings)
    if person.login.lower() == settings.oidc_local_login.lower():
        raise ProviderRefusal(ProviderFault.TAKEN)
    unguessable = "" if await _is_known(person, settings) else await passwords.hashed(secrets.token_urlsafe(32))
    token = secrets.token_urlsafe(32)
    async with writing() as session:
        await sql.execute(ONE_AT_A_TIME, {"lock": int(Lock.SIGN_IN)})
        agent_id = await _as_claimed(person, now, settings)
        if unguessable:
            await sql.execute(UNGUESSABLE, {"agent_id": agent_id, "password_hash": unguessable, "now": now})
        session.add(
            DeskSession(
                token_hash=hash_of(token),
                agent_id=agent_id,
                created_at=now,
                seen_at=now,
                verified_at=now if person.has_second_factor else None,
                source=source or None,
                provider_sid=person.sid,
            )
        )
        await audit.record(agent_id, Act.SIGNED_IN, None, now, {"by": WHY})
    SIGN_INS.labels(Act.SIGNED_IN.value).inc()
    return token


@goes_by(DatabaseTask.SIGN_IN)
async def refuse(refusal: ProviderRefusal, now: datetime) -> str:
    """Enter in the trail that somebody was not let in, count it, and give the sentence that says why."""
    words = not_begun(refusal)
    await audit.record(refusal.agent_id, Act.SIGN_IN_FAILED, None, now, {"by": WHY, "why": words})
    SIGN_INS.labels(Act.SIGN_IN_FAILED.value).inc()
    return words


def not_begun(refusal: ProviderRefusal) -> str:
    """Count that nobody could be sent to the provider, who tried nothing yet, and give the sentence that says why."""
    REFUSED.labels(refusal.fault.value).inc()
    return label(refusal.fault, DESK)


@goes_by(DatabaseTask.SIGN_IN)
async def end_of(claims: dict[str, Any], now: datetime, settings: Settings) -> int:
    """End the sessions that the provider says are over: one of its own, or all of a person; how many they were."""
    sid, sub = claims.get("sid"), claims.get("sub")
    if not isinstance(sid, str) and not isinstance(sub, str):
        raise ProviderRefusal(ProviderFault.TOKEN)
    values = {"sid": sid or None, "sub": sub, "issuer": settings.oidc_issuer}
    return await sql.execute(END, {**values, "now": now, "why": Ending.PROVIDER.value})


IS_KNOWN: Final = """
SELECT EXISTS (SELECT FROM agent_identity JOIN agent_credential USING (agent_id)
    WHERE issuer = %(issuer)s AND sub = %(sub)s)
"""


async def _is_known(person: Claimed, settings: Settings) -> bool:
    """Whether they were in before, and have something in the place of a password."""
    return bool(await sql.scalar(IS_KNOWN, {"issuer": settings.oidc_issuer, "sub": person.sub}))


async def _as_claimed(person: Claimed, now: datetime, settings: Settings) -> int:
    """The agent that this is, made or changed as the provider says."""
    values = {"issuer": settings.oidc_issuer, "sub": person.sub, "login": person.login}
    agent = await sql.row(_Known, BY_SUB, values)
    if agent is None:
        agent = await sql.row(_Known, BY_LOGIN, values)
        if agent is None:
            return await _added(person, now, settings)
        if agent.sub is not None:
            raise ProviderRefusal(ProviderFault.TAKEN, agent.id)
        if agent.disabled_at is None:
            await _bind(agent.id, person, now, settings)
            await audit.record(None, Act.PERSON_CHANGED, f"agent {agent.login}", now, {"by": WHY})
    if agent.disabled_at is not None:
        raise ProviderRefusal(ProviderFault.DISABLED, agent.id)
    await _change(agent, person, now)
    return agent.id


async def _added(person: Claimed, now: datetime, settings: Settings) -> int:
    duties = person.duties
    agent_id = await agents.add_agent(person.login, person.name, duties.role, duties.scope_kind, duties.scope_code)
    await _bind(agent_id, person, now, settings)
    detail = {"after": duties.kept(), "why": WHY}
    await audit.record(None, Act.PERSON_ADDED, f"agent {person.login}", now, detail)
    return agent_id


async def _bind(agent_id: int, person: Claimed, now: datetime, settings: Settings) -> None:
    async with writing() as session:
        issuer = settings.oidc_issuer
        session.add(AgentIdentity(agent_id=agent_id, issuer=issuer, sub=person.sub, bound_at=now))


async def _change(agent: _Known, person: Claimed, now: datetime) -> None:
    """Give somebody the role and place that the provider says; whether a supervisor watches is the desk's to say."""
    duties = person.duties
    before = Duties(agent.role, agent.scope_kind, agent.scope_code, agent.watches_focal).kept()
    after = Duties(duties.role, duties.scope_kind, duties.scope_code, agent.watches_focal).kept()
    if (before, agent.name) != (after, person.name):
        await sql.execute(CHANGE, {**after, "name": person.name, "id": agent.id})
    if before != after:
        await sign_in.end_sessions(agent.id, Ending.DUTIES, now)
        detail = {"before": before, "after": after, "why": WHY}
        await audit.record(None, Act.PERSON_CHANGED, f"agent {agent.login}", now, detail)
