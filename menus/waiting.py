"""What a phone is told that tried too often: how long it waits, and what can be done meanwhile."""

from core.phrases.telling import contact_phone
from ussd.call import Call
from ussd.values import Choose, choose, option


def waiting(call: Call) -> Choose:
    """Nothing can be tried any more; somebody can be called, or call back."""
    text = f"{call.t('It is closed. Wait 24 hours.')}\n{call.t('Call {phone}.', phone=contact_phone())}"
    return choose(text, option(call.t("Call me back"), "call_me"))
