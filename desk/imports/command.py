"""`jigi import`: files for the registry, from the shell of the server; the last one can be undone."""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from resource import RUSAGE_SELF, getrusage
from typing import Annotated, Final, TypedDict

import typer

from core.files.cells import UnreadableFile
from core.imports.importing import Hold, ImportReport, Outlook, run
from core.imports.kinds import ImportKind
from core.imports.models import ImportRun
from core.imports.runs import last_run
from core.imports.undoing import NotUndone, Obstacle, undo
from core.platform.terminal import bar, errors, out
from core.schema.ground import at_database
from core.text.words import COMMAND, label
from desk.imports import form_command

_NOTHING: Final = {
    Hold.BAD_ROWS: "Nothing was imported; --keep-good imports the good rows.",
    Hold.LOSSES: "Nothing was imported: the file takes much away. If that is right: --confirm-losses {lost}",
    Hold.DRY_RUN: "Nothing was imported: this is what the import would do.",
}

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    help="Import a file: all of it, or nothing when a row is bad; undo the last import.",
)


def _import(
    kind: ImportKind,
) -> Callable[..., None]:
    """The command that imports files of a kind."""

    def import_file(
        file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A .csv or .xlsx file.")],
        keep_good: Annotated[
            bool, typer.Option("--keep-good", help="Import the good rows of a file with bad ones.")
        ] = False,
        spare_rows: Annotated[
            bool,
            typer.Option(
                "--spare-rows", help="A wrong phone, year or hour costs its cell and refuses neither row nor file."
            ),
        ] = False,
        dry_run: Annotated[
            bool, typer.Option("--dry-run", help="Say what the import would do, and write nothing.")
        ] = False,
        confirm_losses: Annotated[
            int,
            typer.Option(
                help="How many things the file takes away, as --dry-run counts them; needed where they are many.",
                metavar="N",
            ),
        ] = 0,
        complete: Annotated[
            str,
            typer.Option(
                help="Columns, separated by commas, that are complete: an empty cell of them takes away what is "
                "known. In any other it changes nothing.",
                metavar="COLUMN,COLUMN",
            ),
        ] = "",
        list_day: Annotated[
            datetime | None,
            typer.Option(
                formats=["%Y-%m-%d"],
                help="The day that the list is of, else the one in the file's name or its column list_day: what was "
                "corrected at the desk since then stays.",
            ),
        ] = None,
    ) -> None:
        choices: Choices = {
            "keep_good": keep_good,
            "spare_rows": spare_rows,
            "complete": tuple(name.strip() for name in complete.split(",") if name.strip()),
            "dry_run": dry_run,
            "confirm_losses": confirm_losses,
            "list_day": list_day.date() if list_day else None,
        }
        try:
            report = at_database(_imported(kind, file, choices))
        except UnreadableFile as problem:
            errors.print(f"[bold red]{file}:[/] {problem}", highlight=False)
            raise typer.Exit(2) from None
        tell(report)
        if report.bad or report.hold is Hold.LOSSES:
            raise typer.Exit(1)

    return import_file


for _kind in ImportKind:
    app.command(
        _kind.value,
        help=f"Import a file of {_kind.value}: all of it, or nothing when a row is bad; the bad rows are named in "
        "FILE.errors.csv, and stand in FILE.errors.xlsx to be corrected.",
    )(_import(_kind))


form_command.add_to(app)


@app.command("undo")
def undo_last(
    sure: Annotated[bool, typer.Option("--yes", help="Undo it; else only say what would be undone.")] = False,
) -> None:
    """Undo the last import, while nothing was built on it."""
    try:
        at_database(undone(sure=sure))
    except NotUndone as refusal:
        errors.print(label(refusal.obstacle, COMMAND), style="bold red", highlight=False)
        raise typer.Exit(1) from None


async def undone(*, sure: bool) -> None:
    """Name the last import, or take it back where one is `sure`; raises NotUndone."""
    last = await last_run()
    if last is None:
        raise NotUndone(Obstacle.NONE)
    if not sure:
        out.print(f"This would be undone: {_named(last)}. To do it: --yes", highlight=False, markup=False)
        return
    await undo(last.id, None, datetime.now(UTC))
    out.print(f"Undone: {_named(last)}", highlight=False, markup=False)


def _named(one: ImportRun) -> str:
    day = f"{one.at:%d/%m/%Y %H:%M}"
    return f"{one.kind.value}, {one.file}, {day} UTC: {one.created} created, {one.changed} changed"


class Choices(TypedDict):
    """What whoever imports chose."""

    keep_good: bool
    spare_rows: bool
    complete: Sequence[str]
    dry_run: bool
    confirm_losses: int
    list_day: date | None


async def _imported(kind: ImportKind, file: Path, choices: Choices) -> ImportReport:
    with bar(kind.value) as advance:
        return await run(kind, file, **choices, announce=announce, progress=advance)


def announce(outlook: Outlook) -> None:
    """Say what is worth a look and what is taken away, before anything is written."""
    for remark in outlook.remarks:
        errors.print(str(remark), style="yellow", highlight=False, markup=False)
    for loss in outlook.losses:
        more = ", …" if loss.count > len(loss.samples) else ""
        words = f"{loss.count} {label(loss.kind, COMMAND)}: {', '.join(loss.samples)}{more}"
        errors.print(words, style="bold yellow", highlight=False, markup=False)


def tell(report: ImportReport) -> None:
    """What became of a file's rows, how fast, and where the bad ones are named."""
    peak = getrusage(RUSAGE_SELF).ru_maxrss / 1024
    speed = report.rows / report.seconds if report.seconds else 0
    out.print(
        f"{report.rows} rows in {report.seconds:.1f} s ({speed:,.0f} rows/s, peak memory {peak:.0f} MB): "
        f"{report.created} created, {report.changed} changed, {report.unchanged} unchanged, {report.bad} bad",
        highlight=False,
    )
    if report.unknown_columns:
        out.print(f"Columns nobody reads: {', '.join(report.unknown_columns)}", highlight=False, markup=False)
    if report.errors_file:
        errors.print(f"The bad rows are named in {report.errors_file}", style="bold red", highlight=False)
        errors.print(f"To correct them and import them again: {report.workbook}", style="bold red", highlight=False)
    if report.hold is not None:
        errors.print(_NOTHING[report.hold].format(lost=report.lost), highlight=False)
