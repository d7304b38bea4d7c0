"""Who works at the desk."""

from datetime import UTC, datetime, timedelta

import pytest

from core.staff.agents import AgentCard, LoginTakenError, Role, Scope, add_agent, agents, disable_agent

pytestmark = pytest.mark.usefixtures("world")

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


async def test_agents_are_added_listed_and_disabled() -> None:
    await add_agent("mariam", "Mariam Sidibé", Role.SUPERVISOR)
    await add_agent("adama", "Adama Koné", Role.AGENT, Scope.COMMUNE, "ML020201")

    assert await disable_agent("adama", NOW)
    assert await disable_agent("adama", NOW + timedelta(days=1))
    assert await agents() == (
        AgentCard("adama", "Adama Koné", Role.AGENT, Scope.COMMUNE, "ML020201", NOW),
        AgentCard("mariam", "Mariam Sidibé", Role.SUPERVISOR, Scope.NATIONAL, None, None),
    )


async def test_a_login_is_never_given_twice() -> None:
    await add_agent("mariam", "Mariam Sidibé", Role.AGENT)
    await disable_agent("mariam", NOW)
    with pytest.raises(LoginTakenError):
        await add_agent("mariam", "Mariam Cissé", Role.AGENT)


async def test_nobody_is_disabled_who_is_not_there() -> None:
    assert not await disable_agent("nobody", NOW)


@pytest.mark.parametrize(("scope", "code"), [(Scope.CERCLE, None), (Scope.NATIONAL, "ML01")])
async def test_a_scope_has_its_place_and_the_country_has_none(scope: Scope, code: str | None) -> None:
    with pytest.raises(ValueError, match="P-code"):
        await add_agent("mariam", "Mariam Sidibé", Role.AGENT, scope, code)
