"""Whether an account lets us in, tried beside whoever works by it: as one who only sends, to whom nothing is given."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import smpp34

from core.platform.gateways import Trial
from core.platform.smpp.accounts import BindMode, SmppAccount
from core.platform.smpp.link import AGAIN, BindRefused, NotBound, SmppLink, Verdict, bound
from core.platform.smpp.pdus import SmppStatus


async def lets_us_in(account: SmppAccount, connect_seconds: float) -> Trial:
    """Bind and part again."""
    try:
        async with sending(account, connect_seconds):
            return Trial(True, f"{account.name} lets us in.")
    except NotBound as error:
        return not_in(account, error)


@asynccontextmanager
async def sending(account: SmppAccount, connect_seconds: float) -> AsyncIterator[SmppLink]:
    """A bind that only sends, where the account sends at all; raises NotBound, BindRefused."""
    tried = replace(account, mode=BindMode.TRANSMITTER) if account.submits else account
    link = await bound(tried, _take_nothing, connect_seconds)
    try:
        yield link
    finally:
        await link.close()


def not_in(account: SmppAccount, error: NotBound) -> Trial:
    """Why we are not let in; that we are in already as often as was agreed is no fault."""
    if isinstance(error, BindRefused) and error.status == SmppStatus.ALREADY_BOUND:
        return Trial(None, f"{account.name} is bound as often as it may be, by us as a rule.")
    return Trial(False, f"{account.name} does not let us in: {error}.")


async def _take_nothing(_: SmppLink, __: smpp34.DeliverSm) -> Verdict:
    return AGAIN
