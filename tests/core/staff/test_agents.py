"""Who works at the desk."""

from datetime import UTC, datetime

import pytest

from core.staff import administration
from core.staff.agents import Actor, LoginTaken, Role, Scope, ScopeNeedsPlace, UnknownAgent, actor_of, add_agent

pytestmark = pytest.mark.usefixtures("world")

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


async def test_somebody_who_works_here_acts_until_they_do_not() -> None:
    agent_id = await add_agent("adama", "Adama Koné", Role.AGENT, Scope.COMMUNE, "ML020201")
    assert await actor_of("adama") == Actor(agent_id, "Adama Koné", Role.AGENT, Scope.COMMUNE, "ML020201")
    assert await administration.disable(None, "adama", "left", NOW)
    assert not await administration.disable(None, "adama", "left", NOW)
    with pytest.raises(UnknownAgent, match="adama"):
        await actor_of("adama")


async def test_a_login_is_never_given_twice() -> None:
    await add_agent("mariam", "Mariam Sidibé", Role.AGENT)
    await administration.disable(None, "mariam", "left", NOW)
    for again in ("mariam", "Mariam"):
        with pytest.raises(LoginTaken):
            await add_agent(again, "Mariam Cissé", Role.AGENT)


async def test_nobody_is_disabled_who_is_not_there() -> None:
    with pytest.raises(UnknownAgent):
        await administration.disable(None, "nobody", "left", NOW)


@pytest.mark.parametrize(("scope", "code"), [(Scope.CERCLE, None), (Scope.NATIONAL, "ML01")])
async def test_a_scope_has_its_place_and_the_country_has_none(scope: Scope, code: str | None) -> None:
    with pytest.raises(ScopeNeedsPlace):
        await add_agent("mariam", "Mariam Sidibé", Role.AGENT, scope, code)
