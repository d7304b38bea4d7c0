"""What is encrypted is read with its key, at its place, and not otherwise."""

from collections.abc import Iterator

import pytest

from core.platform.encryption import (
    IDENTITIES,
    MARK,
    RECIPIENTS,
    Undecryptable,
    check_keys,
    decrypted,
    encrypted,
    is_encrypted,
    new_identity,
)
from core.platform.settings import Settings, WrongSetting, settings
from core.platform.settings.types import Part
from tests.support.keys import hold, hold_new

WORDS = "Il m'a suivie, ɲɛ́ ma fɔ…\nencore une ligne"
PLACE = "JG-1"


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Settings that are read anew, without keys."""
    for name in (RECIPIENTS, IDENTITIES):
        monkeypatch.delenv(name, raising=False)
    settings.cache_clear()
    yield
    settings.cache_clear()


def test_it_is_read_where_it_was_written(monkeypatch: pytest.MonkeyPatch) -> None:
    hold_new(monkeypatch)
    kept = encrypted(WORDS, PLACE)
    assert is_encrypted(kept)
    assert "suivie" not in kept
    assert kept != encrypted(WORDS, PLACE), "the same words are never kept alike"
    assert decrypted(kept, PLACE) == WORDS


def test_moved_into_another_row_it_is_read_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    hold_new(monkeypatch)
    with pytest.raises(Undecryptable):
        decrypted(encrypted(WORDS, PLACE), "JG-2")


def test_who_only_encrypts_reads_nothing_not_even_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    hold_new(monkeypatch)
    monkeypatch.setenv(IDENTITIES, "")
    settings.cache_clear()
    with pytest.raises(Undecryptable):
        decrypted(encrypted(WORDS, PLACE), PLACE)


def test_another_key_reads_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    hold_new(monkeypatch)
    kept = encrypted(WORDS, PLACE)
    hold_new(monkeypatch)
    with pytest.raises(Undecryptable):
        decrypted(kept, PLACE)


def test_an_old_key_reads_what_is_old_while_the_new_one_is_written_for(monkeypatch: pytest.MonkeyPatch) -> None:
    old = hold_new(monkeypatch)
    before = encrypted(WORDS, PLACE)
    new = new_identity()
    hold(monkeypatch, new, old, recipients=1)
    after = encrypted(WORDS, PLACE)
    assert decrypted(before, PLACE) == decrypted(after, PLACE) == WORDS
    hold(monkeypatch, new)
    assert decrypted(after, PLACE) == WORDS
    with pytest.raises(Undecryptable):
        decrypted(before, PLACE)


@pytest.mark.parametrize("text", ["", "des mots", MARK, f"{MARK}pas de base64 !"])
def test_what_is_no_encrypted_text_is_itself(text: str) -> None:
    assert not is_encrypted(encrypted(text, PLACE)) or text == MARK
    assert decrypted("des mots", PLACE) == "des mots"


@pytest.mark.parametrize("spoilt", [f"{MARK}QUFB", f"{MARK}"])
def test_what_is_spoilt_is_said_to_be_unreadable(spoilt: str, monkeypatch: pytest.MonkeyPatch) -> None:
    hold_new(monkeypatch)
    with pytest.raises(Undecryptable):
        decrypted(spoilt, PLACE)


IDENTITY, RECIPIENT = new_identity()
STRANGER, _ = new_identity()


@pytest.mark.parametrize(
    ("chosen", "names"),
    [
        ({}, RECIPIENTS),
        ({"encryption_recipients": (RECIPIENT,)}, IDENTITIES),
        ({"encryption_recipients": (RECIPIENT,), "desk_identities": STRANGER}, IDENTITIES),
        ({"encryption_recipients": ("age1nobody",)}, RECIPIENTS),
        ({"encryption_recipients": (RECIPIENT,), "desk_identities": "AGE-SECRET-KEY-1NONE"}, IDENTITIES),
        ({"dump_recipients": ("age1nobody",), "simulator": True}, "JIGI_DUMP_RECIPIENTS"),
    ],
    ids=["none", "no key at the desk", "another's key", "no recipient", "no identity", "no recipient of dumps"],
)
def test_a_programme_does_not_start_without_keys(chosen: dict[str, object], names: str) -> None:
    with pytest.raises(WrongSetting, match=names) as refused:
        check_keys(Settings.model_validate(chosen))
    assert "SECRET" not in str(refused.value).replace("AGE-SECRET-KEY-1…", ""), "no key stands in a message"


@pytest.mark.parametrize(
    "chosen",
    [
        {"encryption_recipients": (RECIPIENT,), "desk_identities": IDENTITY},
        {"encryption_recipients": (RECIPIENT,), "only": (Part.LINE, Part.SMS)},
        {"simulator": True},
    ],
    ids=["everything", "a line that only writes", "a demonstration"],
)
def test_it_starts_with_them(chosen: dict[str, object]) -> None:
    check_keys(Settings.model_validate(chosen))
