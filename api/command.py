"""`jigi api`: the keys of other systems and the batches they push, from the shell of the server."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Final

import typer
from rich.table import Table

from core.imports import batches
from core.imports.batch import PushState
from core.platform.terminal import out
from core.schema.ground import at_database
from core.staff.agents import Scope, actor_of
from core.systems import keys
from core.systems.keys import KeyCard, KeyGrant
from core.systems.scopes import KeyScope
from core.text.words import COMMAND, label

app = typer.Typer(help="Keys of other systems, and the batches they push.", no_args_is_help=True, add_completion=False)

DAYS: Final = 365
SHOWN: Final = 30


@app.command("make-key")
def make_key(
    system: Annotated[str, typer.Argument(help="What the system is called: small letters, digits, dashes.")],
    scope: Annotated[list[KeyScope], typer.Option(help="What the key may do; said once for each.")],
    place_kind: Annotated[Scope, typer.Option(help="The kind of place that it is for.")] = Scope.NATIONAL,
    place: Annotated[str, typer.Option(help="The P-code of that place.")] = "",
    days: Annotated[int, typer.Option(min=1, max=keys.LONGEST.days, help="Days until it ends.")] = DAYS,
) -> None:
    """Make a key, and print it once; a system has two at the most, so that one takes the other's place."""
    now = datetime.now(UTC)
    ends = now + timedelta(days=days)
    key = at_database(keys.make(system, KeyGrant(frozenset(scope), ends, place_kind, place or None), now))
    out.print(key, highlight=False, markup=False, soft_wrap=True)
    out.print(f"It is not kept and not shown again. It ends on {ends:%Y-%m-%d}.", highlight=False)


@app.command("keys")
def list_keys() -> None:
    """Every key there was: all but the key itself."""
    now = datetime.now(UTC)
    table = Table("Key", "System", "Ends in", "May", "For", "Until", "Used", "")
    for card in at_database(keys.cards()):
        table.add_row(
            str(card.id),
            card.system,
            f"…{card.ending}",
            ", ".join(scope.value for scope in card.scopes),
            card.scope_code or card.scope_kind.value,
            f"{card.expires_at:%Y-%m-%d}",
            f"{card.used_at:%Y-%m-%d}" if card.used_at else "",
            _state(card, now),
        )
    out.print(table)


def _state(card: KeyCard, now: datetime) -> str:
    if card.is_live(now):
        return "live"
    return "withdrawn" if card.withdrawn_at and card.withdrawn_at < card.expires_at else "expired"


@app.command("withdraw-key")
def withdraw_key(key: Annotated[int, typer.Argument(help="Its number, as `jigi api keys` has it.")]) -> None:
    """Let a key open nothing from now on."""
    system = at_database(keys.withdraw(key, datetime.now(UTC)))
    out.print(f"Key {key} of {system} opens nothing any more.", highlight=False)


@app.command("scopes")
def scopes() -> None:
    """What a key can be allowed to do."""
    table = Table("Scope", "What it allows")
    for scope in KeyScope:
        table.add_row(scope.value, label(scope, COMMAND))
    out.print(table)


@app.command("batches")
def list_batches() -> None:
    """The last batches that other systems pushed, and which wait for somebody."""
    table = Table("Batch", "System", "About", "State", "Rows", "New", "Changed", "Bad", "Lost", "")
    for card in at_database(batches.page(None, SHOWN)):
        waits = card.state is PushState.WAITING
        table.add_row(
            str(card.id), card.system, card.kind.value, card.state.value,
            *(str(number) for number in (card.rows, card.created, card.changed, card.bad, card.lost)),
            "waits for a second person" if waits and card.heavy else "waits for its system" if waits else "",
        )  # fmt: skip
    out.print(table)


@app.command("confirm")
def confirm(
    batch: Annotated[int, typer.Argument(help="Its number, as `jigi api batches` has it.")],
    as_: Annotated[str, typer.Option("--as", help="The login of a supervisor of the whole country.")],
) -> None:
    """Let a batch come in that takes much away, as somebody who imports files at the desk."""
    at_database(_confirmed(batch, as_))
    out.print(f"Batch {batch} comes in, where `jigi serve --only api` runs.", highlight=False)


async def _confirmed(batch_id: int, login: str) -> None:
    await batches.confirm_as(await actor_of(login), batch_id, datetime.now(UTC))
