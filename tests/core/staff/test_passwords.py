"""Passwords: which may be chosen, and that hashing keeps nobody waiting."""

import asyncio
from collections.abc import Callable, Iterator

import pytest
from pwdlib import PasswordHash

from core.staff import passwords
from core.staff.passwords import TooManyAtOnce, WeakPassword


@pytest.fixture
def dear(dear_hashes: Callable[[], PasswordHash], monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Passwords are hashed as in production."""
    monkeypatch.setattr(passwords, "_hasher", dear_hashes)
    passwords._nobodys.cache_clear()
    yield
    passwords._nobodys.cache_clear()


@pytest.mark.parametrize(
    "weak",
    [
        "court", "password123", "1234567890", "azertyuiop", "jigisemejiri", "Bamako2026", "motdepasse1", "superviseur1",
        "aminatakone", "aaaaaaaaaaaa", "x" * 201,
    ],
)  # fmt: skip
async def test_what_is_guessed_soon_may_not_be_chosen(weak: str) -> None:
    with pytest.raises(WeakPassword):
        await passwords.check(weak, "aminata", "Aminata Koné")


@pytest.mark.parametrize(
    "firm", ["quatre girafes dansent mardi", "tabouret-nuage-violon", "togega-rizuvi-dusona-vofago"]
)
async def test_words_that_do_not_go_together_do(firm: str) -> None:
    await passwords.check(firm, "aminata")


async def test_the_loop_goes_on_while_hashes_are_made(dear: None) -> None:
    kept = await passwords.hashed("un long mot de passe")
    beats = 0

    async def beat() -> None:
        nonlocal beats
        while True:
            await asyncio.sleep(0.001)
            beats += 1

    beating = asyncio.create_task(beat())
    matched = await asyncio.gather(*(passwords.matches("un long mot de passe", kept, str(each)) for each in range(8)))
    beating.cancel()
    assert all(matched)
    assert beats > 16, "made in the loop, eight hashes leave it eight turns"


async def test_one_source_takes_a_few_places_and_all_together_take_some() -> None:
    kept = await passwords.hashed("un long mot de passe")

    async def refused(*sources: str) -> int:
        met = await asyncio.gather(
            *(passwords.matches("faux", kept, source) for source in sources), return_exceptions=True
        )
        return sum(isinstance(each, TooManyAtOnce) for each in met)

    assert await refused(*["192.0.2.1"] * 9, "192.0.2.2") == 9 - passwords.MOST_OF_ONE
    assert await refused(*(f"192.0.2.{number}" for number in range(passwords.MOST_WAITING + 3))) == 3
    assert await passwords.matches("un long mot de passe", kept, "192.0.2.1"), "places are given back"


@pytest.mark.parametrize("typed", ["x" * 200 + "y", "X" * 200, " " + "x" * 200, "x" * 199])
async def test_a_password_is_taken_as_it_was_typed_to_its_last_letter(typed: str) -> None:
    kept = await passwords.hashed("x" * 200)
    assert await passwords.matches("x" * 200, kept)
    assert not await passwords.matches(typed, kept)


async def test_words_of_every_script_and_64_of_them_make_a_password() -> None:
    for firm in ("ɲɛnajɛ sɔrɔ kɔnɔ ntori belebele", "tabouret nuage violon girafe " * 4):
        await passwords.check(firm, "aminata")


def test_a_hash_is_as_dear_as_is_advised(dear: None) -> None:
    """Argon2id with 64 MiB and three passes (RFC 9106, its second choice)."""
    assert passwords._nobodys().startswith("$argon2id$v=19$m=65536,t=3,p=4$")
