"""Imports that another version wrote down: what is known of them is shown, and nothing of it breaks the page."""

import json
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
