"""Everything under `/spdci/v1`, where the settings name who we are; nothing otherwise."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime

import httpx
from starlette.routing import BaseRoute

from api.spdci.arrivals import ReplyDoor
from api.spdci.sending import ReplySender
from api.spdci.server import RegistryServer
from api.spdci.trigger import TriggerDoor
from core.platform.redis import Client
from core.platform.settings import Settings
from core.spdci.link import RegistryLinks
from core.spdci.ourselves import own_identity
from core.spdci.partners import partners


class SpdciRoom:
    """The doors of SPDCI, and what goes on beside them; raises WrongSetting for settings that do not go together."""

    def __init__(
        self, settings: Settings, redis: Client, clock: Callable[[], datetime], wake: Callable[[], None]
    ) -> None:
        own = own_identity(settings)
        self.routes: Sequence[BaseRoute] = ()
        self.sender: ReplySender | None = None
        if own is None:
            return
        self._http = httpx.AsyncClient(timeout=settings.spdci_seconds)
        known, links = partners(settings), RegistryLinks(own, settings.spdci_seconds, clock)
        server = RegistryServer(settings, own, known, links.sets, self._http, redis, clock)
        door = ReplyDoor(settings, known, links.sets, self._http, clock, wake)
        self.sender = ReplySender(links, known, clock)
        self.routes = [*server.routes(), door.route()]
        if settings.spdci_trigger:
            self.routes = [*self.routes, TriggerDoor(settings, known, links, clock).route()]

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """What goes on while the application stands."""
        if self.sender is None:
            yield
            return
        async with AsyncExitStack() as held:
            held.push_async_callback(self._http.aclose)
            await held.enter_async_context(self.sender.running())
            yield
