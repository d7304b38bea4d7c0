"""One sign-in: who comes by the provider's word gets what it says and no more, and one that lies lets nobody in."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from pydantic import SecretStr
from starlette.applications import Starlette

from core.platform.settings import Settings, WrongSetting
from core.staff import administration
from core.staff.agents import Role, Scope, add_agent
from core.staff.provider.fitness import must_be_whole
from core.staff.provider.protocol import ENDED_EVENT
from core.staff.sign_in import give_password
from tests.core.seed import SAFO
from tests.desk.browser import PASSWORD, Browser, seen
from tests.desk.trail import trail
from tests.sms.campaign_world import Watch
from tests.support.database import query, scalar
from tests.support.provider import CLIENT, DESK, KEYS, SECRET, StandInProvider, standing_in

MARIAM = {"preferred_username": "mariam", "name": "Mariam Keïta", "acr": "gold",
          "realm_access": {"roles": ["offline_access", "jigi-agent"]}, "jigi_place": SAFO}  # fmt: skip
ROLES = {"jigi-agent": "agent", "jigi-chef": "supervisor", "jigi-admin": "administrator"}
UNSURE = "n'est pas sûre"


@pytest.fixture
async def provider(watch: Watch) -> AsyncIterator[StandInProvider]:
    """A provider that knows Mariam, an agent of Safo."""
    async with standing_in(lambda: watch.now.timestamp()) as provider:
        provider.person = dict(MARIAM)
        yield provider


@pytest.fixture
def desk_settings(plain_settings: Settings, provider: StandInProvider) -> Settings:
    """A desk where people sign in by the provider, and the first administrator by a password too."""
    return plain_settings.model_copy(
        update={
            "desk_totp": True, "oidc_issuer": provider.issuer, "oidc_client_id": CLIENT, "oidc_desk_url": DESK,
            "oidc_client_secret": SecretStr(SECRET), "oidc_roles": ROLES, "oidc_role_claim": "realm_access.roles",
            "oidc_second_factor": ("gold", "mfa"), "oidc_local_login": "admin",
        }
    )  # fmt: skip


async def begun(browser: Browser, provider: StandInProvider) -> dict[str, str]:
    """What a browser brings back from the provider."""
    there = await browser.http.get("/desk/login/provider", params={"next": "/desk/account"})
    assert there.status_code == 303, seen(there)
    return provider.comes_back(there.headers["location"])


async def back(browser: Browser, given: dict[str, str]) -> httpx.Response:
    return await browser.http.get("/desk/login/back", params=given, follow_redirects=True)


async def enter(browser: Browser, provider: StandInProvider) -> httpx.Response:
    """Sign in by the provider."""
    return await back(browser, await begun(browser, provider))


@pytest.fixture
def given_places(two_communes: None) -> None:
    """The communes of the programme."""


@pytest.mark.usefixtures("given_places")
async def test_who_the_provider_knows_comes_in_with_its_role_and_place(
    browser: Browser, provider: StandInProvider
) -> None:
    assert "Entrer avec le compte du programme" in await browser.see("/desk/login")
    page = await enter(browser, provider)
    assert page.url.path == "/desk/account"
    assert "Mariam Keïta · agent" in seen(page)
    assert "votre mot de passe, votre rôle et votre lieu s'y changent" in seen(page)
    assert await query("SELECT login, role, scope_kind, scope_code FROM agent") == [
        ("mariam", "agent", "commune", SAFO)
    ]
    provider.person |= {"realm_access": {"roles": ["jigi-chef"]}, "jigi_place": "national", "preferred_username": "m2"}
    assert "Mariam Keïta · superviseur" in seen(await enter(browser, provider))
    assert await query("SELECT login, role, scope_kind, scope_code FROM agent") == [
        ("mariam", "supervisor", "national", None)
    ]
    (changed,) = await trail("person changed")
    assert changed.detail is not None
    assert (changed.detail["before"]["role"], changed.detail["after"]["role"]) == ("agent", "supervisor")
    assert changed.detail["why"] == "service des comptes"
    left = await browser.submit("/desk/logout", page="/desk/account")
    assert f"{provider.issuer}/out?client_id=jigi" in left.text
    assert (await browser.open("/desk/account")).url.path == "/desk/login"


def other(**claims: Any) -> dict[str, Any]:
    return {"claims": claims}


REFUSALS: list[tuple[str, dict[str, Any], str]] = [
    ("wrong nonce", {"nonce": "another"}, UNSURE),
    ("wrong audience", other(aud="another"), UNSURE),
    ("for another among several", other(aud=[CLIENT, "another"], azp="another"), UNSURE),
    ("another issuer", other(iss="https://another.example"), UNSURE),
    ("expired", other(exp=1), UNSURE),
    ("of tomorrow", other(iat=2**33), UNSURE),
    ("no subject", other(sub=""), UNSURE),
    ("not signed", {"alg": "none"}, UNSURE),
    ("signed with what everybody reads", {"alg": "HS256"}, UNSURE),
    ("another in userinfo", {"userinfo": {"sub": "s2"}}, "deux personnes"),
    ("no login", other(preferred_username=None), "pas de nom de connexion"),
    ("no role", other(realm_access={}), "aucun rôle"),
    ("a role that is not mapped", other(realm_access={"roles": ["jigi-god"]}), "aucun rôle"),
    ("two roles", other(realm_access={"roles": ["jigi-agent", "jigi-chef"]}), "plusieurs rôles"),
    ("no place", other(jigi_place=None), "pour quel lieu"),
    ("two places", other(jigi_place=[SAFO, "national"]), "pour quel lieu"),
    ("an unknown place", other(jigi_place="ML99"), "ne connaît pas"),
    ("the local login", other(preferred_username="Admin"), "autre compte"),
]


@pytest.mark.usefixtures("given_places")
async def test_a_provider_that_lies_or_says_too_little_lets_nobody_in(
    browser: Browser, provider: StandInProvider, watch: Watch
) -> None:
    for what, lies, words in REFUSALS:
        provider.lies = lies
        watch.turn(hours=1)
        page = await enter(browser, provider)
        assert (page.status_code, words in seen(page)) == (422, True), (what, seen(page))
    assert await query("SELECT agent.id, token_hash FROM agent FULL JOIN desk_session ON true") == []
    assert len(await trail("sign-in failed")) == len(REFUSALS)
    assert (await trail("sign-in failed"))[0].detail == {"by": "service des comptes", "why": (
        "La réponse du service des comptes n'est pas sûre : personne n'entre avec elle. Prévenez l'administrateur."
    )}  # fmt: skip


@pytest.mark.usefixtures("given_places")
async def test_a_sign_in_is_of_one_browser_and_good_once(app: Starlette, provider: StandInProvider) -> None:
    async with Browser(app) as mariam, Browser(app) as thief:
        given = await begun(mariam, provider)
        assert "autre navigateur" in seen(await back(thief, given))
        await begun(thief, provider)
        assert "autre navigateur" in seen(await back(thief, given))
        assert "Mariam" in seen(await back(mariam, given))
        assert "autre navigateur" in seen(await back(mariam, given))
        once_more = await begun(thief, provider)
        provider.codes.clear()
        assert "a déjà servi" in seen(await back(thief, once_more))
        denied = {"error": "access_denied", "state": (await begun(thief, provider))["state"]}
        assert "pas laissé entrer" in seen(await back(thief, denied))


@pytest.mark.usefixtures("given_places")
async def test_a_key_that_was_changed_is_looked_for_and_one_that_is_none_is_not_taken(
    app: Starlette, provider: StandInProvider
) -> None:
    async with Browser(app) as browser:
        assert "Mariam" in seen(await enter(browser, provider))
    provider.published, provider.signing = [KEYS[1]], KEYS[1]
    async with Browser(app) as browser:
        assert "Mariam" in seen(await enter(browser, provider))
    provider.signing = KEYS[0]
    async with Browser(app) as browser:
        assert UNSURE in seen(await enter(browser, provider))


@pytest.mark.usefixtures("given_places")
async def test_the_second_factor_is_the_providers_where_it_says_so(app: Starlette, provider: StandInProvider) -> None:
    for claims, words in (({"acr": "silver"}, "il faut aussi un second code"), ({"amr": ["pwd", "mfa"]}, "Mariam")):
        provider.person = {**MARIAM, "acr": None, **claims}
        async with Browser(app) as browser:
            assert words in seen(await enter(browser, provider))


@pytest.mark.usefixtures("given_places")
async def test_who_was_kept_out_stays_out_and_whose_login_was_there_goes_on_with_it(
    browser: Browser, provider: StandInProvider, watch: Watch
) -> None:
    agent_id = await add_agent("mariam", "Mariam", Role.SUPERVISOR, Scope.NATIONAL)
    await give_password(agent_id, watch.now, password=PASSWORD)
    assert "ne vont pas ensemble" in seen(await browser.submit("/desk/login", login="mariam", password=PASSWORD))
    assert "agent" in seen(await enter(browser, provider))
    assert await query("SELECT id, role FROM agent") == [(agent_id, "agent")]
    bound, changed = await trail("person changed")
    assert (bound.detail, changed.about) == ({"by": "service des comptes"}, "agent mariam")
    await administration.disable(None, "mariam", "partie", watch.now)
    assert (await browser.open("/desk/account")).url.path == "/desk/login"
    assert "l'administrateur l'a décidé" in seen(await enter(browser, provider))
    provider.person["sub"] = "s2"
    provider.lies = {"userinfo": {"sub": "s2"}}
    assert "autre compte" in seen(await enter(browser, provider))


@pytest.mark.usefixtures("given_places")
async def test_the_first_administrator_comes_in_by_a_password_while_the_provider_is_down(
    browser: Browser, provider: StandInProvider, watch: Watch
) -> None:
    provider.is_down = True
    down = await browser.open("/desk/login/provider")
    assert "ne répond pas. Réessayez" in seen(down)
    agent_id = await add_agent("admin", "Admin", Role.AGENT)
    await give_password(agent_id, watch.now, password=PASSWORD)
    assert "ne vont pas ensemble" in seen(await browser.submit("/desk/login", login="admin", password=PASSWORD))
    await administration.change(None, "admin", administration.Duties(Role.ADMINISTRATOR), "premier", watch.now)
    await browser.submit("/desk/login", login="admin", password=PASSWORD)
    assert "il faut aussi un second code" in await browser.see("/desk/login")


@pytest.mark.usefixtures("given_places")
async def test_an_administrator_sees_whose_word_somebodys_role_is(browser: Browser, provider: StandInProvider) -> None:
    provider.person |= {"realm_access": {"roles": ["jigi-admin"]}, "jigi_place": "national"}
    await enter(browser, provider)
    number = await scalar("SELECT id FROM agent")
    page = await browser.open(f"/desk/people/of/{number}")
    assert "celui du service des comptes" in seen(page)
    assert "Nouveau mot de passe" not in seen(page)
    added = await browser.submit("/desk/people/new", login="fanta", name="Fanta Keita", role="agent", scope="national")
    assert "il n'y a pas de mot de passe" in seen(added)


@pytest.mark.usefixtures("given_places")
async def test_who_signs_out_elsewhere_is_out_here(app: Starlette, provider: StandInProvider, watch: Watch) -> None:
    async with Browser(app) as browser:
        await enter(browser, provider)
        ways: list[tuple[dict[str, Any], int, str]] = [
            ({}, 400, "/desk/account"), ({ENDED_EVENT: {}}, 200, "/desk/login"),
        ]  # fmt: skip
        for events, expected, path in ways:
            watch.turn(seconds=1)
            token = provider.token({**provider.claims(), "events": events})
            answer = await browser.http.post("/desk/login/ended", data={"logout_token": token})
            assert answer.status_code == expected
            assert (await browser.open("/desk/account")).url.path == path
    assert await query("SELECT why_ended FROM desk_session") == [("provider",)]


def test_settings_that_say_too_little_stop_the_start(desk_settings: Settings) -> None:
    must_be_whole(desk_settings)
    for name, value in (("oidc_roles", {}), ("oidc_roles", {"a": "god"}), ("oidc_issuer", "http://sso.example")):
        with pytest.raises(WrongSetting):
            must_be_whole(desk_settings.model_copy(update={name: value}))
