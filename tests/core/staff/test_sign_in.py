"""Signing in: wrong tries, locks, codes used once, sessions that end."""

import asyncio
from datetime import UTC, datetime, timedelta

import pyotp
import pytest
from sqlalchemy import text

from core.platform.database import reading
from core.platform.settings import Settings
from core.staff import administration, second_factor, sign_in, tries
from core.staff.agents import Role, add_agent
from core.staff.credentials import NotSignedIn
from core.staff.passwords import WeakPassword
from core.staff.sign_in import SignedIn, Stage
from core.staff.tries import LockedOut, ShutDoor

pytestmark = pytest.mark.usefixtures("world")

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
PASSWORD = "un long mot de passe"
SETTINGS = Settings(desk_tries=3, desk_lock_minutes=15, desk_idle_minutes=30, desk_session_hours=10)


async def somebody(role: Role = Role.AGENT) -> int:
    """Awa, with her password."""
    agent_id = await add_agent("awa", "Awa", role)
    await sign_in.give_password(agent_id, NOW, password=PASSWORD)
    return agent_id


async def enter(at: datetime = NOW, password: str = PASSWORD, login: str = "awa", source: str = "") -> str:
    """Sign in, and give the word of the cookie."""
    return await sign_in.sign_in(login, password, at, SETTINGS, source)


async def lasting(token: str, at: datetime = NOW) -> SignedIn:
    """The session that a cookie is of, which must last."""
    session = await sign_in.session_of(token, at, SETTINGS)
    assert session
    return session


async def wrong(at: datetime = NOW, login: str = "awa", source: str = "") -> type[Exception] | None:
    """What a wrong password meets."""
    try:
        await enter(at, "pas le bon mot", login, source)
    except (NotSignedIn, LockedOut) as refused:
        return type(refused)
    return None


async def test_the_word_of_the_cookie_and_the_password_are_not_kept() -> None:
    await somebody()
    token = await enter()
    async with reading() as connection:
        rows = await connection.execute(
            text("SELECT concat_ws(' ', desk_session, agent_credential) FROM desk_session, agent_credential")
        )
        kept = " ".join(rows.scalars())
    assert token not in kept
    assert PASSWORD not in kept
    assert "$argon2id$" in kept


async def test_a_login_is_found_in_any_case() -> None:
    await somebody()
    assert (await lasting(await enter(login=" AWA "))).login == "awa"


async def test_wrong_tries_lock_the_login_and_time_opens_it() -> None:
    await somebody()
    assert [await wrong() for _ in range(4)] == [NotSignedIn, NotSignedIn, LockedOut, LockedOut]
    with pytest.raises(LockedOut) as locked:
        await enter(NOW + timedelta(minutes=14))
    assert locked.value.until == NOW + timedelta(minutes=15)
    await enter(NOW + timedelta(minutes=15))
    assert await wrong() is NotSignedIn, "whoever came in begins to count anew"


async def test_wrong_tries_at_once_are_each_counted() -> None:
    await somebody()
    assert sorted(str(met) for met in await asyncio.gather(*(wrong() for _ in range(3)))) == sorted(
        str(met) for met in (NotSignedIn, NotSignedIn, LockedOut)
    )
    with pytest.raises(LockedOut):
        await enter()


async def test_a_login_that_nobody_has_is_refused_and_locked_as_one_that_somebody_has() -> None:
    await somebody()
    assert [await wrong(login=login) for login in ("awa", "personne") for _ in range(4)] == [
        NotSignedIn, NotSignedIn, LockedOut, LockedOut,
    ] * 2  # fmt: skip


async def test_a_stranger_locks_nobody_out_who_came_in_from_elsewhere_before() -> None:
    await somebody()
    await enter(source="10.0.0.1")
    for number in range(40):
        await wrong(source=f"192.0.2.{number}")
    assert await wrong(source="192.0.2.200") is LockedOut, "whoever is new has to wait"
    await enter(source="10.0.0.1")


async def test_a_source_that_guesses_at_many_logins_is_stopped() -> None:
    met = [await wrong(login=f"somebody{number}", source="192.0.2.1") for number in range(31)]
    assert met == [NotSignedIn] * 30 + [LockedOut]
    assert await wrong(login="other", source="192.0.2.2") is NotSignedIn


async def test_what_is_shut_is_listed_until_it_opens() -> None:
    await somebody()
    await enter(source="10.0.0.1")
    later = NOW + timedelta(minutes=1)
    for number in range(30):
        await wrong(later, f"somebody{number}", source="192.0.2.1")
    for number in range(12):
        await wrong(later, source=f"192.0.2.{100 + number}")
    until = later + timedelta(minutes=15)
    shut = await tries.shut_doors(later, SETTINGS)
    assert set(shut) == {ShutDoor(None, False, "192.0.2.1", until), ShutDoor("awa", True, None, until)}
    assert await tries.shut_doors(until, SETTINGS) == ()


async def test_a_new_password_opens_a_lock() -> None:
    agent_id = await somebody()
    for _ in range(3):
        await wrong()
    await sign_in.give_password(agent_id, NOW, password=PASSWORD)
    await enter()


async def test_a_session_ends_when_it_is_not_used_and_after_its_hours() -> None:
    await somebody()
    token = await enter()
    for minutes in range(0, 600, 29):
        await lasting(token, NOW + timedelta(minutes=minutes))
    assert await sign_in.session_of(token, NOW + timedelta(hours=10), SETTINGS) is None
    token = await enter(NOW)
    assert await sign_in.session_of(token, NOW + timedelta(minutes=30), SETTINGS) is None


async def test_who_works_here_no_more_has_no_session() -> None:
    await somebody()
    token = await enter()
    await administration.disable(None, "awa", "left", NOW)
    assert await sign_in.session_of(token, NOW, SETTINGS) is None
    with pytest.raises(NotSignedIn):
        await enter()


async def test_a_password_is_changed_by_who_knows_the_old_one() -> None:
    await somebody()
    other, token = await enter(), await enter()
    me = await lasting(token)
    with pytest.raises(NotSignedIn):
        await sign_in.change_password(me, "pas le bon mot", "un tout autre hippopotame", NOW, SETTINGS)
    for weak in (
        "court",
        "avec awa dedans",
        PASSWORD,
        "x" * 201,
        "password123",
        "jigisemejiri2026",
        "azertyuiop1",
        "bamako-mali",
    ):
        with pytest.raises(WeakPassword):
            await sign_in.change_password(me, PASSWORD, weak, NOW, SETTINGS)
    await sign_in.change_password(me, PASSWORD, "un tout autre hippopotame", NOW, SETTINGS)
    assert await sign_in.session_of(other, NOW, SETTINGS) is None
    await lasting(token)
    await enter(password="un tout autre hippopotame")


async def test_a_password_outlives_the_year() -> None:
    await somebody()
    token = await enter(NOW + timedelta(days=800))
    assert (await lasting(token, NOW + timedelta(days=800))).stage is Stage.ENROL, "no new password is asked"


class TestSecondFactor:
    """Whoever comes in proves a code, each code once."""

    async def enrolled(self) -> tuple[str, pyotp.TOTP]:
        """Awa, signed in wholly, and her telephone."""
        await somebody(Role.SUPERVISOR)
        me = await lasting(await enter())
        assert me.stage is Stage.ENROL
        _, secret = await second_factor.totp_uri(me.token_hash)
        telephone = pyotp.TOTP(secret)
        token = await second_factor.prove(me.token_hash, telephone.at(NOW), NOW, SETTINGS)
        return token, telephone

    @pytest.mark.parametrize("role", Role)
    async def test_everybody_needs_one(self, role: Role) -> None:
        await somebody(role)
        me = await lasting(await enter())
        assert me.stage is Stage.ENROL
        assert me.actor.claim == "", "who is not in yet bears no word of the database"

    async def test_the_session_has_a_new_word_once_the_code_is_proven(self) -> None:
        await somebody()
        before = await enter()
        me = await lasting(before)
        _, secret = await second_factor.totp_uri(me.token_hash)
        after = await second_factor.prove(me.token_hash, pyotp.TOTP(secret).at(NOW), NOW, SETTINGS)
        assert await sign_in.session_of(before, NOW, SETTINGS) is None
        assert (await lasting(after)).stage is Stage.IN

    async def test_a_code_on_paper_lets_in_once_without_the_telephone(self) -> None:
        token, _ = await self.enrolled()
        me = await lasting(token)
        codes = await second_factor.new_recovery_codes(me.actor.id, NOW)
        assert len(set(codes)) == 10
        again = await lasting(await enter())
        token = await second_factor.prove(again.token_hash, f" {codes[0].upper().replace('-', ' ')} ", NOW, SETTINGS)
        assert (await lasting(token)).stage is Stage.IN
        assert await second_factor.recovery_codes_left(me.actor.id) == 9
        third = await lasting(await enter())
        with pytest.raises(NotSignedIn):
            await second_factor.prove(third.token_hash, codes[0], NOW, SETTINGS)
        await second_factor.new_recovery_codes(me.actor.id, NOW)
        with pytest.raises(NotSignedIn):
            await second_factor.prove(third.token_hash, codes[1], NOW, SETTINGS)

    async def test_a_code_that_was_used_is_good_no_more_nor_is_an_older_one(self) -> None:
        _, telephone = await self.enrolled()
        me = await lasting(await enter())
        assert me.stage is Stage.CODE
        for used in (telephone.at(NOW), telephone.at(NOW - timedelta(seconds=30))):
            with pytest.raises(NotSignedIn):
                await second_factor.prove(me.token_hash, used, NOW, SETTINGS)
        later = NOW + timedelta(seconds=30)
        await second_factor.prove(me.token_hash, telephone.at(later), NOW, SETTINGS)

    async def test_one_code_used_twice_at_once_is_good_once(self) -> None:
        _, telephone = await self.enrolled()
        later = NOW + timedelta(minutes=1)
        sessions = [await lasting(await enter(later), later) for _ in range(2)]

        async def prove(me: SignedIn) -> bool:
            try:
                await second_factor.prove(me.token_hash, telephone.at(later), later, SETTINGS)
            except NotSignedIn:
                return False
            return True

        assert sorted(await asyncio.gather(*map(prove, sessions))) == [False, True]

    async def test_wrong_codes_lock_the_login_and_a_right_password_does_not_forgive_them(self) -> None:
        await self.enrolled()
        me = await lasting(await enter())
        for _ in range(2):
            with pytest.raises(NotSignedIn):
                await second_factor.prove(me.token_hash, "000000", NOW, SETTINGS)
        await enter()
        with pytest.raises(LockedOut):
            await second_factor.prove(me.token_hash, "000000", NOW, SETTINGS)

    async def test_a_secret_that_is_in_use_is_not_shown_again(self) -> None:
        token, _ = await self.enrolled()
        with pytest.raises(NotSignedIn):
            await second_factor.totp_uri((await lasting(token)).token_hash)

    @pytest.mark.parametrize("code", ["", "１２３４５６", "é" * 6, "12345", "1234567"])
    async def test_what_is_no_code_is_a_wrong_code(self, code: str) -> None:
        await self.enrolled()
        me = await lasting(await enter())
        with pytest.raises(NotSignedIn):
            await second_factor.prove(me.token_hash, code, NOW, SETTINGS)

    async def test_a_lost_telephone_is_forgotten_and_sessions_end(self) -> None:
        await self.enrolled()
        token = await enter()
        async with reading() as connection:
            agent_id = await connection.scalar(text("SELECT id FROM agent"))
        await second_factor.forget_second_factor(int(agent_id or 0), None, NOW)
        assert await sign_in.session_of(token, NOW, SETTINGS) is None
        assert (await lasting(await enter())).stage is Stage.ENROL


async def test_own_sessions_are_listed_with_their_address_and_ended_one_by_one() -> None:
    await somebody()
    here, there = await enter(source="10.0.0.1"), await enter(source="10.0.0.2")
    me = await lasting(here)
    mine = await sign_in.own_sessions(me, NOW, SETTINGS)
    assert [(each.source, each.this) for each in mine] == [("10.0.0.1", True), ("10.0.0.2", False)]
    assert not await sign_in.end_own_session(me, mine[0].name, NOW), "this one is left by signing out"
    assert await sign_in.end_own_session(me, mine[1].name, NOW)
    assert await sign_in.session_of(there, NOW, SETTINGS) is None
    await lasting(here)


async def test_nobodys_session_is_ended_by_another() -> None:
    await somebody()
    me = await lasting(await enter())
    await sign_in.give_password(await add_agent("binta", "Binta", Role.AGENT), NOW, password=PASSWORD)
    other = await lasting(await enter(login="binta"))
    assert not await sign_in.end_own_session(me, other.token_hash[:12], NOW)
