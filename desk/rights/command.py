"""`jigi person`: what is held of a phone or a household, handed over or erased, from the shell of the server."""

from collections.abc import Coroutine
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer
from rich.table import Table

from core.platform.errors import JigiError
from core.platform.terminal import errors, out
from core.rights import paper, persons
from core.rights.persons import NumberKind
from core.rights.sources import WHY_KEPT
from core.schema.ground import at_database
from core.text.words import DESK, label

app = typer.Typer(help="What is held of a person.", no_args_is_help=True, add_completion=False)

Number = Annotated[str, typer.Argument(help="A phone (+223…) or a household number.")]
Kind = Annotated[NumberKind | None, typer.Option(help="Where a household and a phone have the same number.")]
Why = Annotated[str, typer.Option(help="Who asked, when and how; kept in the audit trail.")]
Done = TypeVar("Done")


def _answer(work: Coroutine[Any, Any, Done]) -> Done:
    """Do something; what cannot be done is said in words, with exit code 2."""
    try:
        return at_database(work)
    except JigiError as error:
        errors.print(str(error), style="bold red", highlight=False, markup=False)
    raise typer.Exit(2)


@app.command("show")
def show(
    number: Number,
    why: Why,
    kind: Kind = None,
    as_json: Annotated[bool, typer.Option("--json", help="For machines; else in French, to read.")] = False,
    to: Annotated[Path | None, typer.Option("-o", "--output", help="The file to write, else the terminal.")] = None,
) -> None:
    """Everything held of a phone or a household, as a file to hand over."""
    now = datetime.now(UTC)
    whose, rows = _answer(persons.show(None, number, kind, why, now))
    text = (paper.as_json if as_json else paper.as_text)(whose, rows, now)
    if to is None:
        out.print(text, highlight=False, markup=False, soft_wrap=True)
        return
    to.touch(mode=0o600)
    to.write_text(text, "utf-8")
    out.print(f"{len(rows)} rows are written to {to}.", highlight=False)


@app.command("erase")
def erase(
    number: Number,
    why: Why,
    kind: Kind = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do it; without this it is only said what would be done.")] = False,
) -> None:
    """Erase what may be erased of a phone or a household, and say what stays and why."""
    work = persons.erase(None, number, kind, why, datetime.now(UTC)) if yes else persons.would_erase(None, number, kind)
    table = Table("What", "Erased" if yes else "To erase", "Stays", "Why it stays")
    for each in _answer(work):
        reason = label(WHY_KEPT[each.source], DESK) if each.kept else ""
        table.add_row(label(each.source, DESK), str(each.erased), str(each.kept), reason)
    out.print(table)
    if not yes:
        out.print("Nothing was done: --yes does it.", highlight=False)
