"""A setting that does not exist stops the start, with the nearest that does."""

import pytest

from core.platform.settings import Settings, UnknownSetting, settings, unknown_names


@pytest.fixture(autouse=True)
def _read_anew() -> None:
    settings.cache_clear()


def test_a_slip_names_the_nearest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JIGI_DATABSE_URL", "postgresql://elsewhere")
    with pytest.raises(UnknownSetting, match=r"JIGI_DATABSE_URL is no setting: did you mean JIGI_DATABASE_URL\?"):
        settings()


def test_one_that_is_like_none_is_refused_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JIGI_ZZZZZZZZ", "1")
    with pytest.raises(UnknownSetting, match="lists those that are"):
        settings()


def test_every_setting_may_be_set_and_other_programs_names_are_not_ours() -> None:
    assert unknown_names(f"JIGI_{name}".upper() for name in Settings.model_fields) == ()
    assert unknown_names(["PATH", "HOME", "jigi", "JIGI_LOGIN"]) == ()
