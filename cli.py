"""The `jigi` command."""

import asyncio
import os
import secrets
import signal
import subprocess
import sys
from collections.abc import Awaitable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from resource import RUSAGE_SELF, getrusage
from typing import Annotated, TypeVar

import typer
import uvicorn
from prometheus_client import start_http_server
from rich.table import Table

from core.imports import ImportKind, Report, UnreadableFile, run
from core.numbers.msisdn import BadNumber, parse_any
from core.platform import logs
from core.platform.settings import Settings, settings
from core.platform.terminal import bar, errors, on, out
from core.schema import migrations
from core.schema.ground import ground, postgres
from core.schema.retention import purge as purge_old
from core.staff import administration, agents, audit
from core.staff.administration import Duties
from core.staff.agents import Role, Scope
from demo import campaigns as sms_demo
from demo import desk as desk_demo
from demo import world as demo_world
from demo.callers import DEMO_CALLERS
from proof.command import app as menus_app
from simulator import terminal
from sms.campaigns.command import app as campaign_app
from sms.worker.process import work

app = typer.Typer(help="The line of the programme Jigisèmèjiri.", no_args_is_help=True, add_completion=False)
database_app = typer.Typer(help="The database.", no_args_is_help=True)
agents_app = typer.Typer(help="The people who work here.", no_args_is_help=True)
app.add_typer(database_app, name="db")
app.add_typer(agents_app, name="agents")
app.add_typer(campaign_app, name="campaign")
app.add_typer(menus_app, name="menus")

DEMO_SETTINGS = {
    "JIGI_SIMULATOR": "true",
    "JIGI_CALLBACK_TOKENS": "demo",
    "JIGI_DESK_TOTP": "false",
    "JIGI_SMS_API_KEY": "demo",
    "JIGI_SMS_SHORT_CODE": "1234",
    "JIGI_SMS_WINDOW": "00:00,00:00",
    "JIGI_SMS_RULE_WAIT_MINUTES": "2",
}
"""What the demonstration sets: nobody sleeps in it, so SMS go at any hour; nobody has a telephone for a second code."""

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
    os.environ |= DEMO_SETTINGS | {"JIGI_SMS_GATEWAY_URL": f"http://127.0.0.1:{port + 1}"}
    settings.cache_clear()
    with _standing(settings()) as url:
        on(url, _demo_data(demo_world.FULL if full else households, communes))
        on(url, _desk_data())
        campaign_id = on(url, sms_demo.campaign(datetime.now(UTC), settings()))
        with _beside(_stand_in(port), [sys.executable, "-m", "cli", "worker"]):
            _say_where(port, campaign_id)
            _listen("127.0.0.1", port, 1)


@app.command()
def worker(
    metrics_port: Annotated[int, typer.Option(help="Port of 127.0.0.1 for this worker's metrics; 0: none.")] = 0,
) -> None:
    """Send SMS and keep the timetable: reminders, sweeps, nightly purge. Run as many as you like."""
    url = postgres(settings())
    logs.set_up(settings().log_level)
    if metrics_port:
        start_http_server(metrics_port, "127.0.0.1")
    if not settings().sms_api_key.get_secret_value():
        errors.print("JIGI_SMS_API_KEY is not set: the gateway will refuse every SMS.", style="bold yellow")

    async def until_told() -> None:
        until = asyncio.Event()
        for signal_number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(signal_number, until.set)
        await work(settings(), url, until=until)

    asyncio.run(until_told())


@app.command("demo-data")
def demo_data(households: Households = demo_world.SMALL, full: Full = False, communes: Communes = None) -> None:
    """Fill the database with the invented world of the demo, told from today."""
    on(postgres(settings()), _demo_data(demo_world.FULL if full else households, communes))


@database_app.command()
def upgrade() -> None:
    """Bring the database to the newest tables."""
    url = postgres(settings())
    migrations.upgrade(url)
    out.print("The database has the newest tables.")


@app.command("import")
def import_file(
    kind: Annotated[ImportKind, typer.Argument(help="What the file is about.")],
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A .csv or .xlsx file.")],
    keep_good: Annotated[
        bool, typer.Option("--keep-good", help="Import the good rows of a file with bad ones.")
    ] = False,
) -> None:
    """Import a file: all of it, or nothing when a row is bad; the bad rows are named in FILE.errors.csv."""
    try:
        report = on(postgres(settings()), _imported(kind, file, keep_good=keep_good))
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


Login = Annotated[str, typer.Argument(help="Their login.")]
Done = TypeVar("Done")


def _people(work: Awaitable[Done]) -> Done:
    """Do something with the people who work here; what cannot be done is said in words, with exit code 2."""
    try:
        return on(postgres(settings()), work)
    except agents.LoginTakenError as taken:
        words = f"{taken} is taken, be it by somebody who left."
    except agents.UnknownAgentError as unknown:
        words = f"Nobody has the login {unknown}."
    except ValueError as mistake:
        words = str(mistake)
    errors.print(words, style="bold red", highlight=False, markup=False)
    raise typer.Exit(2)


@agents_app.command("add")
def add(
    login: Annotated[str, typer.Argument(help="What they sign in as, and are called by in commands.")],
    name: Annotated[str, typer.Argument(help="Their name.")],
    role: Annotated[Role, typer.Option(help="What they may do.")] = Role.AGENT,
    scope: Annotated[Scope, typer.Option(help="The kind of place they work for.")] = Scope.NATIONAL,
    place: Annotated[str, typer.Option(help="The P-code of that place.")] = "",
    watches_focal: Annotated[
        bool, typer.Option("--watches-focal", help="A supervisor who sees who read sensitive grievances.")
    ] = False,
) -> None:
    """Let someone work here, and print the password to tell them once."""
    duties = Duties(role, scope, place or None, watches_focal)
    told = _people(administration.add(None, login, name, duties, datetime.now(UTC)))
    out.print(f"{name} works here as {login} ({role.value}).", highlight=False)
    _tell_password(told)


@agents_app.command("password")
def password(login: Login) -> None:
    """Give someone a new password, printed once; a lock ends, and so do their sessions."""
    _tell_password(_people(administration.new_password(None, login, datetime.now(UTC))))


def _tell_password(told: str) -> None:
    out.print(f"Password, for the first sign-in only: {told}", highlight=False, markup=False)
    out.print("It is not kept and not shown again. They choose their own when they sign in.")


@agents_app.command("list")
def list_agents() -> None:
    """Who works here, and who did; who is locked out, and who has a second factor."""
    now = datetime.now(UTC)
    table = Table("Login", "Name", "Role", "For", "Signs in with", "Seen", "Disabled")
    for person in on(postgres(settings()), administration.everybody(now, settings())):
        role = f"{person.role.value}, watches focal" if person.watches_focal else person.role.value
        table.add_row(
            person.login,
            person.name,
            role,
            person.scope_code or person.scope_kind.value,
            _ways_in(person, now),
            f"{person.seen_at:%Y-%m-%d %H:%M}" if person.seen_at else "",
            f"{person.disabled_at:%Y-%m-%d}" if person.disabled_at else "",
        )
    out.print(table)


def _ways_in(person: administration.Person, now: datetime) -> str:
    if person.locked_until is not None and person.locked(now):
        return f"locked until {person.locked_until:%H:%M}"
    if not person.has_password:
        return "no password yet"
    first = "password to change" if person.must_change else "password"
    return f"{first}, second factor" if person.second_factor else first


@agents_app.command("disable")
def disable(
    login: Login, why: Annotated[str, typer.Option(help="The reason, kept on record.")] = "at the shell"
) -> None:
    """Let someone work here no more; their sessions end."""
    _people(administration.disable(None, login, why, datetime.now(UTC)))
    out.print(f"{login} works here no more.", highlight=False)


@agents_app.command("enable")
def enable(login: Login) -> None:
    """Let someone work here again, as before."""
    _people(administration.enable(None, login, datetime.now(UTC)))
    out.print(f"{login} works here again.", highlight=False)


@agents_app.command("forget-second-factor")
def forget_second_factor(login: Login) -> None:
    """Let someone who lost their telephone set up the second factor anew; their sessions end."""
    _people(administration.forget_second_factor(None, login, datetime.now(UTC)))
    out.print(f"{login} sets up a second factor at the next sign-in.", highlight=False)


@agents_app.command("check-audit")
def check_audit(
    seal: Annotated[str, typer.Option(help="NUMBER:SEAL, as an earlier check printed it: it must stand still.")] = "",
) -> None:
    """Check the seals of the audit trail; exit code 1 when an entry was changed or taken away."""
    broken, trail, stands = on(postgres(settings()), _checked(seal))
    if broken is not None:
        errors.print(f"The trail is broken at entry {broken}.", style="bold red", highlight=False)
        raise typer.Exit(1)
    if not stands:
        errors.print(f"Entry {seal} is not there any more as it was.", style="bold red", highlight=False)
        raise typer.Exit(1)
    if trail is None:
        out.print("The trail is empty.")
        return
    out.print(
        f"The trail is whole: {trail.entries} entries, the last at {trail.last_at:%Y-%m-%d %H:%M}.", highlight=False
    )
    out.print(f"Write this down elsewhere: {trail.last_id}:{trail.seal[:32]}", highlight=False)


async def _checked(seal: str) -> tuple[int | None, audit.Trail | None, bool]:
    number, _, digits = seal.partition(":")
    stands = not seal or (number.isdigit() and await audit.has_seal(int(number), digits))
    return await audit.first_broken(), await audit.trail(), stands


@app.command()
def purge() -> None:
    """Delete what has been kept long enough, by the retention settings."""
    deleted = on(postgres(settings()), purge_old(datetime.now(UTC), settings()))
    for what, count in asdict(deleted).items():
        out.print(f"{what}: {count} deleted")


@contextmanager
def _standing(with_settings: Settings) -> Iterator[str]:
    """Our own servers where none is set, told to the web processes through their environment."""
    with ground(with_settings) as on:
        os.environ |= {"JIGI_DATABASE_URL": on.database_url, "JIGI_REDIS_URL": on.redis_url}
        if not with_settings.desk_secret.get_secret_value():
            os.environ["JIGI_DESK_SECRET"] = secrets.token_urlsafe(32)  # one for all web processes
        settings.cache_clear()
        yield on.database_url


def _listen(host: str, port: int, workers: int) -> None:
    uvicorn.run(
        "asgi:build", factory=True, host=host, port=port, workers=workers, access_log=False, log_level="warning",
        server_header=False, timeout_graceful_shutdown=5,
    )  # fmt: skip


async def _demo_data(households: int, communes: Path | None) -> None:
    folder = settings().data_dir / "demo-data"
    folder.mkdir(parents=True, exist_ok=True)
    with bar("demo data") as advance:
        reports = await demo_world.build(
            folder,
            datetime.now(UTC).date(),
            count=households,
            communes_file=communes,
            progress=lambda kind, rows, expected: advance(rows, expected),
        )
    for report in reports:
        _tell(report)


async def _desk_data() -> None:
    now = datetime.now(UTC)
    await desk_demo.people(now)
    await desk_demo.grievances_and_calls(now)


async def _imported(kind: ImportKind, file: Path, *, keep_good: bool) -> Report:
    with bar(kind.value) as advance:
        return await run(kind, file, keep_good=keep_good, progress=advance)


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


@contextmanager
def _beside(*commands: list[str]) -> Iterator[None]:
    """Processes that run as long as this one does its work."""
    with ExitStack() as stack:
        for command in commands:
            process = stack.enter_context(subprocess.Popen(command))  # noqa: S603 - our own words
            stack.callback(process.terminate)
        yield


def _stand_in(port: int) -> list[str]:
    callbacks = f"http://127.0.0.1:{port}/sms/africastalking/demo"
    return [sys.executable, "-m", "simulator.standin", "--port", str(port + 1), "--callbacks", callbacks]


def _say_where(port: int, campaign_id: int | None) -> None:
    out.print(f"\nThe telephone to try the line with: http://127.0.0.1:{port}/simulator", highlight=False)
    out.print(f"From a terminal: jigi dial {DEMO_CALLERS[0].msisdn} --port {port}\n", highlight=False)
    desk = Table(
        "Login", "Who", title=f"The desk: http://127.0.0.1:{port}/desk, password {desk_demo.PASSWORD} (invented)"
    )
    for login, shown in desk_demo.logins():
        desk.add_row(login, shown)
    out.print(desk)
    table = Table("Phone", "Who calls", "Household", "Birth year", title="Demo phones (invented)")
    for caller in DEMO_CALLERS:
        table.add_row(caller.msisdn, caller.situation_fr, caller.household_no or "", str(caller.birth_year or ""))
    out.print(table)
    if campaign_id is not None:
        out.print("\nAn SMS campaign is planned by Awa and approved by Moussa (invented). In another terminal:")
        out.print(f"  .venv/bin/jigi campaign show {campaign_id}", highlight=False)
        out.print(f"  .venv/bin/jigi campaign start {campaign_id} --as awa", highlight=False)
        out.print(f"  .venv/bin/jigi campaign status {campaign_id} --watch", highlight=False)
        out.print("What each phone gets is shown on the telephone.\n")
    out.print("Ctrl-C ends it.\n", highlight=False)


def main() -> None:
    """Run the command."""
    sys.exit(app())


if __name__ == "__main__":
    main()
