"""`jigi import register`: a village's register from an export of KoBo or ODK, at the shell of the server."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Final

import typer

from core.files.cells import UnreadableFile
from core.imports.registers.columns import Export, export_in
from core.imports.registers.mappings import (
    BadMapping,
    FormMapping,
    all_mappings,
    from_json,
    keep,
    mapping_named,
    the_fitting,
)
from core.imports.registers.register import Examination, Registered, examine, file_register, write_problems
from core.imports.registers.submissions import ListChoices
from core.places.communes import commune
from core.platform.terminal import errors, out
from core.schema.ground import at_database
from core.staff import audit
from core.staff.acts import Act
from core.text.words import DESK, label

JSON: Final = ".json"


def register(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="An export, .csv or .xlsx.")],
    mapping: Annotated[
        str,
        typer.Option(
            help="The mapping of its form: a name that is kept, or a .json file, which is kept then. Left out: the one "
            "that fits the file's columns.",
            metavar="NAME",
        ),
    ] = "",
    commune_pcode: Annotated[
        str, typer.Option("--commune", help="P-code of the commune of rows that name none.", metavar="PCODE")
    ] = "",
    keep_good: Annotated[bool, typer.Option("--keep-good", help="File the good rows of a file with bad ones.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be filed, and file nothing.")] = False,
) -> None:
    """File a village's register as grievances: each submission once, however often its export comes."""
    try:
        bad = at_database(_registered(file, mapping, commune_pcode, keep_good=keep_good, dry_run=dry_run))
    except (UnreadableFile, BadMapping) as problem:
        errors.print(f"{file}: {problem}", style="bold red", highlight=False, markup=False)
        raise typer.Exit(2) from None
    if bad:
        raise typer.Exit(1)


def mapping(name: Annotated[str, typer.Argument(help="The name of the form.")]) -> None:
    """Write the mapping of a form to standard output, for another programme or commune."""
    kept = at_database(mapping_named(name))
    if kept is None:
        errors.print(f"There is no mapping {name}.", style="bold red", highlight=False, markup=False)
        raise typer.Exit(2)
    typer.echo(kept.json())


def add_to(app: typer.Typer) -> None:
    """Put the commands of village registers among those of imports."""
    app.command("register")(register)
    app.command("register-mapping")(mapping)


async def _registered(file: Path, name: str, commune_pcode: str, *, keep_good: bool, dry_run: bool) -> bool:
    """File what is new, and say it; whether rows were bad."""
    now = datetime.now(UTC)
    if commune_pcode and await commune(commune_pcode.upper()) is None:
        raise BadMapping(f"Commune inconnue : {commune_pcode}.")
    export = export_in(file)
    form = await _mapping(name, export, now, dry_run=dry_run)
    examination = await examine(export, form, None, ListChoices(commune_pcode.upper() or None), now)
    _tell(form, examination)
    errors_file = file.with_suffix(".errors.csv")
    _forget(errors_file)
    if examination.problems:
        write_problems(errors_file, examination.problems)
        errors.print(f"The bad rows are named in {errors_file}", style="bold red", highlight=False, markup=False)
    if dry_run or (examination.problems and not keep_good):
        out.print("Nothing was filed.", highlight=False)
        return bool(examination.problems)
    registered = await file_register(examination, None, now)
    counted = {"filed": len(registered), "known": len(examination.known), "bad": examination.bad}
    await audit.record(None, Act.REGISTER_FILED, f"form {form.name}", now, counted)
    _tell_references(registered)
    return bool(examination.problems)


async def _mapping(name: str, export: Export, now: datetime, *, dry_run: bool) -> FormMapping:
    """The mapping that is named, brought as a file, or recognised; raises BadMapping where it does not fit."""
    if name.lower().endswith(JSON):
        form: FormMapping | None = from_json(_text_of(name))
    elif name:
        form = await mapping_named(name)
    else:
        form = the_fitting(await all_mappings(), export)
    if form is None:
        raise BadMapping("Aucune correspondance de ce nom." if name else "Aucune correspondance ne va : --mapping NOM.")
    if not form.fits(export):
        raise BadMapping(f"Ce fichier n'a pas : {', '.join(form.missing(export))}.")
    if name.lower().endswith(JSON) and not dry_run:
        await keep(form, None, now)
        await audit.record(None, Act.REGISTER_MAPPING_KEPT, f"form {form.name}", now)
    return form


def _text_of(name: str) -> str:
    try:
        return Path(name).read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError):
        raise BadMapping(f"{name} ne se lit pas.") from None


def _forget(path: Path) -> None:
    path.unlink(missing_ok=True)


def _tell(form: FormMapping, examination: Examination) -> None:
    counts: Mapping[str, int] = {
        "new": len(examination.fresh),
        "filed before": len(examination.known),
        "not agreed to": examination.declined,
        "rejected in review": examination.rejected,
        "repeated": examination.repeated,
        "bad": examination.bad,
    }
    counted = ", ".join(f"{count} {words}" for words, count in counts.items())
    out.print(f"{form.name}: {counted}", highlight=False, markup=False)
    for subcategory, count in examination.by_subcategory.items():
        out.print(f"  {count} {label(subcategory, DESK)}", highlight=False, markup=False)


def _tell_references(registered: Sequence[Registered]) -> None:
    out.print(f"{len(registered)} filed.", highlight=False)
    for each in registered:
        sensitive = " (sensitive: not shown again)" if each.sensitive else ""
        out.print(f"  line {each.line}: {each.reference}{sensitive}", highlight=False, markup=False)
