"""Catalogues that a test may spoil."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.text import languages
from core.text.translator import translator


@pytest.fixture
def locales(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of the catalogues that this process speaks from; translators made of it are forgotten."""
    folder = tmp_path / "locales"
    shutil.copytree(languages.LOCALES, folder)
    monkeypatch.setattr(languages, "LOCALES", folder)
    translator.cache_clear()
    yield folder
    translator.cache_clear()
