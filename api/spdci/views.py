"""Everything under `/spdci/v1`, where the settings name who we are; nothing otherwise."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime

import httpx
from starlette.routing import BaseRoute

from api.spdci.server import RegistryServer
from core.platform.redis import Client
from core.platform.settings import Settings
from core.spdci.key_sets import KeySets
from core.spdci.ourselves import own_identity
from core.spdci.partners import partners


class SpdciRoom:
    """The doors of SPDCI, and what goes on beside them; raises WrongSetting for settings that do not go together."""

    def __init__(self, settings: Settings, redis: Client, clock: Callable[[], datetime]) -> None:
        own = own_identity(settings)
        self.routes: Sequence[BaseRoute] = ()
        self._http = httpx.AsyncClient(timeout=settings.spdci_seconds)
        if own is None:
            return
        server = RegistryServer(settings, own, partners(settings), KeySets(), self._http, redis, clock)
        self.routes = server.routes()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """What goes on while the application stands."""
        try:
            yield
        finally:
            await self._http.aclose()
