"""Imports that another version wrote down: what is known of them is shown, and nothing of it breaks the page."""

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import pytest

from core.imports.shelf import STATUS, UploadShelf

UPLOAD: Final = "20261124-090000-0a1b2c3d"
KEPT: Final = {
    "id": UPLOAD,
    "kind": "households",
    "name": "menages.csv",
    "by": "Awa",
    "started_at": "2026-11-24T09:00:00+00:00",
    "seen_at": "2026-11-24T09:00:10+00:00",
    "state": "done",
    "rows": 3,
}


def written(folder: Path, **fields: object) -> UploadShelf:
    """A folder with one import that somebody else wrote down."""
    (folder / UPLOAD).mkdir()
    (folder / UPLOAD / STATUS).write_text(json.dumps({**KEPT, **fields}), encoding="utf-8")
    return UploadShelf(folder)


def test_what_a_later_version_wrote_besides_is_left_out(tmp_path: Path) -> None:
    (upload,) = written(tmp_path, written_by_a_later_version=["a"]).all()
    assert (upload.name, upload.rows) == ("menages.csv", 3)


@pytest.mark.parametrize(
    "unknown", [{"state": "half done"}, {"kind": "markets"}, {"fault": "bored"}, {"losses": [{"kind": "goats"}]}]
)
def test_what_this_version_cannot_know_is_left_out_whole(tmp_path: Path, unknown: dict[str, object]) -> None:
    assert written(tmp_path, **unknown).all() == ()


def test_what_an_older_version_left_goes_with_time(tmp_path: Path) -> None:
    shelf = UploadShelf(tmp_path)
    old, fresh = tmp_path / "20251124-090000-0a1b2c3d", tmp_path / "20261124-100000-0a1b2c3d"
    for folder in (old, fresh):
        folder.mkdir()
        (folder / "file.errors.csv").write_text("1;A1;nom;;cellule vide")
    os.utime(old, (0, 0))
    shelf.tidy()
    assert not old.exists()
    assert fresh.exists()


@pytest.mark.parametrize(
    ("state", "days", "stays"), [("waiting", 0, True), ("waiting", 2, False), ("checking", 2, False)]
)
def test_a_file_that_nobody_confirms_goes_though_nobody_looks(
    tmp_path: Path, state: str, days: int, stays: bool
) -> None:
    seen = datetime.now(UTC) - timedelta(days=days)
    shelf = written(tmp_path, state=state, seen_at=seen.isoformat())
    file = tmp_path / UPLOAD / "file.csv"
    file.write_text("a")
    shelf.tidy()
    assert file.exists() is stays


def test_a_process_that_is_slow_to_begin_keeps_its_file(tmp_path: Path) -> None:
    shelf = written(tmp_path, state="checking", seen_at=(datetime.now(UTC) - timedelta(minutes=5)).isoformat())
    (tmp_path / UPLOAD / "file.csv").write_text("a")
    shelf.tidy()
    assert (tmp_path / UPLOAD / "file.csv").exists()
