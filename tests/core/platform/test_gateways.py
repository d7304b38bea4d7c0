"""Gateways by name: each is read where it is switched on, and a name that there is none of stops the start."""

import secrets

import pytest

from core.platform.gateways import check_tokens, named, try_tokens
from core.platform.settings import Settings, WrongSetting
from core.text.languages import Language

TABLE = {"here": "core.text.languages:Language", "nowhere": "no.such.module:Gateway"}
GOOD = "an-unguessable-word-of-32-letters"


def test_a_gateway_that_is_not_switched_on_is_not_read() -> None:
    assert named("JIGI_X", ["here"], TABLE) == (Language,)
    with pytest.raises(ModuleNotFoundError):
        named("JIGI_X", ["nowhere"], TABLE)


@pytest.mark.parametrize(
    ("names", "sentence"),
    [
        ([], "JIGI_X names no gateway; there are here, nowhere."),
        (["pigeon"], "JIGI_X: there is no gateway pigeon; there are here, nowhere."),
        (["here", "here"], "JIGI_X names here twice."),
        (["here", ""], "JIGI_X: there is no gateway ; there are here, nowhere."),
    ],
)
def test_names_that_cannot_be_are_said(names: list[str], sentence: str) -> None:
    with pytest.raises(WrongSetting) as refused:
        named("JIGI_X", names, TABLE)
    assert str(refused.value) == sentence


@pytest.mark.parametrize(
    ("tokens", "simulator", "holds"),
    [((), False, False), (("demo",), False, False), ((GOOD, "demo"), False, False), ((GOOD,), False, True),
     (("demo",), True, True)],
)  # fmt: skip
def test_a_word_that_can_be_guessed_is_said_and_never_shown(
    tokens: tuple[str, ...], simulator: bool, holds: bool
) -> None:
    trial = try_tokens(Settings(callback_tokens=tokens, simulator=simulator))
    assert trial.holds is holds
    assert not any(token in trial.sentence for token in tokens if token != "demo")


@pytest.mark.parametrize("token", ["demo", "a" * 21, "a/b" * 10, "é" * 30, "with space in it all along"])
def test_no_programme_starts_with_a_word_that_can_be_guessed_or_stands_in_no_path(token: str) -> None:
    with pytest.raises(WrongSetting, match="JIGI_CALLBACK_TOKENS"):
        check_tokens(Settings(callback_tokens=(token,)))
    check_tokens(Settings(callback_tokens=(token,), simulator=True))


def test_a_word_of_128_bits_will_do_and_none_at_all_too() -> None:
    check_tokens(Settings(callback_tokens=(secrets.token_urlsafe(16), secrets.token_hex(16))))
    check_tokens(Settings(callback_tokens=()))
