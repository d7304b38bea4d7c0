"""The store of files: a folder that only its owner reads, or a bucket that is asked with S3's own signature."""

import re
import stat
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr

from core.platform.objects import BucketStore, FolderStore, NoObject, ObjectStore, StoreDown, object_store, signed
from core.platform.settings import Settings, WrongSetting

SIGNATURE = "257e6f3b70ee2de26c916298b6fe8d94843ed2e06256ad56f6945574f130b6f3"
SIGNED = re.compile(r"AWS4-HMAC-SHA256 Credential=K/\d{8}/us-east-1/s3/aws4_request, .*Signature=[0-9a-f]{64}")
NAME = "0123456789abcdef" * 2


def settings(tmp_path: Path, **more: object) -> Settings:
    """Settings with a bucket."""
    given = {"attachments_bucket": "https://store.test/jigi", "attachments_key": "K", "data_dir": tmp_path}
    return Settings(**{"_env_file": None, "attachments_secret": SecretStr("S"), **given, **more})  # type: ignore[arg-type]


class Bucket:
    """A bucket of S3: it keeps what is put, and refuses what is not signed."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}
        self.down = False

    def answer(self, request: httpx.Request) -> httpx.Response:
        """As S3 does."""
        sealed = SIGNED.fullmatch(request.headers["authorization"])
        if self.down or not sealed:
            return httpx.Response(503 if self.down else 403)
        path = request.url.path
        if request.method == "PUT":
            self.kept[path] = request.content
        elif request.method == "DELETE":
            self.kept.pop(path, None)
            return httpx.Response(204)
        return httpx.Response(200, content=self.kept[path]) if path in self.kept else httpx.Response(404)


async def keeps(store: ObjectStore) -> None:
    """What every store does."""
    await store.put(NAME, b"sealed")
    assert await store.get(NAME) == b"sealed"
    await store.delete(NAME)
    await store.delete(NAME)
    with pytest.raises(NoObject):
        await store.get(NAME)
    for other in ("../../etc/passwd", "a", NAME.upper()):
        with pytest.raises(NoObject):
            await store.get(other)


async def test_a_folder_keeps_files_for_its_owner_alone(tmp_path: Path) -> None:
    await keeps(FolderStore(tmp_path))
    await FolderStore(tmp_path).put(NAME, b"sealed")
    (file,) = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    with pytest.raises(StoreDown):
        await FolderStore(file).put(NAME, b"")


async def test_a_bucket_keeps_files_and_says_when_it_does_not(tmp_path: Path) -> None:
    bucket = Bucket()
    store = BucketStore(settings(tmp_path), httpx.MockTransport(bucket.answer))
    await keeps(store)
    bucket.down = True
    with pytest.raises(StoreDown):
        await store.put(NAME, b"sealed")
    with pytest.raises(StoreDown):
        await store.get(NAME)


def test_a_request_is_signed_as_s3_says(tmp_path: Path) -> None:
    """The signature was made with botocore's own signer for the same request."""
    headers = signed(
        settings(tmp_path), "PUT", f"https://store.test/jigi/{NAME}", b"a", datetime(2026, 1, 2, tzinfo=UTC)
    )
    assert headers["x-amz-date"] == "20260102T000000Z"
    assert headers["authorization"].endswith(SIGNATURE)


def test_the_settings_name_the_store(tmp_path: Path) -> None:
    assert isinstance(object_store(settings(tmp_path)), BucketStore)
    assert isinstance(object_store(settings(tmp_path, attachments_bucket="")), FolderStore)
    with pytest.raises(WrongSetting, match="JIGI_ATTACHMENTS_KEY"):
        object_store(settings(tmp_path, attachments_key=""))
