"""`jigi spdci`: other registries are asked, subscribed to and told, from the shell of the server."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, Final

import typer
from rich.table import Table

from core.platform.settings import settings
from core.platform.terminal import out
from core.schema.ground import at_database
from core.spdci import asking, askings
from core.spdci.beneficiaries import enrolments_since
from core.spdci.faults import RegistryFailed
from core.spdci.link import RegistryLinks
from core.spdci.mapping import NUMBER_TYPE
from core.spdci.ourselves import own_identity
from core.spdci.partners import Partner, partners
from core.spdci.triggers import RegistryCaller, RegistryRequest, RequestDetails
from core.spdci.vocabulary import RegistryFault

app = typer.Typer(help="Other registries, by SPDCI.", no_args_is_help=True, add_completion=False)

SHOWN: Final = 30
Named = Annotated[str, typer.Argument(help="The name of the partner, as the settings have it.")]


@app.command("partners")
def list_partners() -> None:
    """Who the settings name, and what is agreed with each."""
    table = Table("Partner", "Sender id", "Keys", "We ask it at", "It takes our replies at")
    for each in partners(settings()).values():
        table.add_row(each.name, each.sender_id, each.jwks, each.registry, each.replies)
    out.print(table)


@app.command("ask")
def ask(
    request: Annotated[RegistryRequest, typer.Argument(help="What is asked.")],
    partner: Named,
    id_type: Annotated[str, typer.Option(help="The kind of number, or what is compared.")] = NUMBER_TYPE,
    id_value: Annotated[str, typer.Option("--id", help="The number, or what it is compared with.")] = "",
    code: Annotated[str, typer.Option(help="The code of a subscription, for unsubscribe.")] = "",
    transaction: Annotated[str, typer.Option(help="The id of a transaction, for its status.")] = "",
    event: Annotated[str, typer.Option(help="The event to subscribe to.")] = "REGISTER",
) -> None:
    """Make a request of a registry; what is answered later comes to `jigi serve --only api` and becomes a batch."""
    details = RequestDetails(id_type, id_value, code, transaction, event)
    out.print(json.dumps(at_database(_made(request, partner, details))), highlight=False, markup=False)


async def _made(request: RegistryRequest, name: str, details: RequestDetails) -> Mapping[str, Any]:
    links, partner = _reached(name)
    return await RegistryCaller(links, partner, settings().spdci_url).make(request, details, datetime.now(UTC))


def _reached(name: str) -> tuple[RegistryLinks, Partner]:
    """How a partner is asked; raises RegistryFailed for one that there is none of."""
    own, partner = own_identity(settings()), partners(settings()).get(name)
    if own is None or partner is None:
        raise RegistryFailed(RegistryFault.NOT_SET_UP, name)
    return RegistryLinks(own, settings().spdci_seconds, lambda: datetime.now(UTC)), partner


@app.command("tell")
def tell(
    partner: Named,
    since: Annotated[datetime, typer.Option(formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M"], help="Changed since, UTC.")],
) -> None:
    """Tell a beneficiary registry where the households stand that changed since a moment."""
    count = at_database(_told_since(partner, since.replace(tzinfo=UTC)))
    out.print(f"{count} households are told of.", highlight=False)


async def _told_since(name: str, since: datetime) -> int:
    links, partner = _reached(name)
    count = 0
    async for enrolments in enrolments_since(since):
        await asking.update_enrolments(links, partner, enrolments, datetime.now(UTC))
        count += len(enrolments)
    return count


@app.command("asked")
def list_askings() -> None:
    """What was asked last that is answered later, and the batches that came of it."""
    table = Table("No", "Partner", "What", "State", "Asked", "Subscription", "Batches", "")
    for each in at_database(askings.page(SHOWN)):
        table.add_row(
            str(each.id), each.partner, each.action.value, each.state.value, f"{each.asked_at:%Y-%m-%d %H:%M}",
            ", ".join(each.codes), ", ".join(map(str, each.batches)), each.fault or "",
        )  # fmt: skip
    out.print(table)
