"""How often a day something may be done from one phone, or for one household; beyond that, whom to call."""

from typing import Final

from prometheus_client import Counter

from core.calls.daily_uses import Use, is_within
from core.phrases.telling import contact_phone
from core.platform.settings import settings
from ussd.call import Call
from ussd.values import Say, say

BOUNDED: Final = Counter("jigi_line_bounded", "What was wanted more often than a day allows", ["use"])


async def bounded(call: Call, use: Use) -> Say | None:
    """What to say where this is too much for today, in the transaction of the act; None where it is not."""
    if await is_within(use, call.msisdn, call.number("household"), call.today, _most(use)):
        return None
    BOUNDED.labels(use.value).inc()
    return say(f"{call.t('It is too much for today.')}\n{call.t('Call {phone}.', phone=contact_phone())}")


def _most(use: Use) -> int:
    bounds = settings()
    match use:
        case Use.FILING:
            return bounds.line_filings_a_day
        case Use.SECRET:
            return bounds.line_secrets_a_day
        case Use.CALL_REQUEST:
            return bounds.line_calls_a_day
        case Use.CHANGE:
            return bounds.line_changes_a_day
