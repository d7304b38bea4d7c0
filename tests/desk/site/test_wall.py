"""What was confided to focal persons is found by nobody else, wherever one looks, and its old number tells nothing.

A case lives in the open first: it is written about, answered, asked for by SMS, its household is corrected in it. Then
it is confided; pages, lists, files and searches of every other role, the line, SMS, logs and tables are searched.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

import httpx
import pytest
from starlette.applications import Starlette

from core.grievances.vocabulary import GrievanceState
from core.numbers.identifiers import is_reference
from core.outbox.notice_kinds import NoticeKind
from core.outbox.notices import Notice, queue_notice
from core.platform.settings import settings
from core.staff.agents import Role, Scope
from core.text.languages import Language
from core.text.translator import translator
from simulator.gateway import UssdCall
from sms.outbox.notice_texts import Occasion, notice_text
from tests.core import seed
from tests.core.seed import NOW
from tests.desk.addresses import case_page
from tests.desk.browser import Browser
from tests.desk.conftest import DIAGO, SignIn
from tests.desk.files import FIGURES, exported
from tests.desk.grievances.cases import LATE, do, filed
from tests.desk.site.test_every_route import QUERY, addresses
from tests.desk.site.test_leaks import tables
from tests.support.database import change, scalar
from tests.support.keys import hold_new

HERS, STRANGERS = "+22376110022", "+22366998877"
WORDS, NOTE, ANSWER, WHY, NAME = "kakalamissa", "misiriba", "sigidaton", "dibidibi", "Zulmabounty"
PLANTED: Final = re.compile(f"{WORDS}|{NOTE}|{ANSWER}|{WHY}|{NAME}", re.IGNORECASE)
SUBJECTS: Final = ("bribe", "violence")
NEVER_GIVEN: Final = next(str(number) for number in range(7_654_300, 7_654_400) if is_reference(str(number)))
ALIKE: Final = {
    "/desk/queue/open": "reference",
    "/desk/grievances": "words",
    "/desk/households": "q",
    "/desk/readings": "reference",
}
"""Where a number is looked for, and under which name."""


@dataclass(frozen=True, slots=True)
class Confided:
    """A case behind the wall, by its number from before and the page it had, and who worked on it."""

    reference: str
    page: str
    mariam: Browser


@pytest.fixture(autouse=True)
def keys(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Keys to encrypt for, and to decrypt with."""
    hold_new(monkeypatch)
    yield
    settings.cache_clear()


@pytest.fixture(params=SUBJECTS)
async def confided(request: pytest.FixtureRequest, two_communes: None, app: Starlette, sign_in: SignIn) -> Confided:
    """A case that lived in the open, and is confided: nothing is safe."""
    household = await seed.household(phones=(HERS,))
    filing = replace(
        LATE, msisdn=HERS, category="other", subcategory="anything", words=WORDS, name=NAME, household_id=household
    )
    reference = await filed("wall", filing)
    mariam = await sign_in("mariam")
    await do(mariam, reference, "take")
    await do(mariam, reference, "note", words=NOTE)
    await do(mariam, reference, "identify", year="1970")
    await do(mariam, reference, "correct", field="village", words="Kolokani")
    await do(mariam, reference, "decide", decision=GrievanceState.RESOLVED.value, words=ANSWER)
    await _sent(reference)
    assert reference in await mariam.see(await _page_of(household))
    page = await case_page(reference)
    answer = await do(mariam, reference, "entrust", subject=request.param, words=WHY, call_safe="no", sms_safe="no")
    assert answer.status_code == 200
    return Confided(reference, page, mariam)


async def _sent(reference: str) -> None:
    """The answer left as it was written, a call about it was cut, and it was asked for by SMS."""
    body = f"Jigi : plainte {reference}. {ANSWER}"
    await change(
        "WITH written AS (INSERT INTO message_text (language, content, body, parts, size) "
        "VALUES ('fr', %(body)s, %(body)s, 1, 40) RETURNING id) "
        "UPDATE sms_batch SET state = 'done', text_id = (SELECT id FROM written) "
        "WHERE id IN (SELECT batch_id FROM message WHERE kind = 'decided')",
        body=body,
    )
    notices = {
        NoticeKind.CALL_DROPPED: {"text": f"Plainte {reference} {ANSWER}"},
        NoticeKind.STATUS: {"ref": reference},
    }
    for kind, filling in notices.items():
        assert await queue_notice(Notice(kind, kind, HERS, Language("fr"), filling), NOW)


async def _page_of(household: int) -> str:
    return f"/desk/households/of/{household}"


async def _files(browser: Browser, role: Role) -> list[str]:
    """Every file this role takes away."""
    texts = [answer.text for path in FIGURES if (answer := await browser.open(path)).status_code == 200]
    if role in (Role.SUPERVISOR, Role.ADMINISTRATOR):
        texts.append(await exported(browser, "audit-entry"))
    return texts


def _bare(answer: httpx.Response, number: str) -> str:
    """A page without what was typed and the words of its forms."""
    text = re.sub(r'(nonce|value)="[^"]*"', "", answer.text)
    return text.replace(number, "").replace("&#34;", "")


@pytest.mark.parametrize("confided", ["bribe"], indirect=True)
async def test_no_other_role_finds_a_word_of_it_anywhere(
    app: Starlette, confided: Confided, sign_in: SignIn, capfd: pytest.CaptureFixture[str]
) -> None:
    others = {
        "mariam": (confided.mariam, Role.AGENT),
        "far": (await sign_in("far", scope=Scope.COMMUNE, scope_code=DIAGO), Role.AGENT),
        "awa": (await sign_in("awa", Role.SUPERVISOR), Role.SUPERVISOR),
        "watcher": (await sign_in("watcher", Role.SUPERVISOR), Role.SUPERVISOR),
        "admin": (await sign_in("admin", Role.ADMINISTRATOR), Role.ADMINISTRATOR),
    }
    await change("UPDATE agent SET watches_focal = true WHERE login = 'watcher'")
    fanta = await sign_in("fanta", Role.FOCAL)
    assert WHY in await fanta.see(confided.page), "a focal person reads it, and so the search can find"
    shown = 0
    for who, (browser, role) in others.items():
        assert (await browser.open(confided.page)).status_code == (403 if role is Role.ADMINISTRATOR else 404), who
        for path in addresses(app, "GET"):
            answer = await browser.http.get(path, params=QUERY)
            assert not PLANTED.search(answer.text), (who, path)
            if "/audit-entry" not in path:
                assert confided.reference not in answer.text, (who, path)
            shown += answer.status_code == 200
        for text in await _files(browser, role):
            assert not PLANTED.search(text), who
        await _its_old_number_is_no_number(browser, confided.reference, who)
    assert shown > 100
    assert not PLANTED.search(capfd.readouterr().err)


async def _its_old_number_is_no_number(browser: Browser, reference: str, who: str) -> None:
    """It is answered word for word as one that was never given."""
    token = {"csrftoken": await browser.token("/desk/account")}
    for path, name in ALIKE.items():
        pages = [
            _bare(await browser.http.post(path, data={**token, name: number}), number)
            for number in (reference, NEVER_GIVEN)
        ]
        assert pages[0] == pages[1], (who, path)


async def test_the_trail_does_not_say_of_which_number_it_was_confided(confided: Confided, sign_in: SignIn) -> None:
    admin = await sign_in("admin", Role.ADMINISTRATOR)
    fanta = await sign_in("fanta", Role.FOCAL)
    await fanta.see(confided.page)
    rows = [line for line in (await exported(admin, "audit-entry")).splitlines() if confided.reference in line]
    assert rows, "what was done before stays"
    assert not [row for row in rows if "onfi" in row or "Fanta" in row.title()], "and says nothing of what came after"


async def test_nothing_is_kept_in_the_clear(confided: Confided) -> None:
    held = {name: sorted(set(PLANTED.findall(text))) for name, text in (await tables()).items()}
    kept = {"grievance": [NAME]} if await scalar("SELECT name FROM grievance") else {}
    assert {name: words for name, words in held.items() if words} == kept
    numbered = {name for name, text in (await tables()).items() if confided.reference in text}
    assert numbered == {"grievance", "message", "audit_entry"}


async def _dialled(browser: Browser, phone: str, *keys: str) -> str:
    call = UssdCall(browser.http, "/ussd/africastalking/demo", phone)
    screen = await call.dial()
    for key in keys:
        screen = await call.reply(key)
    await call.end_event("Success")
    return screen.text


async def test_the_line_and_the_sms_know_its_old_number_no_more_but_for_her(confided: Confided) -> None:
    http = confided.mariam
    fresh = iter(range(10))

    async def line(number: str) -> str:
        return await _dialled(http, f"{STRANGERS[:-1]}{next(fresh)}", "2", "4", "1", number)

    async def sms(phone: str, number: str) -> str:
        occasion = Occasion(phone, {"ref": number}, NOW)
        return (await notice_text(NoticeKind.STATUS, occasion, translator(Language("fr")))).replace(number, "")

    assert await line(confided.reference) == await line(NEVER_GIVEN)
    assert await sms(STRANGERS, confided.reference) == await sms(STRANGERS, NEVER_GIVEN)
    secret = await scalar("SELECT secret FROM grievance")
    if secret is None:
        hers = await _dialled(http, HERS, "2", "4", "1", confided.reference)
        assert not PLANTED.search(hers)
    else:
        assert await line(f"{confided.reference}{secret}") != await line(NEVER_GIVEN), "the number that she was told"
        wrong = f"{confided.reference}{(int(secret) + 1) % 10_000:04}"
        assert await line(wrong) == await line(NEVER_GIVEN)
