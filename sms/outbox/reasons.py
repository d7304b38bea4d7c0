"""Why a message came to nothing, in the words of whoever reads it: the house's reasons, and a gateway's own."""

from collections.abc import Mapping
from pkgutil import resolve_name
from typing import Final

from core.outbox.messages import MessageState, Reason
from core.text.words import COMMAND, PAPER, Readership, Word, label
from sms.outbox.gateways import GATEWAYS

_HOUSE: Final[Mapping[str, Word]] = {word.value: word for kind in (Reason, MessageState) for word in kind}


def reason_label(reason: str, audience: Readership) -> str:
    """What an audience calls a reason as it is stored, several joined by commas, or a state that stands for one.

    A gateway's own word is asked of its file; one that it has no label for either is told as another reason, in French
    for staff, bare for operators at the command; on paper, which villages read, no code stands.
    """
    return ", ".join(_label(each, audience) for each in reason.split(", "))


def _label(reason: str, audience: Readership) -> str:
    word = _HOUSE.get(reason) or _own(reason)
    if word is not None:
        return label(word, audience)
    _, _, bare = reason.rpartition(":") if reason.partition(":")[0] in GATEWAYS else ("", "", reason)
    if audience is PAPER:
        return "autre raison"
    return bare if audience is COMMAND else f"autre raison : {bare}"


def _own(reason: str) -> Word | None:
    """A gateway's own word; its file is read only for that."""
    gateway, colon, _ = reason.partition(":")
    if not colon or gateway not in GATEWAYS:
        return None
    own: type[Word] | None = resolve_name(GATEWAYS[gateway]).reasons
    return next((word for word in own or () if word.value == reason), None)
