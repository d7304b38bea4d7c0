"""Every file that the desk hands out, as text."""

import io
import zipfile
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Final

import httpx

from core.payments.states import PaymentState
from core.platform import sql
from desk.site.lists import lists
from tests.core import seed
from tests.desk.browser import Browser
from tests.desk.imports.bringing import brought, ended, last
from tests.desk.planted import NAME, NUMBER, PHONE, VILLAGE, YEAR
from tests.sms.campaign_world import ROUND, running

FIGURES: Final = (
    "/desk/grievances/export.csv",
    "/desk/grievances/export.xlsx",
    "/desk/reports/export.csv",
    "/desk/reports/export.xlsx",
    "/desk/received/export.csv",
)
"""Files of what is counted, which name nobody."""

UNTOLD: Final = (
    "UPDATE message SET state = 'failed', reason = 'no_answer', final_at = %(now)s WHERE campaign_id = %(id)s"
)
ROW: Final = f"{NUMBER} {'?' * 40};{NAME * 20};{YEAR} ?;{PHONE} ?;{VILLAGE};ML??;beneficiary"
REFUSED: Final = f"household_no;head_name;birth_year;phone;village;commune_pcode;status\n{ROW}\n"
"""A file of one household, in which every cell is wrong: the errors repeat what cannot be read."""


def text_of(answer: httpx.Response) -> str:
    """The text of a file: of all there is in it, for a workbook."""
    assert answer.status_code == 200, (answer.request.url, answer.status_code)
    if not answer.content.startswith(b"PK"):
        return answer.text
    with zipfile.ZipFile(io.BytesIO(answer.content)) as book:
        return "\n".join(book.read(name).decode() for name in book.namelist())


async def unreached(browser: Browser, household: int) -> Sequence[str]:
    """A campaign tells a household in vain; the list of who could not be told, as files and on paper."""
    await seed.payment(household, PaymentState.ANNOUNCED, due=seed.TODAY + timedelta(days=6), round_name=ROUND)
    campaign = await running()
    await sql.execute(UNTOLD, {"now": seed.NOW, "id": campaign})
    page = f"/desk/campaigns/{campaign}/unreached"
    return [text_of(await browser.open(f"{page}{path}")) for path in ("/csv", "/xlsx", "/print")]


async def refused_rows(browser: Browser) -> Sequence[str]:
    """The errors of an import."""
    await brought(browser, REFUSED, name="menages.csv", kind="households")
    await ended(browser)
    return [text_of(await browser.open(f"{last()}/refused"))]


async def rights(administrator: Browser) -> Sequence[str]:
    """What is handed over to somebody who asks what is held of them."""
    form: dict[str, Any] = {"csrftoken": await administrator.token("/desk/rights"), "number": NUMBER, "why": "demande"}
    return [
        text_of(await administrator.http.post("/desk/rights/show", data={**form, "kind": "household", "as": kind}))
        for kind in ("text", "json")
    ]


async def exported(browser: Browser, key: str) -> str:
    """A whole list of the library's, as it is exported."""
    form = {"csrftoken": await browser.token(f"/desk/{key}/list"), "scope": "all", "format": "csv"}
    return text_of(await browser.http.post(f"/desk/_api/{key}/action?name=export&all=1", data=form))


async def handed_out(supervisor: Browser, administrator: Browser) -> Mapping[str, Sequence[str]]:
    """Each kind of file, by its name in the operators' document."""
    return {
        "figures": [text_of(await supervisor.open(path)) for path in FIGURES],
        "lists": [await exported(supervisor, view.key) for view in lists() if view.key],
        "trail_file": [await exported(administrator, "audit-entry")],
        "refused_rows": await refused_rows(supervisor),
        "rights_file": await rights(administrator),
    }
