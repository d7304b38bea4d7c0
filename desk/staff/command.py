"""`jigi agents`: the people who work here, from the shell of the server."""

from collections.abc import Coroutine
from datetime import UTC, datetime
from typing import Annotated, Any, TypeVar

import typer
from rich.table import Table

from core.grievances import handing_over
from core.grievances.handing_over import HandedOver
from core.platform.errors import JigiError
from core.platform.settings import settings
from core.platform.terminal import errors, out
from core.schema.ground import at_database
from core.staff import administration, audit
from core.staff.administration import Duties
from core.staff.agents import Role, Scope

app = typer.Typer(help="The people who work here.", no_args_is_help=True, add_completion=False)

Login = Annotated[str, typer.Argument(help="Their login.")]
Done = TypeVar("Done")


def _people(work: Coroutine[Any, Any, Done]) -> Done:
    """Do something with the people who work here; what cannot be done is said in words, with exit code 2."""
    try:
        return at_database(work)
    except JigiError as error:
        errors.print(str(error), style="bold red", highlight=False, markup=False)
    raise typer.Exit(2)


@app.command("add")
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
    given = _people(administration.add(None, login, name, duties, datetime.now(UTC)))
    out.print(f"{name} works here as {login} ({role.value}).", highlight=False)
    _print_password(given)


@app.command("password")
def password(login: Login) -> None:
    """Give someone a new password, printed once; a lock ends, and so do their sessions."""
    _print_password(_people(administration.new_password(None, login, datetime.now(UTC))))


def _print_password(given: str) -> None:
    out.print(f"Password, for the first sign-in only: {given}", highlight=False, markup=False)
    out.print("It is not kept and not shown again. They choose their own when they sign in.")


@app.command("list")
def list_agents() -> None:
    """Who works here, and who did; who is locked out, and who has a second factor."""
    now = datetime.now(UTC)
    table = Table("Login", "Name", "Role", "For", "Signs in with", "Seen", "Disabled")
    for person in at_database(administration.everybody(now, settings())):
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


@app.command("disable")
def disable(
    login: Login, why: Annotated[str, typer.Option(help="The reason, kept on record.")] = "at the shell"
) -> None:
    """Let someone work here no more; their sessions end, and the cases they hold are anybody's to take."""
    done = _people(_out(login, why, datetime.now(UTC)))
    out.print(f"{login} works here no more; {done.every} cases of theirs are anybody's to take.", highlight=False)


async def _out(login: str, why: str, now: datetime) -> HandedOver:
    await administration.disable(None, login, why, now)
    return await handing_over.hand_over(None, (await administration.person(login, now, settings())).id, None, now)


@app.command("enable")
def enable(login: Login) -> None:
    """Let someone work here again, as before."""
    _people(administration.enable(None, login, datetime.now(UTC)))
    out.print(f"{login} works here again.", highlight=False)


@app.command("forget-second-factor")
def forget_second_factor(login: Login) -> None:
    """Let someone who lost their telephone set up the second factor anew; their sessions end."""
    _people(administration.forget_second_factor(None, login, datetime.now(UTC)))
    out.print(f"{login} sets up a second factor at the next sign-in.", highlight=False)


@app.command("check-audit")
def check_audit(
    seal: Annotated[str, typer.Option(help="NUMBER:SEAL, as an earlier check printed it: it must stand still.")] = "",
) -> None:
    """Check the seals of the audit trail; exit code 1 when an entry was changed or taken away."""
    broken, trail, stands = at_database(_checked(seal))
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
