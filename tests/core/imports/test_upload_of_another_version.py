"""Imports that another version wrote down: what is known of them is shown, and nothing of it breaks the page."""

import json
from pathlib import Path

from core.imports.uploads import STATUS, Uploads

UPLOAD = "20261124-090000-0a1b2c3d"


async def test_what_a_later_version_wrote_besides_is_left_out(tmp_path: Path) -> None:
    kept = {
        "id": UPLOAD,
        "kind": "households",
        "name": "menages.csv",
        "by": "Awa",
        "keep_good": False,
        "started_at": "2026-11-24T09:00:00+00:00",
        "seen_at": "2026-11-24T09:00:10+00:00",
        "state": "done",
        "rows": 3,
        "written_by_a_later_version": ["a"],
    }
    (tmp_path / UPLOAD).mkdir()
    (tmp_path / UPLOAD / STATUS).write_text(json.dumps(kept), encoding="utf-8")
    uploads = Uploads(tmp_path)
    (upload,) = uploads.all()
    assert (upload.name, upload.rows, uploads.name_of(UPLOAD)) == ("menages.csv", 3, "menages.csv")
