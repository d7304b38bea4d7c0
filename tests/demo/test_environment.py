"""The demonstration stands on servers of its own, whatever the environment says."""

import os
from pathlib import Path

import pytest

from core.platform.settings import Settings, settings
from demo import environment

PRODUCTION = {
    "JIGI_DATABASE_URL": "postgresql://jigi:secret@db.programme.example/jigi",
    "JIGI_DATABASE_DIRECT_URL": "postgresql://jigi:secret@db.programme.example:5433/jigi",
    "JIGI_DATABASE_READ_URL": "postgresql://jigi:secret@standby.programme.example/jigi",
    "JIGI_REDIS_URL": "redis://cache.programme.example",
    "JIGI_SIMULATOR": "false",
    "JIGI_CALLBACK_TOKENS": "a-token-of-the-programme",
    "JIGI_SMS_USERNAME": "jigiseme",
    "JIGI_SMS_API_KEY": "a-key-of-the-programme",
    "JIGI_SMS_GATEWAY_URL": "https://gateway.example",
    "JIGI_SMS_SHORT_CODE": "36000",
    "JIGI_DESK_SECRET": "a-secret-of-the-programme",
    "JIGI_DESK_TOTP": "true",
    "JIGI_CONTACT_PHONES": "+22320221615",
}


@pytest.fixture
def programme(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A folder with a programme's `.env`, and its settings in the environment too."""
    for name in [name for name in os.environ if name.startswith("JIGI_")]:
        monkeypatch.delenv(name)
    monkeypatch.setattr(os, "environ", os.environ.copy())
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_text("".join(f"{name}={value}\n" for name, value in PRODUCTION.items()))
    for name, value in PRODUCTION.items():
        monkeypatch.setenv(name, value)
    return tmp_path


def test_nothing_of_a_programme_is_read_by_the_demonstration(programme: Path) -> None:
    chosen = environment.enter(8000)
    settings.cache_clear()
    assert chosen == settings()  # and again in a process that this one starts
    values = {name: str(getattr(chosen, name.removeprefix("JIGI_").lower())) for name in PRODUCTION}
    assert not {name for name, value in values.items() if value == PRODUCTION[name]}
    assert (chosen.database_url, chosen.database_direct_url, chosen.database_read_url, chosen.redis_url) == ("",) * 4
    assert chosen.sms_gateway_url == "http://127.0.0.1:8001"
    assert chosen.orange_url == "http://127.0.0.1:8002"
    assert chosen.simulator
    assert chosen.data_dir == Path(".jigi/demo")
    settings.cache_clear()


OWN = frozenset(name.removeprefix("JIGI_").lower() for name in environment.SETTINGS)
"""What the demonstration sets by itself."""


CHOICES = frozenset({"alphabet", "log_level", "smpp_alphabet", "smpp_long", "smpp_receipt_ids", "report_every"})
"""Settings whose values are words of a list."""


@pytest.mark.parametrize("name", sorted(Settings.model_fields.keys() - OWN))
def test_only_numbers_and_choices_of_the_environment_reach_it(name: str) -> None:
    """Whatever setting there is or will be: a text in it may be an address or a key, a number cannot."""
    is_number = isinstance(Settings.model_fields[name].default, bool | int | float)
    chosen = environment.environment({f"JIGI_{name.upper()}": "elsewhere"}, 8000)
    kept = chosen.get(f"JIGI_{name.upper()}") == "elsewhere"
    assert kept == (is_number or name in CHOICES)


def test_its_folder_lies_in_the_folder_of_data_and_in_itself_only_once() -> None:
    first = environment.environment({"JIGI_DATA_DIR": "/srv/jigi"}, 8000)
    assert first["JIGI_DATA_DIR"] == "/srv/jigi/demo"
    assert environment.environment(first, 8000) == first
