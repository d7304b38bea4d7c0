"""Complaints of Safo that came by telephone, and what is done with them on the page of a case."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Final

import httpx
from sqlmodel import col, select

from core.grievances.filing import Filing, file
from core.grievances.models import Grievance
from core.platform.database import reading
from core.text.languages import Language
from tests.core.grievances import handling
from tests.core.seed import NOW, SAFO
from tests.desk.addresses import case_page
from tests.desk.browser import Browser
from tests.support.database import change

LATE: Final = replace(handling.LATE, key="1", language=Language("fr"))
CONDUCT: Final = replace(LATE, key="2", category="conduct", subcategory="bribe", words="Le chef a pris 5 000")
"""Sensitive."""

HIDDEN: Final = re.compile(r'name="(version|event)" value="(\d+)"')


async def filed(key: str, filing: Filing = LATE, days_ago: int = 0, commune: str = SAFO) -> str:
    """A grievance of a commune, filed some days ago; its reference."""
    reference = (await file(replace(filing, key=key), NOW - timedelta(days=days_ago))).reference
    statement = "UPDATE grievance SET commune_pcode = %(commune)s WHERE reference = %(reference)s"
    await change(statement, commune=commune, reference=reference)
    return reference


async def grievances() -> Sequence[Grievance]:
    """Every grievance, in the order in which they were filed."""
    async with reading() as session:
        return (await session.exec(select(Grievance).order_by(col(Grievance.id)))).all()


async def shown(browser: Browser, reference: str) -> dict[str, str]:
    """The version of a case that its page shows."""
    page = await browser.open(await case_page(reference))
    return dict(HIDDEN.findall(page.text))


async def do(browser: Browser, reference: str, act: str, **fields: str) -> httpx.Response:
    """Do something on the page of a case as it is now."""
    version = await shown(browser, reference)
    page = await case_page(reference)
    return await browser.submit(f"{page}/{act}", page=page, follow=True, **(version | fields))
