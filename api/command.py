"""`jigi api`: the keys of other systems and the batches they push, from the shell of the server."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Final

import typer
from rich.table import Table

from core.imports import batches
from core.imports.batch import PushState
from core.outbox import receivers
from core.outbox.outgoing import EventKind
from core.outbox.receivers import ReceiverCard, ReceiverTerms
from core.outbox.signing import PUBLIC_KEY, SigningScheme
from core.platform.settings import settings
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


Receiver = Annotated[int, typer.Argument(help="Its number, as `jigi api receivers` has it.")]


@app.command("add-receiver")
def add_receiver(
    system: Annotated[str, typer.Argument(help="What the system is called.")],
    url: Annotated[str, typer.Argument(help="Where it is told of events: https://…")],
    event: Annotated[list[EventKind], typer.Option(help="What it is told of; said once for each.")],
    place_kind: Annotated[Scope, typer.Option(help="The kind of place whose events these are.")] = Scope.NATIONAL,
    place: Annotated[str, typer.Option(help="The P-code of that place.")] = "",
    scheme: Annotated[SigningScheme, typer.Option(help="v1: a secret of both; v1a: a key pair.")] = SigningScheme.HMAC,
) -> None:
    """Tell a system of events (Standard Webhooks), and print what it verifies them by."""
    terms = ReceiverTerms(url, event, place_kind, place or None, scheme)
    made = receivers.make(system, terms, datetime.now(UTC), settings().api_receiver_networks)
    _print_secret(at_database(made))


def _print_secret(secret: str) -> None:
    out.print(secret, highlight=False, markup=False, soft_wrap=True)
    if not secret.startswith(PUBLIC_KEY):
        out.print("It is not shown again.")


@app.command("receivers")
def list_receivers() -> None:
    """Who is told of events, and how many wait for each."""
    table = Table("Receiver", "System", "Address", "Events", "For", "Signed by", "Took last", "Waiting", "")
    for card in at_database(receivers.cards()):
        table.add_row(
            str(card.id), card.system, card.url, ", ".join(kind.value for kind in card.kinds),
            card.scope_code or "national", card.public_key or label(card.scheme, COMMAND),
            f"{card.taken_at:%Y-%m-%d %H:%M}" if card.taken_at else "", str(card.pending), _standing(card),
        )  # fmt: skip
    out.print(table)


def _standing(card: ReceiverCard) -> str:
    if card.withdrawn_at:
        return "withdrawn"
    if card.off_at:
        return f"off since {card.off_at:%Y-%m-%d %H:%M}"
    return f"fails since {card.failing_since:%Y-%m-%d %H:%M}" if card.failing_since else "on"


@app.command("new-secret")
def new_secret(receiver: Receiver) -> None:
    """Sign by another secret too, printed once; `forget-secret` ends the earlier one."""
    _print_secret(at_database(receivers.new_secret(receiver, datetime.now(UTC))))


@app.command("forget-secret")
def forget_secret(receiver: Receiver) -> None:
    """Sign by the earlier secret no more."""
    at_database(receivers.forget_secret(receiver, datetime.now(UTC)))


@app.command("switch-on")
def switch_on(receiver: Receiver) -> None:
    """Send again to a receiver that was switched off, what waits first."""
    at_database(receivers.switch_on(receiver, datetime.now(UTC)))


@app.command("test-receiver")
def test_receiver(receiver: Receiver) -> None:
    """Send a receiver an event that tells of nothing."""
    at_database(receivers.send_test(receiver, datetime.now(UTC)))


@app.command("withdraw-receiver")
def withdraw_receiver(receiver: Receiver) -> None:
    """Tell a receiver nothing any more."""
    at_database(receivers.withdraw(receiver, datetime.now(UTC)))


@app.command("replay")
def replay(
    receiver: Receiver,
    since: Annotated[datetime, typer.Option(formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M"], help="From when on, UTC.")],
) -> None:
    """Send once more what a receiver took since a moment, in order."""
    count = at_database(receivers.replay(receiver, since.replace(tzinfo=UTC), datetime.now(UTC)))
    out.print(f"{count} events go once more.", highlight=False)
