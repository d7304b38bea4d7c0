"""What a phone is told that tried too often: how long it waits, and what can be done meanwhile."""

from core.phrases.telling import contact_phone
from ussd.call import Call


def waiting(call: Call) -> str:
    """The last text of a call in which nothing can be tried any more."""
    return f"{call.t('It is closed. Wait 24 hours.')}\n{call.t('Call {phone}.', phone=contact_phone())}"
