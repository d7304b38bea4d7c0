"""What a plan tells, and messages that came to something."""

from datetime import timedelta

from sms.outbox.contents import PaymentLine
from tests.sms.campaign_world import PAY_DAY, pay_lines, planned
from tests.support.database import change

DAY = timedelta(days=1)
MONEY = PaymentLine(households=1, names="", amount_xof=30_000, day=PAY_DAY, place="Mairie de Safo", old_day=None)


async def announced_to(msisdn: str) -> tuple[PaymentLine, ...]:
    """What the announcement of the round tells a phone."""
    return (await pay_lines((await planned()).campaign_id))[msisdn]


async def again(state: str, reason: str | None = None) -> None:
    """Let every message that is planned have come to this."""
    await change(
        "UPDATE message SET state = %(state)s, reason = %(reason)s WHERE state = 'planned'", state=state, reason=reason
    )
