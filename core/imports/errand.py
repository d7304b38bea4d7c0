"""The process that checks one file brought to the desk, lets it come in, or undoes it: `FOLDER ID`, addresses on stdin.

It ends with what it was sent for. Should it die, nothing came in, or all did: the database says which.
"""

import asyncio
import json
import sys
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from time import monotonic
from typing import Final

import structlog

from core.files.cells import UnreadableFile
from core.imports.importing import Hold, ImportReport, run
from core.imports.runs import Bringer, run_of
from core.imports.shelf import UploadShelf
from core.imports.undoing import NotUndone, undo
from core.imports.upload import READ_TO_THE_END, Removal, Upload, UploadFault, UploadState
from core.platform import background, database
from core.platform.database import Addresses
from core.staff import audit
from core.staff.acts import Act
from core.text.words import DESK, label

log = structlog.get_logger(__name__)

BEAT_SECONDS: Final = 2.0
REMARKS_KEPT: Final = 50
"""Remarks of an import that stay to be read; the first by their lines."""

STATEMENT_SECONDS: Final = 60.0


class Errand:
    """One import at work. It says every now and then how far it is, so that nobody takes it for dead."""

    def __init__(self, shelf: UploadShelf, upload: Upload) -> None:
        self._shelf = shelf
        self._upload = upload
        self._written = monotonic()

    async def run(self) -> None:
        """Do what is next, and write down how it ended."""
        try:
            async with background.running(self._beat()):
                ended = await self._work()
        except UnreadableFile as problem:
            ended = replace(self._upload, state=UploadState.FAILED, words=str(problem))
        except Exception as error:
            log.exception("import_failed", kind=self._upload.kind, error=type(error).__name__)
            ended = replace(self._upload, state=UploadState.FAILED, fault=UploadFault.BROKEN)
        if ended.state not in (UploadState.DONE, UploadState.UNDONE):
            await _note(ended)
        self._shelf.write(ended)
        self._shelf.tidy()

    async def _work(self) -> Upload:
        if self._upload.state is UploadState.UNDOING:
            return await self._undone()
        if self._upload.state is UploadState.RUNNING:
            return await self._brought_in()
        return await self._checked()

    async def _checked(self) -> Upload:
        """What the file would do, with nothing written."""
        report = await self._read(dry_run=True)
        checked = _figures(self._upload, report)
        nothing = report.bad and not checked.good
        return replace(checked, state=UploadState.REFUSED if nothing else UploadState.WAITING)

    async def _brought_in(self) -> Upload:
        upload = self._upload
        report = await self._read(dry_run=False)
        if report.hold is Hold.DIFFERENT or report.hold is Hold.LOSSES:
            fresh = replace(await self._checked(), fault=UploadFault.DIFFERENT)
            return replace(fresh, confirmed_by="", confirmed_by_id=None)
        return replace(_figures(upload, report), state=UploadState.DONE)

    async def _undone(self) -> Upload:
        upload = self._upload
        entered = await run_of(upload.id)
        try:
            await undo(entered.id if entered else 0, upload.confirmed_by_id, datetime.now(UTC))
        except NotUndone as refusal:
            return replace(upload, state=UploadState.DONE, words=label(refusal.obstacle, DESK))
        return replace(upload, state=UploadState.UNDONE)

    async def _read(self, *, dry_run: bool) -> ImportReport:
        upload = self._upload
        return await run(
            upload.kind,
            self._shelf.file_of(upload),
            keep_good=True,
            complete=upload.complete,
            dry_run=dry_run,
            confirm_losses=upload.lost,
            forecast=None if dry_run else upload.forecast,
            progress=self._advance,
            list_day=date.fromisoformat(upload.list_day) if upload.list_day else None,
            bringer=Bringer(upload.id, upload.by_id, upload.confirmed_by_id),
            name=upload.name,
        )

    def _advance(self, rows: int, expected: int | None) -> None:
        self._upload = replace(self._upload, read=rows, expected=expected)
        if monotonic() - self._written > BEAT_SECONDS:
            self._say()

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(BEAT_SECONDS)
            self._say()

    def _say(self) -> None:
        self._written = monotonic()
        self._shelf.write(self._upload)


def _figures(upload: Upload, report: ImportReport) -> Upload:
    return replace(
        upload,
        read=report.rows,
        expected=report.rows,
        rows=report.rows,
        created=report.created,
        changed=report.changed,
        unchanged=report.unchanged,
        bad=report.bad,
        lost=report.lost,
        heavy=report.heavy,
        losses=tuple(Removal(loss.kind, loss.count, tuple(loss.samples)) for loss in report.losses),
        remarks=tuple(str(remark) for remark in report.remarks[:REMARKS_KEPT]),
        unknown_columns=report.unknown_columns,
    )


async def _note(upload: Upload) -> None:
    """The trail of what ended otherwise than by coming in, which has its own entry there."""
    detail = {"state": upload.state.value}
    if upload.state in READ_TO_THE_END:
        detail |= {"rows": str(upload.rows), "bad": str(upload.bad)}
    await audit.record(upload.by_id, Act.IMPORT_CHECKED, f"import {upload.id}", datetime.now(UTC), detail)


async def _main(folder: Path, upload_id: str, sign_in: dict[str, str]) -> None:
    addresses = Addresses(**sign_in)
    database.open_database(
        addresses.pooled,
        direct=addresses.direct,
        read=addresses.read,
        pool=2,
        statement_seconds=STATEMENT_SECONDS,
    )
    shelf = UploadShelf(folder)
    upload = shelf.as_written(upload_id)
    try:
        if upload is not None and upload.running:
            await Errand(shelf, upload).run()
    finally:
        await database.close_database()


if __name__ == "__main__":
    asyncio.run(_main(Path(sys.argv[1]), sys.argv[2], json.load(sys.stdin)))
