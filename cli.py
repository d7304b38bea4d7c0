"""The `jigi` command."""

import asyncio
import os
import sys
from collections.abc import Awaitable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from resource import RUSAGE_SELF, getrusage
from typing import Annotated, TypeVar

import typer
import uvicorn
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from core import demo as demo_world
from core import logs, migrations
from core.database import close_database, open_database
from core.demo_callers import DEMO_CALLERS
from core.ground import ground, postgres
from core.imports import Kind, Report, UnreadableFile, run
from core.msisdn import BadNumber, parse_any
from core.retention import purge as purge_old
from core.settings import Settings, settings
from simulator import terminal

app = typer.Typer(help="The line of the programme Jigisèmèjiri.", no_args_is_help=True, add_completion=False)
database_app = typer.Typer(help="The database.", no_args_is_help=True)
app.add_typer(database_app, name="db")

out = Console()
errors = Console(stderr=True)

LONG_SECONDS = 3600.0
Done = TypeVar("Done")
Households = Annotated[int, typer.Option(min=20, help="Invented households.")]
Full = Annotated[bool, typer.Option("--full", help=f"{demo_world.FULL} households, as many as the programme had.")]
Communes = Annotated[
    Path | None, typer.Option(exists=True, help="A communes file to live in, else two dozen communes of ours.")
]
Port = Annotated[int, typer.Option(envvar="PORT", help="Port to listen on.")]


@app.command()
def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Port = 8000,
    workers: Annotated[int, typer.Option(min=1, help="Web processes.")] = 1,
) -> None:
    """Answer callers: the web application, with our own PostgreSQL and Redis where no URL is set."""
    with _standing(settings()):
        _listen(host, port, workers)


@app.command()
def demo(
    port: Port = 8000, households: Households = demo_world.SMALL, full: Full = False, communes: Communes = None
) -> None:
    """An invented world to try everything with, on our own servers."""
    os.environ |= {"JIGI_SIMULATOR": "true", "JIGI_CALLBACK_TOKENS": "demo"}
    settings.cache_clear()
    with _standing(settings()) as url:
        _on(url, _demo_data(demo_world.FULL if full else households, communes))
        _say_where(port)
        _listen("127.0.0.1", port, 1)


@app.command("demo-data")
def demo_data(households: Households = demo_world.SMALL, full: Full = False, communes: Communes = None) -> None:
    """Fill the database with the invented world of the demo, told from today."""
    _on(postgres(settings()), _demo_data(demo_world.FULL if full else households, communes))


@database_app.command()
def upgrade() -> None:
    """Bring the database to the newest tables."""
    url = postgres(settings())
    migrations.upgrade(url)
    out.print("The database has the newest tables.")


@app.command("import")
def import_file(
    kind: Annotated[Kind, typer.Argument(help="What the file is about.")],
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A .csv or .xlsx file.")],
    keep_good: Annotated[
        bool, typer.Option("--keep-good", help="Import the good rows of a file with bad ones.")
    ] = False,
) -> None:
    """Import a file: all of it, or nothing when a row is bad; the bad rows are named in FILE.errors.csv."""
    try:
        report = _on(postgres(settings()), _imported(kind, file, keep_good=keep_good))
    except UnreadableFile as problem:
        errors.print(f"[bold red]{file}:[/] {problem}", highlight=False)
        raise typer.Exit(2) from None
    _tell(report)
    if report.bad:
        raise typer.Exit(1)


@app.command()
def dial(
    phone: Annotated[str, typer.Argument(help="The number that calls, e.g. +22370000001.")],
    deep: Annotated[str, typer.Option(help="What is dialled behind the code: 1*2 for *code*1*2#.")] = "",
    url: Annotated[str, typer.Option(help="Where the line answers.")] = "",
    port: Port = 8000,
) -> None:
    """Call the line from this terminal, as this number."""
    try:
        msisdn = parse_any(phone)
    except BadNumber:
        errors.print(f"[bold red]{phone}[/] is no telephone number.", highlight=False)
        raise typer.Exit(2) from None
    tokens = settings().callback_tokens or ("demo",)
    call = terminal.dial(
        url or f"http://127.0.0.1:{port}",
        msisdn,
        token=tokens[0],
        service_code=settings().service_code,
        deep=deep,
        out=out,
        alphabet_name=settings().alphabet,
    )
    if not asyncio.run(call):
        raise typer.Exit(1)


@app.command()
def purge() -> None:
    """Delete what has been kept long enough, by the retention settings."""
    deleted = _on(postgres(settings()), purge_old(datetime.now(UTC), settings()))
    for what, count in asdict(deleted).items():
        out.print(f"{what}: {count} deleted")


@contextmanager
def _standing(with_settings: Settings) -> Iterator[str]:
    """Our own servers where none is set, told to the web processes through their environment."""
    with ground(with_settings) as on:
        os.environ |= {"JIGI_DATABASE_URL": on.database_url, "JIGI_REDIS_URL": on.redis_url}
        settings.cache_clear()
        yield on.database_url


def _listen(host: str, port: int, workers: int) -> None:
    uvicorn.run(
        "asgi:build", factory=True, host=host, port=port, workers=workers, access_log=False, log_level="warning",
        server_header=False, timeout_graceful_shutdown=5,
    )  # fmt: skip


def _on(url: str, work: Awaitable[Done]) -> Done:
    """Run work against the database at `url`, with time for long statements."""

    async def whole() -> Done:
        open_database(url, pool=2, statement_seconds=LONG_SECONDS)
        try:
            return await work
        finally:
            await close_database()

    logs.set_up(settings().log_level)
    return asyncio.run(whole())


async def _demo_data(households: int, communes: Path | None) -> None:
    folder = settings().data_dir / "demo-data"
    folder.mkdir(parents=True, exist_ok=True)
    with _bar("demo data") as advance:
        reports = await demo_world.build(
            folder,
            datetime.now(UTC).date(),
            count=households,
            communes_file=communes,
            progress=lambda kind, rows, expected: advance(rows, expected),
        )
    for report in reports:
        _tell(report)


async def _imported(kind: Kind, file: Path, *, keep_good: bool) -> Report:
    with _bar(kind.value) as advance:
        return await run(kind, file, keep_good=keep_good, progress=advance)


class _Advance:
    """Moves a progress bar to the rows read so far."""

    def __init__(self, bar: Progress, task_name: str) -> None:
        self._bar = bar
        self._task = bar.add_task(task_name, total=None)

    def __call__(self, done: int, of: int | None) -> None:
        self._bar.update(self._task, completed=done, total=of)


@contextmanager
def _bar(name: str) -> Iterator[_Advance]:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=errors) as bar:
        yield _Advance(bar, name)


def _tell(report: Report) -> None:
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


def _say_where(port: int) -> None:
    out.print(f"\nThe telephone to try the line with: http://127.0.0.1:{port}/simulator", highlight=False)
    out.print(f"From a terminal: jigi dial {DEMO_CALLERS[0].msisdn} --port {port}\n", highlight=False)
    table = Table("Phone", "Who calls", "Household", "Birth year", title="Demo phones (invented)")
    for caller in DEMO_CALLERS:
        table.add_row(caller.msisdn, caller.situation_fr, caller.household_no or "", str(caller.birth_year or ""))
    out.print(table)
    out.print("Ctrl-C ends it.\n", highlight=False)


def main() -> None:
    """Run the command."""
    sys.exit(app())


if __name__ == "__main__":
    main()
