"""The account at the gateway, as a campaign that starts asks it: it answers, and tells of no money unless told to."""

from collections.abc import Iterator
from contextlib import contextmanager

import respx

GATEWAY: str = "http://127.0.0.1:1"
"""Where nobody listens: only what is asked here is answered."""


@contextmanager
def account() -> Iterator[respx.Route]:
    """Answer whoever asks for the account at `GATEWAY`, as long as this lasts."""
    with respx.mock(assert_all_called=False) as router:
        route = router.get(url__startswith=f"{GATEWAY}/version1/user")
        route.respond(json={"UserData": {}})
        yield route
