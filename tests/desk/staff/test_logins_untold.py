"""No answer tells which logins there are: not by its status or its words, and not by the work that it costs.

Work is counted, not timed: a password is compared with a hash for whoever may try, and with none for who has to wait.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

import pytest
from pwdlib import PasswordHash
from starlette.applications import Starlette
from starlette.routing import Mount, Route

from core.platform.settings import Settings
from core.staff import administration, second_factor
from core.staff.agents import Role, add_agent
from core.staff.sign_in import give_password
from tests.core.seed import NOW
from tests.desk.browser import PASSWORD, Browser
from tests.support.database import change

DRAWN = re.compile(r'name="csrftoken" value="[^"]+"|nonce="[^"]+"')
"""What is another in each answer, whoever asks."""

LOGINS = ("mariam", "personne", "binta", "sira", "kadi", "PERSONNE d'autre")
"""One that is there, one that nobody has, one kept out, one without a password, one with a second factor, no login."""


@dataclass
class Hashes:
    """How many passwords were compared with a hash."""

    compared: int = 0


@pytest.fixture
def hashes(monkeypatch: pytest.MonkeyPatch) -> Hashes:
    counted, verify = Hashes(), PasswordHash.verify

    def verified(self: PasswordHash, password: str, kept: str) -> bool:
        counted.compared += 1
        return verify(self, password, kept)

    monkeypatch.setattr(PasswordHash, "verify", verified)
    return counted


@pytest.fixture
async def people(app: Starlette) -> None:
    """Four people, each known to the desk in another way."""
    await give_password(await add_agent("mariam", "Mariam", Role.AGENT), NOW, password=PASSWORD)
    await give_password(await add_agent("binta", "Binta", Role.AGENT), NOW, password=PASSWORD)
    await administration.disable(None, "binta", "partie", NOW)
    await add_agent("sira", "Sira", Role.AGENT)
    kadi = await add_agent("kadi", "Kadi", Role.FOCAL)
    await give_password(kadi, NOW, password=PASSWORD)
    await second_factor.new_recovery_codes(kadi, NOW)
    await change("UPDATE agent_credential SET totp_secret = 'JBSWY3DPEHPK3PXP', totp_confirmed_at = set_at "
                 "WHERE agent_id = %(id)s", id=kadi)  # fmt: skip


async def told(browser: Browser, hashes: Hashes, **typed: str) -> tuple[object, ...]:
    """All that whoever typed this could tell one answer from another by, and the hashes that it cost."""
    before = hashes.compared
    answer = await browser.submit("/desk/login", **typed)
    headers: Mapping[str, str] = {
        name: DRAWN.sub("", re.sub(r"'nonce-[^']+'", "", value))
        for name, value in answer.headers.items()
        if name not in ("set-cookie", "content-length", "x-request-id")
    }
    cookies = sorted(cookie.partition("=")[0] for cookie in answer.headers.get_list("set-cookie"))
    return answer.status_code, DRAWN.sub("", answer.text), headers, cookies, hashes.compared - before


@pytest.fixture(params=[False, True], ids=["password", "and a code"])
def desk_settings(request: pytest.FixtureRequest, desk_settings: Settings) -> Settings:
    """With the second factor, and as in the demonstration."""
    return desk_settings.model_copy(update={"desk_totp": request.param})


@pytest.mark.usefixtures("people")
async def test_whatever_login_is_typed_the_answer_and_the_work_are_the_same(browser: Browser, hashes: Hashes) -> None:
    first = await told(browser, hashes, login="mariam", password="pas le bon mot")
    assert (first[0], first[-1]) == (422, 1)
    for login in LOGINS:
        assert await told(browser, hashes, login=login, password="pas le bon mot") == first, login


@pytest.mark.usefixtures("people")
async def test_who_has_to_wait_is_told_the_same_of_a_login_that_nobody_has(browser: Browser, hashes: Hashes) -> None:
    waiting = set()
    for login in LOGINS:
        for _ in range(5):
            await told(browser, hashes, login=login, password="pas le bon mot")
        status, words, *_, compared = await told(browser, hashes, login=login, password=PASSWORD)
        assert "Trop d&#39;essais" in str(words), login
        waiting.add((status, words, compared))
    assert [(status, compared) for status, _, compared in waiting] == [(422, 0)], "not even the right one is looked at"


@pytest.mark.usefixtures("people")
async def test_a_lock_of_wrong_codes_is_told_to_nobody_who_lacks_the_password(browser: Browser, hashes: Hashes) -> None:
    before = await told(browser, hashes, login="kadi", password="pas le bon mot")
    await change("UPDATE agent_credential SET locked_until = %(until)s", until=NOW.replace(year=2099))
    assert await told(browser, hashes, login="kadi", password="pas le bon mot") == before
    assert await told(browser, hashes, login="personne", password="pas le bon mot") == before


async def test_a_login_is_typed_at_the_way_in_and_nowhere_else_by_who_is_not_in(
    app: Starlette, browser: Browser
) -> None:
    """There is no page for a forgotten password: an administrator gives a new one."""
    (desk,) = (each for each in app.routes if isinstance(each, Mount) and each.path == "/desk")
    pages = {each.path for each in desk.routes if isinstance(each, Route) and "GET" in (each.methods or ())}
    assert len(pages) > 30
    for path in pages - {"/login"}:
        answer = await browser.open(f"/desk{re.sub('{[^}]+}', '1', path)}")
        assert answer.url.path == "/desk/login", path
