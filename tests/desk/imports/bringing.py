"""How a file is brought to the desk, confirmed, and waited for."""

import asyncio
from pathlib import Path
from typing import Final

import httpx

from core.imports.errand import Errand
from core.imports.shelf import UploadShelf
from core.platform.database import DatabaseTask, signed_in_for
from tests.desk.browser import Browser, seen

GOOD: Final = (
    "region,region_pcode,cercle,cercle_pcode,commune,commune_pcode\n"
    "Koulikoro,ML02,Kati,ML0202,Safo,ML020201\nKoulikoro,ML02,Kati,ML0202,Diago,ML020202\n"
)


async def in_this_process(folder: Path, upload_id: str) -> None:
    """What the process of an import does, without the second that it takes to start."""
    shelf = UploadShelf(folder)
    upload = shelf.as_written(upload_id)
    assert upload
    with signed_in_for(DatabaseTask.WORKER):
        await Errand(shelf, upload).run()


async def brought(browser: Browser, content: str, name: str = "communes.csv", **fields: str) -> httpx.Response:
    """Bring a file; the token goes as a header, for the library leaves open the form it looks for one in."""
    token = await browser.token("/desk/account")
    answer = await browser.http.post(
        "/desk/imports",
        data={"kind": "communes", **fields},
        files={"file": (name, content.encode())},
        headers={"X-CSRFToken": token},
        follow_redirects=True,
    )
    _brought.append(answer.url.path)
    return answer


async def ended(browser: Browser, address: str = "") -> str:
    """The page of the last import once nothing works on it any more."""
    address = address or last()
    for _ in range(1200):
        answer = await browser.open(address)
        if 'http-equiv="refresh"' not in answer.text:
            return seen(answer)
        await asyncio.sleep(0.05)
    raise AssertionError(seen(answer))


_brought: Final[list[str]] = []


def last() -> str:
    """The address of the import that was begun last."""
    return _brought[-1]


async def act(browser: Browser, name: str, address: str = "") -> httpx.Response:
    """Press a button of the last import."""
    address = address or last()
    return await browser.submit(f"{address}/{name}", page="/desk/account", follow=True)


async def imported(browser: Browser, content: str, name: str = "communes.csv", **fields: str) -> str:
    """Bring a file, confirm it, and give its page."""
    assert (await brought(browser, content, name, **fields)).status_code == 200
    assert "Ce que ce fichier ferait" in await ended(browser)
    await act(browser, "confirm")
    return await ended(browser)
