"""What was typed, as a session keeps it: enough to tell a repeat from the next hop, and no number, year or word.

An input of three characters or more is kept as a digest with the gateway's session id as its key, which Redis does not
have; keys of menus are shorter and are kept as they are, so that a call can be followed. A seal is its own seal.
"""

import re
from dataclasses import replace
from hashlib import blake2b
from typing import Final

from ussd.hops import Hop, LastInput
from ussd.state import LastHop

LONGEST_KEY: Final = 2
KEYS: Final = re.compile(r"(?:[^*]{0,2}\*)*[^*]{0,2}")
"""Inputs of which none is longer than a key."""

SEAL: Final = re.compile(r"~[0-9a-f]{16}")


def sealed(typed: str, session_id: str) -> str:
    """Inputs joined by `*`, each that is no key of a menu sealed; as many as before."""
    if KEYS.fullmatch(typed):
        return typed
    return "*".join([_sealed(each, session_id) for each in typed.split("*")])


def sealed_last(hop: Hop, last: LastInput) -> LastInput:
    """The last input of a hop, sealed, to be held against one that a session kept."""
    return replace(last, text=sealed(last.text, hop.session_id))


def sealed_hop(last: LastHop, session_id: str) -> LastHop:
    """The last hop of a call as a session keeps it."""
    return replace(last, text=sealed(last.text, session_id))


def _sealed(typed: str, session_id: str) -> str:
    if len(typed) <= LONGEST_KEY or SEAL.fullmatch(typed):
        return typed
    key = blake2b(session_id.encode(), digest_size=32).digest()
    return f"~{blake2b(typed.encode(errors='surrogatepass'), digest_size=8, key=key).hexdigest()}"
