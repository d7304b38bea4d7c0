"""Files of a complaint: seen by who sees it, sealed in a store, given as a file to keep, gone with what it says."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from core.grievances.attachments import let_go_of_old
from core.platform.objects import FolderStore
from core.platform.settings import Settings
from core.staff.agents import Role, Scope
from tests.core.grievances.test_attached import JPEG, PDF, PNG
from tests.core.seed import NOW, SAFO
from tests.desk.addresses import case_page
from tests.desk.browser import Browser, seen
from tests.desk.conftest import DIAGO, SignIn
from tests.desk.grievances.cases import CONDUCT, do, filed
from tests.desk.trail import trail
from tests.support.database import change, query, scalar

pytestmark = pytest.mark.usefixtures("two_communes")


@pytest.fixture
def desk_settings(desk_settings: Settings, tmp_path: Path) -> Settings:
    return desk_settings.model_copy(update={"data_dir": tmp_path})


async def bring(browser: Browser, reference: str, content: bytes, name: str = "photo.jpg") -> httpx.Response:
    """Attach a file to a complaint."""
    path = (await case_page(reference)).replace("/cases/", "/attachments/")
    form = {"csrftoken": await browser.token("/desk/account")}
    files = {"file": (name, content, "image/jpeg")}
    return await browser.http.post(path, data=form, files=files, follow_redirects=True)


async def test_a_photo_is_kept_sealed_given_to_keep_and_taken_away(sign_in: SignIn, tmp_path: Path) -> None:
    reference = await filed("a")
    mariam = await sign_in("mariam")
    await do(mariam, reference, "take")
    page = await bring(mariam, reference, JPEG)
    assert "La pièce est jointe" in seen(page)
    assert "Photo (1 ko)" in seen(page)
    (attachment,) = await query("SELECT id, place FROM attachment")
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == [attachment.place], "named by nothing known"
    assert await scalar("SELECT count(*) FROM attachment_left") == 0

    file = await mariam.open(f"/desk/attachments/file/{attachment.id}")
    assert file.content == JPEG
    assert file.headers["content-disposition"] == f'attachment; filename="piece-{attachment.id}.jpg"'
    assert file.headers["content-security-policy"] == "sandbox; default-src 'none'"
    assert (file.headers["x-content-type-options"], file.headers["cache-control"]) == ("nosniff", "no-store")
    path = f"{(await case_page(reference)).replace('/cases/', '/attachments/')}/remove"
    await mariam.submit(path, page=await case_page(reference), attachment=str(attachment.id))
    assert (await mariam.open(f"/desk/attachments/file/{attachment.id}")).status_code == 404
    acts = [each.act for each in await trail() if each.act.startswith("file")]
    assert acts == ["file attached", "file opened", "file detached"]
    store = FolderStore(tmp_path / "attachments")
    await change("UPDATE attachment_left SET at = %(now)s", now=NOW)
    assert await let_go_of_old(store, NOW + timedelta(minutes=59)) == 0
    assert await let_go_of_old(store, NOW + timedelta(hours=2)) == 1
    assert not [each for each in tmp_path.rglob("*") if each.is_file()]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"<svg onload='alert(1)'/>", "Ce n'est ni une photo"),
        (JPEG[:30], "Le fichier est abîmé"),
        (PDF.replace(b"/Type", b"/OpenAction 9 0 R/Type"), "porte un programme"),
        (b"", "Choisissez un fichier"),
    ],
)
async def test_what_is_no_picture_and_no_plain_pdf_is_refused_whatever_it_is_called(
    sign_in: SignIn, content: bytes, why: str
) -> None:
    reference = await filed("a")
    assert why in seen(await bring(await sign_in("mariam"), reference, content))
    assert await scalar("SELECT count(*) FROM attachment_left") == 0, "nothing was put into the store"


async def test_it_is_seen_by_who_sees_the_complaint_and_goes_through_the_wall_with_it(sign_in: SignIn) -> None:
    near, far, behind = await filed("a"), await filed("b", commune=DIAGO), await filed("c", CONDUCT)
    national, focal = await sign_in("awa", Role.SUPERVISOR), await sign_in("oumou", Role.FOCAL)
    mariam = await sign_in("mariam", scope=Scope.COMMUNE, scope_code=SAFO)
    for browser, reference in ((mariam, near), (national, far), (focal, behind)):
        assert "La pièce est jointe" in seen(await bring(browser, reference, PNG))
    for browser, reference in ((mariam, far), (mariam, behind), (national, behind), (focal, near)):
        assert (await bring(browser, reference, PNG)).status_code == 404
    files = [row.id for row in await query("SELECT id FROM attachment ORDER BY id")]
    seen_by = {
        browser.actor.name: [(await browser.open(f"/desk/attachments/file/{each}")).status_code for each in files]
        for browser in (mariam, national, focal)
    }
    assert seen_by == {"Mariam": [200, 404, 404], "Awa": [200, 200, 404], "Oumou": [404, 404, 200]}
    administrator = await sign_in("admin", Role.ADMINISTRATOR)
    assert (await administrator.open(f"/desk/attachments/file/{files[0]}")).status_code == 403

    safe = {"call_safe": "no", "sms_safe": "no"}
    await do(mariam, near, "entrust", words="Un chef", subject="bribe", **safe)
    assert (await mariam.open(f"/desk/attachments/file/{files[0]}")).status_code == 404
    assert (await focal.open(f"/desk/attachments/file/{files[0]}")).status_code == 200, "it went with it"
    await do(national, far, "entrust", words="Grave", subject="violence", **safe)
    assert (await focal.open(f"/desk/attachments/file/{files[1]}")).status_code == 404, "the least is kept of violence"


async def test_it_goes_when_the_complaint_is_made_nameless(sign_in: SignIn) -> None:
    reference = await filed("a", replace(CONDUCT, category="payment", subcategory="late"))
    await bring(await sign_in("mariam"), reference, PNG)
    await scalar("SELECT forget_grievances(ARRAY(SELECT id FROM grievance))")
    assert await scalar("SELECT count(*) FROM attachment") == 0
    assert await scalar("SELECT count(*) FROM attachment_left") == 1, "and its file with the next tidying"
