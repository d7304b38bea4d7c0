"""Who asks for a grievance in a call, and who files one."""

from core.grievances.following import Viewer
from ussd.call import Call

IDENTIFIED = "identified"
"""Under which is remembered that the household gave its number and year of birth: the phone need not be its own."""


def viewer(call: Call) -> Viewer:
    """Whoever calls."""
    return Viewer(call.msisdn, call.number("household"), call.flag(IDENTIFIED))


def may_tell_again(call: Call) -> bool:
    """Whether what an act did may be shown to who dials next from this phone: nothing hidden, secret or another's."""
    return not (call.flag(IDENTIFIED) or call.flag("anonymous") or call.flag("hidden"))
