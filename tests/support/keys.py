"""Keys of age for a test: what is encrypted for them, this process decrypts."""

import pytest

from core.platform.encryption import IDENTITIES, RECIPIENTS, new_identity
from core.platform.settings import settings


def hold(monkeypatch: pytest.MonkeyPatch, *pairs: tuple[str, str], recipients: int | None = None) -> None:
    """Let the settings have these pairs of keys, and encrypt for the first so many of them, else for all."""
    monkeypatch.setenv(IDENTITIES, ",".join(identity for identity, _ in pairs))
    monkeypatch.setenv(RECIPIENTS, ",".join(recipient for _, recipient in pairs[:recipients]))
    settings.cache_clear()


def hold_new(monkeypatch: pytest.MonkeyPatch) -> tuple[str, str]:
    """Let the settings have a new pair of keys; the pair."""
    pair = new_identity()
    hold(monkeypatch, pair)
    return pair
