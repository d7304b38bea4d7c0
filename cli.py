"""The `jigi` command.

A command reads what it needs when it is given, so that help comes at once and production reads no invented world.
"""

import asyncio
import os
import secrets
import signal
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any, Final, NoReturn

import typer
from typer.core import TyperGroup

from core.platform import listening, metrics, processes
from core.platform.errors import JigiError, OperatorError
from core.platform.settings import Settings, settings
from core.platform.settings.types import USUAL, Part
from core.platform.terminal import bar, errors, out, speaks_french

ELSEWHERE: Final = {
    "api": ("api.command", "Keys of other systems, and the batches they push."),
    "agents": ("desk.staff.command", "The people who work here."),
    "campaign": ("sms.campaigns.command", "SMS campaigns."),
    "check": ("sms.outbox.checking", "Whether settings, database, Redis, disk and gateways are fit to serve."),
    "db": ("core.schema.command", "The database."),
    "gateways": ("sms.outbox.command", "The gateways."),
    "import": ("desk.imports.command", "Import a file: all of it, or nothing when a row is bad; undo the last import."),
    "person": ("desk.rights.command", "What is held of a person."),
    "spdci": ("api.spdci.command", "Other registries, by SPDCI."),
    "menus": ("proof.command", "The screens of the line."),
}
"""Commands that stand with their subject: the module whose `app` they are, and their line in the list."""


class _Commands(TyperGroup):
    """Reads a command that stands elsewhere when it is given, and not to name it."""

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:
        name, command, rest = super().resolve_command(ctx, args)
        if name in ELSEWHERE:
            command = typer.main.get_command(import_module(ELSEWHERE[name][0]).app)
        return name, command, rest


app = typer.Typer(
    cls=_Commands, help="The line of the programme Jigisèmèjiri.", no_args_is_help=True, add_completion=False,
    pretty_exceptions_enable=False,
)  # fmt: skip
for _name, (_, _help) in ELSEWHERE.items():
    app.command(_name, help=_help)(lambda: None)

Households = Annotated[int | None, typer.Option(min=20, help="Invented households, else some thousands.")]
Full = Annotated[bool, typer.Option("--full", help="As many households as the programme had.")]
Communes = Annotated[
    Path | None, typer.Option(exists=True, help="A communes file to live in, else two dozen communes of ours.")
]
Port = Annotated[int, typer.Option(envvar="PORT", help="Port to listen on.")]


def _say_version(is_asked: bool) -> None:
    if is_asked:
        from core.schema.identity import program

        out.print(program(), highlight=False)
        raise typer.Exit


@app.callback()
def jigi(
    demo: Annotated[
        bool, typer.Option("--demo", help="On the demonstration's own servers, whatever the environment says.")
    ] = False,
    version: Annotated[
        bool, typer.Option("--version", help="Say which Jigi this is.", is_eager=True, callback=_say_version)
    ] = False,
) -> None:
    """The line of the programme Jigisèmèjiri."""
    if demo:
        from demo import environment

        environment.enter(int(os.environ.get("PORT", "8000")))


@app.command()
def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Port = 8000,
    workers: Annotated[int, typer.Option(min=1, help="Web processes.")] = 1,
    only: Annotated[list[Part] | None, typer.Option(help="Serve this alone; may be said more than once.")] = None,
) -> None:
    """Answer callers: the web application, with our own PostgreSQL and Redis where no URL is set."""
    if only:
        os.environ["JIGI_ONLY"] = ",".join(part.value for part in only)  # the processes of the server read it too
        settings.cache_clear()
    listening.check_free(host, port)
    with metrics.together(workers), _standing(settings()):
        _fit(_sign_ins(settings()))
        _say_who(host, port, only)
        listening.listen(host, port, workers, settings().log_level)


@app.command()
def demo(port: Port = 8000, households: Households = None, full: Full = False, communes: Communes = None) -> None:
    """An invented world to try everything with, on our own servers."""
    from core.schema.ground import at_database
    from demo import campaigns, environment

    listening.check_free("127.0.0.1", *range(port, port + 1 + len(_stand_ins(port))))
    with _standing(environment.enter(port)), processes.beside(*_stand_ins(port)):
        at_database(_demo_data(households, communes, full=full))
        at_database(_desk_data())
        campaign_id = at_database(campaigns.campaign(datetime.now(UTC), settings()))
        with processes.beside([sys.executable, "-m", "cli", "worker"]):
            _say_where(port, campaign_id)
            listening.listen("127.0.0.1", port, 1, settings().log_level)


@app.command()
def worker(
    metrics_port: Annotated[int, typer.Option(help="Port of 127.0.0.1 for this worker's metrics; 0: none.")] = 0,
) -> None:
    """Send SMS and keep the timetable: reminders, sweeps, nightly purge. Run as many as you like."""
    from prometheus_client import start_http_server

    from core.platform import logs
    from core.platform.masking import server_of
    from core.schema.ground import postgres
    from core.schema.identity import program
    from sms.outbox.gateways import ways_out
    from sms.worker.process import work

    _speak()
    url = settings().worker_database_url or settings().database_url or postgres(settings())
    _fit({"JIGI_WORKER_DATABASE_URL" if settings().worker_database_url else "JIGI_DATABASE_URL": url})
    logs.take_failures()
    _log("working", jigi=str(program()), servers=server_of(url), metrics_port=metrics_port)
    if metrics_port:
        start_http_server(metrics_port, "127.0.0.1")
    for gateway in ways_out(settings()).values():
        for name in gateway.missing():
            errors.print(f"{name} is not set: {gateway.name} will take no SMS.", style="bold yellow")

    async def until_signalled() -> None:
        until = asyncio.Event()
        for signal_number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(signal_number, until.set)
        await work(settings(), url, until=until)

    asyncio.run(until_signalled())


@app.command("demo-data")
def demo_data(households: Households = None, full: Full = False, communes: Communes = None) -> None:
    """Fill the demonstration's own database with its invented world, told from today."""
    from core.schema.ground import at_database
    from demo import environment

    environment.enter(int(os.environ.get("PORT", "8000")))
    at_database(_demo_data(households, communes, full=full))


@app.command()
def dial(
    phone: Annotated[str, typer.Argument(help="The number that calls, e.g. +22370000001.")],
    deep: Annotated[str, typer.Option(help="What is dialled behind the code: 1*2 for *code*1*2#.")] = "",
    by: Annotated[str, typer.Option(help="The gateway to dial through; others at a demonstration.")] = "africastalking",
    url: Annotated[str, typer.Option(help="Where the line answers.")] = "",
    port: Port = 8000,
) -> None:
    """Call the line from this terminal, as this number."""
    from core.numbers.msisdn import BadNumber, parse_any
    from simulator import terminal

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
        gateway=by,
        deep=deep,
        out=out,
        alphabet_name=settings().alphabet,
    )
    if not asyncio.run(call):
        raise typer.Exit(1)


@app.command()
def purge() -> None:
    """Delete what has been kept long enough, or make it nameless, by the retention settings; print how many rows."""
    from core.schema import retention
    from core.schema.ground import at_database

    deleted = at_database(retention.purge(datetime.now(UTC), settings()))
    for what, count in asdict(deleted).items():
        out.print(f"{what}: {count}")


@contextmanager
def _standing(with_settings: Settings) -> Iterator[str]:
    """Our own servers where none is set, told to the web processes through their environment."""
    from core.schema.ground import ground

    _speak()
    _check(with_settings)
    with ground(with_settings) as on:
        os.environ |= {"JIGI_DATABASE_URL": on.database_url, "JIGI_REDIS_URL": on.redis_url}
        if not with_settings.desk_secret.get_secret_value():
            os.environ["JIGI_DESK_SECRET"] = secrets.token_urlsafe(32)  # one for all web processes
        settings.cache_clear()
        yield on.database_url


def _fit(databases: Mapping[str, str]) -> None:
    """End with a sentence where a server lets nobody in, or the database is none for this program.

    `databases` are URLs by the name of their setting. What is away may come.
    """
    from sqlalchemy.exc import SQLAlchemyError

    from core.platform.mishaps import mishap
    from core.platform.outages import is_outage
    from core.platform.reach import reach
    from core.schema.ground import at_database

    async def nothing() -> None:
        """Fitting is all that is asked."""

    away = asyncio.run(reach(databases, settings().redis_url))
    if not away:
        try:
            at_database(nothing())
        except (SQLAlchemyError, OSError) as error:
            if not is_outage(error):
                raise
            away = [str(mishap(error))]
    for sentence in away:
        errors.print(f"It is not there yet, and waited for. {sentence}", style="bold yellow", highlight=False,
                     markup=False, soft_wrap=True)  # fmt: skip


def _sign_ins(chosen: Settings) -> dict[str, str]:
    """The URLs by which web processes sign in, by the names of their settings; '' for those that they do not."""
    return {
        "JIGI_DATABASE_URL": chosen.database_url,
        "JIGI_DATABASE_DIRECT_URL": chosen.database_direct_url,
        "JIGI_DATABASE_READ_URL": chosen.database_read_url,
        "JIGI_DESK_DATABASE_URL": chosen.desk_database_url,
        "JIGI_SIGN_IN_DATABASE_URL": chosen.sign_in_database_url,
        "JIGI_API_DATABASE_URL": chosen.api_database_url,
    }


def _check(chosen: Settings) -> None:
    """Raise WrongSetting for words and keys that are not safe, and for gateways and routes that there are none of."""
    from core.platform.encryption import check_keys
    from core.platform.gateways import check_tokens
    from sms.outbox.gateways import ways_out
    from ussd.gateways import switched_on

    check_tokens(chosen)
    check_keys(chosen)
    switched_on(chosen)
    ways_out(chosen)


def _speak() -> None:
    """Read every catalogue; raises UnusableLocale, whose sentence says which language cannot be spoken."""
    from core.text.translator import read_all

    read_all()


def _log(event: str, **words: object) -> None:
    """A line of the log, as all that is said by what goes on for long."""
    import structlog

    from core.platform import logs

    logs.set_up(settings().log_level)
    structlog.get_logger("cli").info(event, **words)


def _say_who(host: str, port: int, only: list[Part] | None) -> None:
    """Which Jigi this is, what it serves, where, and on which servers, without a password."""
    from core.platform.masking import server_of
    from core.schema.identity import program

    served = ", ".join(part.value for part in only or USUAL)
    where = ", ".join(server_of(url) for url in (settings().database_url, settings().redis_url))
    _log("serving", jigi=str(program()), parts=served, address=f"http://{host}:{port}", servers=where)


async def _demo_data(households: int | None, communes: Path | None, *, full: bool) -> None:
    from demo import world
    from desk.imports.command import tell

    folder = settings().data_dir / "demo-data"
    folder.mkdir(parents=True, exist_ok=True)
    with bar("demo data") as advance:
        reports = await world.build(
            folder,
            datetime.now(UTC).date(),
            count=world.FULL if full else households or world.SMALL,
            communes_file=communes,
            progress=lambda kind, rows, expected: advance(rows, expected),
        )
    for report in reports:
        tell(report)


async def _desk_data() -> None:
    from demo import desk

    now = datetime.now(UTC)
    await desk.people(now)
    await desk.grievances_and_calls(now)


def _stand_ins(port: int) -> list[list[str]]:
    """The gateways of the demonstration, on the ports behind its own."""
    from simulator.speech import Speech

    callbacks = f"http://127.0.0.1:{port}/sms"
    return [
        [
            sys.executable, "-m", "simulator.standin", "--speech", speech, "--port", str(behind),
            "--callbacks", f"{callbacks}/{speech}/demo",
        ]
        for behind, speech in enumerate(Speech, port + 1)
    ]  # fmt: skip


def _say_where(port: int, campaign_id: int | None) -> None:
    from rich.table import Table

    from demo import desk
    from demo.callers import DEMO_CALLERS

    out.print(f"\nWhere everything is: http://127.0.0.1:{port}", highlight=False)
    out.print(f"The telephone to try the line with: http://127.0.0.1:{port}/simulator", highlight=False)
    out.print(f"From a terminal: jigi --demo dial {DEMO_CALLERS[0].msisdn} --port {port}\n", highlight=False)
    people = Table("Login", "Who", title=f"The desk: http://127.0.0.1:{port}/desk, password {desk.PASSWORD} (invented)")
    for login, shown in desk.logins():
        people.add_row(login, shown)
    out.print(people)
    table = Table("Phone", "Who calls", "Household", "Birth year", title="Demo phones (invented)")
    for caller in DEMO_CALLERS:
        table.add_row(caller.msisdn, caller.situation_fr, caller.household_no or "", str(caller.birth_year or ""))
    out.print(table)
    if campaign_id is not None:
        out.print("\nAn SMS campaign is planned by Awa and approved by Moussa (invented). In another terminal:")
        out.print(f"  .venv/bin/jigi --demo campaign show {campaign_id}", highlight=False)
        out.print(f"  .venv/bin/jigi --demo campaign start {campaign_id} --as awa", highlight=False)
        out.print(f"  .venv/bin/jigi --demo campaign status {campaign_id} --watch", highlight=False)
        out.print("What each phone gets is shown on the telephone, where a gateway can be switched off meanwhile.\n")
    out.print("Ctrl-C ends it.\n", highlight=False)


def main() -> None:
    """Run the command; what cannot be done is said in one sentence, with exit code 2."""
    processes.stop_in_order()
    try:
        app()
    except OperatorError as refused:
        _refuse(refused.french if speaks_french() else str(refused))
    except JigiError as refused:
        _refuse(str(refused))
    except Exception as error:
        from core.platform.mishaps import in_both

        sentence = in_both(error)
        if sentence is None:
            raise
        _refuse(sentence.french if speaks_french() else sentence.english)


def _refuse(sentence: str) -> NoReturn:
    errors.print(sentence, style="bold red", highlight=False, markup=False, soft_wrap=True)
    sys.exit(2)


if __name__ == "__main__":
    main()
