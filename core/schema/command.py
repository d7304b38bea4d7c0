"""`jigi db`: the tables, what is encrypted in them, and dumps, from the shell of the server."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from core.platform.encryption import IDENTITIES, RECIPIENTS, identities_of, new_identity, recipients_of
from core.platform.settings import WrongSetting, settings
from core.platform.terminal import errors, out
from core.schema.ground import at_database, postgres

app = typer.Typer(help="The database.", no_args_is_help=True, add_completion=False)


@app.command()
def upgrade() -> None:
    """Bring the database to the newest tables; one that is new becomes a programme's own, or the demonstration's."""
    from core.schema import migrations

    async def done() -> None:
        out.print("The database has the newest tables.")

    migrations.upgrade(postgres(settings()))
    at_database(done())


@app.command()
def current() -> None:
    """Say which tables the database has, and which this version brings; exit code 1 where it lacks some."""
    from core.schema import identity, migrations

    have, newest = migrations.current(postgres(settings())), migrations.newest()
    out.print(f"tables {have or 'none'}, newest {newest}, Jigi {identity.program()}", highlight=False)
    if have < newest:
        errors.print("Run `jigi db upgrade`.", style="bold yellow")
        raise typer.Exit(1)


@app.command()
def downgrade(
    to: Annotated[str, typer.Argument(help="The number of the migration to go back to, e.g. 0042.")],
    sure: Annotated[
        bool, typer.Option("--yes", help="What only newer tables hold is lost, and a dump is there.")
    ] = False,
) -> None:
    """Go back to older tables, once each newer process is stopped; what only newer tables hold is lost."""
    from core.schema import migrations

    if not sure:
        raise WrongSetting(
            "What only newer tables hold would be lost: make a dump, then say --yes.",
            "Ce que seules les nouvelles tables gardent serait perdu : faites une copie, puis dites --yes.",
        )
    migrations.downgrade(postgres(settings()), to)
    out.print(f"The database has the tables of {to}.", highlight=False)


@app.command("new-key")
def new_key() -> None:
    """Make a pair of keys of age and print it; it is written nowhere."""
    identity, recipient = new_identity()
    out.print(f"{RECIPIENTS}={recipient}", highlight=False, soft_wrap=True)
    out.print(f"{IDENTITIES}={identity}", highlight=False, soft_wrap=True)
    errors.print(
        "The first line is for every process. The second opens what was encrypted: for the desk's processes alone, and "
        "on paper or a medium in a safe; who loses it loses the words.",
        style="bold yellow",
    )


@app.command()
def encrypt(
    again: Annotated[bool, typer.Option("--again", help="Also what is encrypted: for new keys.")] = False,
) -> None:
    """Encrypt the sensitive words and second factors that stand in plain text, once every process has the keys."""
    from core.schema.encrypting import encrypt_all

    if not settings().encryption_recipients:
        raise WrongSetting(
            f"{RECIPIENTS} is not set: there is nobody to encrypt for.",
            f"{RECIPIENTS} n'est pas réglé : il n'y a personne pour qui chiffrer.",
        )
    unreadable = 0
    for column, texts in at_database(encrypt_all(datetime.now(UTC), again=again)).items():
        out.print(f"{column}: {texts.encrypted} encrypted, {texts.unreadable} unreadable", highlight=False)
        unreadable += texts.unreadable
    if unreadable:
        errors.print(f"No key of {IDENTITIES} reads {unreadable} of them: they stay as they are.", style="bold red")
        raise typer.Exit(1)


@app.command()
def dump(to: Annotated[Path, typer.Argument(help="The file to write, e.g. jigi-2026-11-26.dump.age.")]) -> None:
    """Write an encrypted dump of the whole database."""
    from core.schema import dumps

    words = settings().dump_recipients or settings().encryption_recipients
    size = dumps.dump(postgres(settings()), to, recipients_of("JIGI_DUMP_RECIPIENTS", words))
    out.print(f"{to}: {size} bytes.", highlight=False)


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A dump of `jigi db dump`.")],
    identity: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="A file with the key, else JIGI_DESK_IDENTITIES.")
    ] = None,
) -> None:
    """Fill an empty database with a dump, whole or not at all."""
    from core.schema import dumps

    keys = dumps.identities_in(identity) if identity else identities_of(settings())
    if not settings().database_url:
        raise WrongSetting(
            "JIGI_DATABASE_URL is not set: name the empty database to fill.",
            "JIGI_DATABASE_URL n'est pas réglé : nommez la base vide à remplir.",
        )
    dumps.restore(postgres(settings()), file, keys)
    out.print(
        "The database is what it was when the dump was made. Run `jigi db restored` before any worker, then restart "
        "every process."
    )


@app.command()
def drill(
    folder: Annotated[Path, typer.Argument(exists=True, help="A dump, or a folder whose newest one is taken.")],
    identity: Annotated[Path, typer.Option(exists=True, dir_okay=False, help="A file with the key of the dumps.")],
    hours: Annotated[int, typer.Option(help="Older than this, the newest dump is none.")] = 36,
) -> None:
    """Restore the newest dump into a database of its own, look whether it is whole, and drop it again.

    It is made beside JIGI_DATABASE_URL, which it does not touch; where that is not set, in a PostgreSQL of Jigi's own.
    The key is on no server of production: run it on another machine that gets the dumps.
    """
    from core.schema import drills
    from core.schema.dumps import identities_in

    with drills.server(settings().owner_database_url or settings().database_url) as url:
        drilled = drills.drill(url, drills.newest(folder, hours), identities_in(identity))
    out.print(str(drilled), highlight=False, soft_wrap=True)


@app.command()
def restored(
    complete: Annotated[
        bool, typer.Option("--complete", help="It only moved: everything was stopped before, and nothing left since.")
    ] = False,
    go_on: Annotated[bool, typer.Option("--go-on", help="Let SMS leave again: somebody has looked.")] = False,
    login: Annotated[str, typer.Option("--as", help="Your login; asked for with --go-on.")] = "",
) -> None:
    """The database comes from a back-up: nothing leaves by itself, and who may have been told since is marked."""
    from core.schema import after_restore

    if go_on:
        at_database(after_restore.go_on(login))
        out.print("SMS leave again. Paused campaigns wait for `jigi campaign resume`.")
        return
    if complete:
        at_database(after_restore.complete(settings()))
        out.print("It is taken for whole: nothing is doubted.")
        return
    for line in at_database(after_restore.doubt(settings())):
        out.print(line, highlight=False)
