"""Where sealed files stand: a folder of this machine, or a bucket that speaks S3, neither below what the web shows.

A name says nothing of what is in it. What is put is whole or not there.
"""

import asyncio
import hashlib
import hmac
import os
import re
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path
from typing import Final, Protocol
from urllib.parse import urlsplit

import httpx

from core.platform.errors import JigiError
from core.platform.settings import Settings, WrongSetting

NAME: Final = re.compile(r"[0-9a-f]{32}")
SECONDS: Final = 20
OWNERS: Final = 0o600


class NoObject(JigiError, LookupError):
    """There is no object of this name."""


class StoreDown(JigiError):
    """The store does not answer, or refuses; nothing was changed that is known of."""


class ObjectStore(Protocol):
    """Keeps octets by a name of 32 hexadecimal digits."""

    async def put(self, name: str, content: bytes) -> None:
        """Keep octets; raises StoreDown."""

    async def get(self, name: str) -> bytes:
        """The octets that were kept; raises NoObject and StoreDown."""

    async def delete(self, name: str) -> None:
        """Let go of them; nothing is done where there are none. Raises StoreDown."""


class FolderStore:
    """A folder, for the owner alone to read."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def put(self, name: str, content: bytes) -> None:
        """Keep octets on the disk before it is said that they are."""
        await asyncio.to_thread(self._put, self._path(name), content)

    async def get(self, name: str) -> bytes:
        """The octets that were kept."""
        try:
            return await asyncio.to_thread(self._path(name).read_bytes)
        except FileNotFoundError as error:
            raise NoObject(name) from error
        except OSError as error:
            raise StoreDown(str(error.strerror)) from error

    async def delete(self, name: str) -> None:
        """Let go of them."""
        await asyncio.to_thread(self._path(name).unlink, missing_ok=True)

    def _path(self, name: str) -> Path:
        if not NAME.fullmatch(name):
            raise NoObject(name)
        return self._folder / name[:2] / name

    @staticmethod
    def _put(path: Path, content: bytes) -> None:
        try:
            path.parent.mkdir(parents=True, mode=0o700, exist_ok=True)
            half = path.with_suffix(".part")
            half.touch(OWNERS)
            with half.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            half.replace(path)
        except OSError as error:
            raise StoreDown(str(error.strerror)) from error


class BucketStore:
    """A bucket of a store that speaks S3, by its path (`https://store.example/bucket`)."""

    def __init__(self, settings: Settings, transport: httpx.AsyncBaseTransport | None = None) -> None:
        self._settings = settings
        self._transport = transport

    async def put(self, name: str, content: bytes) -> None:
        """Keep octets."""
        await self._ask("PUT", name, content)

    async def get(self, name: str) -> bytes:
        """The octets that were kept."""
        return (await self._ask("GET", name)).content

    async def delete(self, name: str) -> None:
        """Let go of them."""
        try:
            await self._ask("DELETE", name)
        except NoObject:
            return

    async def _ask(self, method: str, name: str, content: bytes = b"") -> httpx.Response:
        if not NAME.fullmatch(name):
            raise NoObject(name)
        url = f"{self._settings.attachments_bucket.rstrip('/')}/{name}"
        headers = signed(self._settings, method, url, content, datetime.now(UTC))
        try:
            async with httpx.AsyncClient(timeout=SECONDS, transport=self._transport) as client:
                response = await client.request(method, url, content=content, headers=headers)
        except httpx.HTTPError as error:
            raise StoreDown(type(error).__name__) from error
        if response.status_code == HTTPStatus.NOT_FOUND:
            raise NoObject(name)
        if not response.is_success:
            raise StoreDown(str(response.status_code))
        return response


def signed(settings: Settings, method: str, url: str, content: bytes, now: datetime) -> dict[str, str]:
    """The headers of a request, signed as S3 asks (AWS Signature Version 4, one chunk, no query)."""
    parts = urlsplit(url)
    moment, day = f"{now:%Y%m%dT%H%M%SZ}", f"{now:%Y%m%d}"
    digest = hashlib.sha256(content).hexdigest()
    headers = {"host": parts.netloc, "x-amz-content-sha256": digest, "x-amz-date": moment}
    names = ";".join(headers)
    lines = "".join(f"{name}:{value}\n" for name, value in headers.items())
    asked = hashlib.sha256(f"{method}\n{parts.path}\n\n{lines}\n{names}\n{digest}".encode()).hexdigest()
    scope = f"{day}/{settings.attachments_region}/s3/aws4_request"
    key = f"AWS4{settings.attachments_secret.get_secret_value()}".encode()
    for word in scope.split("/"):
        key = hmac.digest(key, word.encode(), "sha256")
    seal = hmac.digest(key, f"AWS4-HMAC-SHA256\n{moment}\n{scope}\n{asked}".encode(), "sha256").hex()
    credential = f"Credential={settings.attachments_key}/{scope}, SignedHeaders={names}, Signature={seal}"
    return {**headers, "authorization": f"AWS4-HMAC-SHA256 {credential}"}


def object_store(settings: Settings) -> ObjectStore:
    """The store that the settings name; raises WrongSetting for a bucket without its key."""
    if not settings.attachments_bucket:
        return FolderStore(settings.data_dir / "attachments")
    if not settings.attachments_key or not settings.attachments_secret.get_secret_value():
        raise WrongSetting(
            "JIGI_ATTACHMENTS_BUCKET needs JIGI_ATTACHMENTS_KEY and JIGI_ATTACHMENTS_SECRET.",
            "Il faut à JIGI_ATTACHMENTS_BUCKET JIGI_ATTACHMENTS_KEY et JIGI_ATTACHMENTS_SECRET.",
        )
    return BucketStore(settings)
