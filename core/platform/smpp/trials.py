"""Whether an account lets us in, tried beside whoever works by it."""

from dataclasses import replace
from typing import Final

import smpp34

from core.platform.gateways import Trial
from core.platform.smpp.accounts import BindMode, SmppAccount
from core.platform.smpp.link import AGAIN, BindRefused, NotBound, SmppLink, Verdict, bound
from core.platform.smpp.pdus import SmppStatus

WRONG_NAME: Final = frozenset({SmppStatus.INVALID_PASSWORD, SmppStatus.INVALID_SYSTEM_ID})


def sending_only(account: SmppAccount) -> SmppAccount:
    """The account as one who only sends binds to it: nothing that comes is given to such a bind."""
    return replace(account, mode=BindMode.TRANSMITTER)


async def lets_us_in(account: SmppAccount, connect_seconds: float) -> Trial:
    """Bind as the account says, and part again."""
    try:
        link = await bound(account, take_nothing, connect_seconds)
    except NotBound as error:
        return not_in(account, error)
    await link.close()
    return Trial(True, f"{account.name} lets us in.", f"{account.name} nous laisse entrer.")


def not_in(account: SmppAccount, error: NotBound) -> Trial:
    """Why we are not let in. Being in already as often as was agreed is no fault, nor is that nobody may only send."""
    if isinstance(error, BindRefused) and error.status == SmppStatus.ALREADY_BOUND:
        return Trial(
            None,
            f"{account.name} is bound as often as it may be, by us as a rule.",
            f"{account.name} est lié autant de fois qu'il le peut, par nous en général.",
        )
    if account.mode is BindMode.TRANSMITTER and isinstance(error, BindRefused) and error.status not in WRONG_NAME:
        return Trial(
            None,
            f"{account.name} does not let in who only sends: {error}.",
            f"{account.name} ne laisse pas entrer qui ne fait qu'envoyer : {error}.",
        )
    return Trial(
        False, f"{account.name} does not let us in: {error}.", f"{account.name} ne nous laisse pas entrer : {error}."
    )


async def take_nothing(_: SmppLink, __: smpp34.DeliverSm) -> Verdict:
    """What comes meanwhile is for those who work by the account: it is to be sent again."""
    return AGAIN
