"""Fetches the files of submissions from the form's server, and from no other: not even where it sends one on to."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from http import HTTPStatus
from typing import Final
from urllib.parse import urljoin

import httpx
import structlog

from api.due import doing
from core.grievances.attached import LARGEST
from core.imports.field import files
from core.imports.field.files import OTHER_SERVER, DueFile
from core.platform.database import DatabaseTask, signed_in_for
from core.platform.objects import ObjectStore, StoreDown, object_store
from core.platform.settings import Settings

log = structlog.get_logger(__name__)

LOOK_SECONDS: Final = 15.0
AT_ONCE: Final = 4
SECONDS: Final = 60.0
MOST_HOPS: Final = 4
"""Addresses that a server may send on to, each of a server that is named in the settings."""


class FieldFiles:
    """Fetches what is due; as many processes of the API as one likes may."""

    def __init__(
        self,
        http: httpx.AsyncClient,
        store: ObjectStore,
        clock: Callable[[], datetime],
        servers: Sequence[str],
        token: str,
    ) -> None:
        self._http = http
        self._store = store
        self._clock = clock
        self._servers = servers
        self._token = token

    async def fetch_due(self) -> int:
        """Fetch what is due now, as much as goes at once; how many files that was."""
        with signed_in_for(DatabaseTask.WORKER):
            due = await files.claim(self._clock(), AT_ONCE)
            await asyncio.gather(*map(self._fetch, due))
        return len(due)

    async def _fetch(self, file: DueFile) -> None:
        if not files.is_of(file.url, self._servers):
            await files.given_up(file, OTHER_SERVER, self._clock())
            return
        content = await self._content(file)
        if content is None:
            await files.did_not_come(file, self._clock())
            return
        try:
            await files.came(file, content, self._store, self._clock())
        except StoreDown as error:
            log.warning("field_file_not_stored", why=str(error))
            await files.did_not_come(file, self._clock())

    async def _content(self, file: DueFile) -> bytes | None:
        """The octets, one more than are taken at the most; None where they did not come."""
        url = file.url
        try:
            async with asyncio.timeout(SECONDS):
                for _ in range(MOST_HOPS):
                    async with self._http.stream("GET", url, headers=self._headers(url, file.url)) as response:
                        if response.is_redirect:
                            url = urljoin(url, response.headers.get("location", ""))
                            if files.is_of(url, self._servers):
                                continue
                        if response.status_code == HTTPStatus.OK:
                            return await _read(response)
                        log.warning("field_file_not_given", file=file.id, status=response.status_code)
                        return None
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError, OSError) as error:
            log.warning("field_file_not_given", file=file.id, error=type(error).__name__)
        return None

    def _headers(self, url: str, first: str) -> dict[str, str]:
        """The token, for the server that the submission named alone."""
        is_first = httpx.URL(url).host == httpx.URL(first).host
        return {"authorization": self._token} if self._token and is_first else {}


async def _read(response: httpx.Response) -> bytes:
    content = bytearray()
    async for chunk in response.aiter_bytes():
        content += chunk
        if len(content) > LARGEST:
            break
    return bytes(content[: LARGEST + 1])


@asynccontextmanager
async def fetching(settings: Settings, clock: Callable[[], datetime]) -> AsyncIterator[None]:
    """Fetch files while this lasts, where a form's server is named."""
    if not settings.form_servers:
        yield
        return

    async with httpx.AsyncClient(timeout=SECONDS) as http:
        token = settings.form_server_token.get_secret_value()
        fetcher = FieldFiles(http, object_store(settings), clock, settings.form_servers, token)
        async with doing(fetcher.fetch_due, "field_files_not_fetched", LOOK_SECONDS):
            yield
