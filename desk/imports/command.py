"""`jigi import`: a file for the registry, from the shell of the server."""

from collections.abc import Sequence
from pathlib import Path
from resource import RUSAGE_SELF, getrusage
from typing import Annotated

import typer

from core.imports import ImportKind, ImportReport, UnreadableFile, run
from core.imports.remarks import Remark
from core.platform.terminal import bar, errors, out
from core.schema.ground import at_database

app = typer.Typer(add_completion=False)


@app.command()
def import_file(
    kind: Annotated[ImportKind, typer.Argument(help="What the file is about.")],
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
    complete: Annotated[
        str,
        typer.Option(
            help="Columns, separated by commas, that are complete: an empty cell of them takes away what is known. "
            "In any other it changes nothing.",
            metavar="COLUMN,COLUMN",
        ),
    ] = "",
) -> None:
    """Import a file: all of it, or nothing when a row is bad; the bad rows are named in FILE.errors.csv."""
    columns = tuple(name.strip() for name in complete.split(",") if name.strip())
    try:
        report = at_database(_imported(kind, file, keep_good=keep_good, spare_rows=spare_rows, complete=columns))
    except UnreadableFile as problem:
        errors.print(f"[bold red]{file}:[/] {problem}", highlight=False)
        raise typer.Exit(2) from None
    tell(report)
    if report.bad:
        raise typer.Exit(1)


async def _imported(
    kind: ImportKind, file: Path, *, keep_good: bool, spare_rows: bool, complete: Sequence[str]
) -> ImportReport:
    with bar(kind.value) as advance:
        return await run(
            kind,
            file,
            keep_good=keep_good,
            spare_rows=spare_rows,
            complete=complete,
            announce=announce,
            progress=advance,
        )


def announce(remarks: Sequence[Remark]) -> None:
    """Say what is worth a look, before anything is written."""
    for remark in remarks:
        errors.print(str(remark), style="yellow", highlight=False, markup=False)


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
        if not report.kept:
            errors.print("Nothing was imported; --keep-good imports the good rows.", highlight=False)
