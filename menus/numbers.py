"""The number that is to be called, where somebody may give another than that of the phone."""

from core.numbers.msisdn import BadNumber, can_get_sms, parse
from ussd.call import Call


def number_to_call(call: Call) -> str | None:
    """The calling phone, or another mobile of Mali that was typed; None for what is none."""
    if not call.word("number"):
        return call.msisdn
    try:
        number = parse(call.word("number"))
    except BadNumber:
        return None
    return number if number == call.msisdn or can_get_sms(number) else None
