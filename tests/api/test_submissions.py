"""A form's server pushes grievances: each is filed once, an edit is a note, what does not fit waits."""

import base64
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import httpx
import pytest

from api.field_files import FieldFiles
from core.grievances.attachments import of_case
from core.imports.field import forms
from core.imports.field.files import PAUSES
from core.imports.registers import mappings
from core.imports.registers.mappings import mapping_of
from core.platform.objects import FolderStore
from core.systems.scopes import KeyScope
from tests.api.conftest import DIAGO, Hold, System
from tests.core.grievances.test_attached import JPEG
from tests.core.seed import SAFO
from tests.desk.grievances.cases import grievances
from tests.support.database import query, scalar

NOW: Final = datetime.now(UTC)
SERVER: Final = "https://kobo.test"
PHOTO: Final = f"{SERVER}/media/photo.jpg"
MAPPING: Final = mapping_of(
    "Plaintes",
    {
        "submission": "_uuid", "day": "today", "subject": "sujet", "words": "recit", "commune": "commune",
        "name": "nom", "consent": "accord", "phone": "telephone",
    },
    {"subject": {"retard": "late", "violence": "violence", "chef": "bribe"}},
)  # fmt: skip


def kobo(number: int, **answers: Any) -> Mapping[str, Any]:
    """A submission as KoBoToolbox's REST service posts it."""
    return {
        "_id": 500 + number, "_uuid": f"0a1b2c3d-0000-4000-8000-{number:012}", "_xform_id_string": "aPlaintes",
        "_submission_time": f"{NOW:%Y-%m-%dT%H:%M:%S}", "_status": "submitted_via_web", "_geolocation": [None, None],
        "_attachments": [], "meta/instanceID": f"uuid:0a1b2c3d-0000-4000-8000-{number:012}", "today": f"{NOW:%Y-%m-%d}",
        "plainte/sujet": "retard", "plainte/recit": "Rien depuis deux mois.", "lieu/commune": SAFO,
        "lieu/accord": "oui", "personne/nom": "Sira Diallo", "personne/telephone": "76000001", **answers,
    }  # fmt: skip


def central(number: int) -> Mapping[str, Any]:
    """A submission as ODK Central's OData has it."""
    return {
        "__id": f"uuid:9f8e7d6c-0000-4000-8000-{number:012}", "today": f"{NOW:%Y-%m-%d}",
        "__system": {"submissionDate": f"{NOW:%Y-%m-%dT%H:%M:%S}Z", "edits": 0, "reviewState": None},
        "plainte": {"sujet": "retard", "recit": "Pas de virement."}, "lieu": {"commune": SAFO, "accord": "oui"},
        "personne": {"nom": "Oumar Keita", "telephone": None}, "temoins@odata.navigationLink": "x",
    }  # fmt: skip


async def mapped(name: str = "aPlaintes") -> None:
    """Say at the desk what the columns of the form are."""
    await mappings.keep(MAPPING, None, NOW)
    form_id = await scalar("SELECT id FROM field_form WHERE name = %(name)s", name=name)
    await forms.tie(form_id, MAPPING.name)


async def sent(system: System, submission: Mapping[str, Any], form: str = "") -> Any:
    """Push it, and what became of it; of a list each."""
    answer = await system.http.post("/submissions", json=submission, params={"form": form} if form else {})
    assert answer.status_code == 200, answer.text
    items = answer.json()["items"]
    return items[0] if len(items) == 1 else items


@pytest.fixture
async def kobo_server(hold: Hold) -> System:
    """A form's server whose form is mapped."""
    system = await hold(KeyScope.FILE_GRIEVANCES, system="kobo")
    waiting = await sent(system, kobo(0))
    assert (waiting["outcome"], waiting["reference"]) == ("waiting", None)
    assert "correspondance" in waiting["problems"][0]["reason"]
    await mapped()
    return system


async def test_a_submission_is_filed_once_and_what_waited_when_it_comes_again(kobo_server: System) -> None:
    first = await sent(kobo_server, kobo(1))
    assert first["outcome"] == "filed"
    (case,) = await grievances()
    assert (case.reference, case.channel, case.subcategory, case.filed_by) == (
        first["reference"],
        "field",
        "late",
        None,
    )
    assert (case.name, case.msisdn, case.commune_pcode) == ("Sira Diallo", "+22376000001", SAFO)
    reviewed = kobo(1, _validation_status={"uid": "validation_status_approved"}, _status="x")
    assert [(await sent(kobo_server, each))["outcome"] for each in (kobo(1), reviewed)] == ["known", "known"]
    assert (await sent(kobo_server, kobo(0)))["outcome"] == "filed"
    assert await query("SELECT state, content IS NULL AS gone FROM field_submission") == [("filed", True)] * 2
    trail = await query("SELECT about, detail ->> 'filed' AS filed FROM audit_entry WHERE act LIKE 'field%%'")
    assert trail.count(("system kobo", "1")) == 2


async def test_an_edit_is_a_note_and_never_a_second_case(kobo_server: System) -> None:
    reference = (await sent(kobo_server, kobo(1)))["reference"]
    old, new = (f"0a1b2c3d-0000-4000-8000-{number:012}" for number in (1, 77))
    edit = {"_uuid": new, "meta/instanceID": f"uuid:{new}", "meta/deprecatedID": f"uuid:{old}"}
    noted = await sent(kobo_server, kobo(1, **edit, **{"plainte/recit": "Rien depuis trois mois."}))
    assert (noted["outcome"], noted["reference"]) == ("noted", reference)
    events = await query("SELECT kind, note FROM grievance_event ORDER BY id")
    assert [kind for kind, _ in events] == ["received", "note"]
    assert events[1][1].endswith("Rien depuis trois mois.")
    hidden = await sent(kobo_server, kobo(1, **edit, **{"plainte/sujet": "violence", "plainte/recit": "Zulmabounty"}))
    assert (hidden["outcome"], hidden["reference"]) == ("waiting", None)
    assert await scalar("SELECT count(*) FROM grievance_event") == 2
    assert len(await grievances()) == 1


async def test_a_sensitive_one_goes_behind_the_wall_at_once(kobo_server: System) -> None:
    filed = await sent(kobo_server, kobo(2, **{"plainte/sujet": "violence", "plainte/recit": "Zulmabounty"}))
    assert filed == {"outcome": "filed", "reference": None, "problems": []}
    (case,) = await grievances()
    assert case.sensitivity == "sensitive"
    assert not await scalar("SELECT count(*) FROM grievance WHERE filing_key LIKE '%%' || %(key)s || '%%'", key="0a1b")
    await sent(kobo_server, kobo(3, **{"plainte/sujet": "violence", "plainte/recit": "Zulmabounty", "lieu/accord": ""}))
    told = await query(
        "SELECT problems FROM field_submission WHERE state = 'waiting' AND problems::text LIKE '%%dit%%'"
    )
    assert len(told) == 1
    assert "Zulmabounty" not in str(told)


async def test_what_is_not_agreed_is_not_kept_and_what_is_of_another_place_waits(hold: Hold) -> None:
    system = await hold(KeyScope.FILE_GRIEVANCES, system="kobo", region=SAFO[:4])
    await sent(system, kobo(0))
    await mapped()
    assert (await sent(system, kobo(1, **{"lieu/accord": "non"})))["outcome"] == "declined"
    assert (await sent(system, kobo(4, _validation_status={"uid": "validation_status_not_approved"})))[
        "outcome"
    ] == "rejected"
    far = await sent(system, kobo(2, **{"lieu/commune": DIAGO}))
    assert (far["outcome"], far["problems"][0]["reason"]) == (
        "waiting",
        "commune hors de la zone de la clé qui l'a envoyé",
    )
    assert await query("SELECT state, content IS NULL AS gone FROM field_submission ORDER BY id") == [
        ("waiting", False), ("declined", True), ("rejected", True), ("waiting", False),
    ]  # fmt: skip
    assert await grievances() == []


async def test_lists_of_central_and_the_key_as_a_password_go_too(hold: Hold) -> None:
    system = await hold(KeyScope.FILE_GRIEVANCES, system="central")
    key = system.http.headers["Authorization"].removeprefix("Bearer ")
    system.http.headers["Authorization"] = f"Basic {base64.b64encode(f'central:{key}'.encode()).decode()}"
    items = await sent(system, {"value": [central(1), central(2)]}, form="plaintes")
    assert [each["outcome"] for each in items] == ["waiting"] * 2
    await mapped("plaintes")
    items = await sent(system, {"value": [central(1), central(2), central(1)]}, form="plaintes")
    assert [each["outcome"] for each in items] == ["filed", "filed", "known"]
    assert [case.words for case in await grievances()] == ["Pas de virement."] * 2


BAD: Final = [
    ({}, {"form": "f"}, 422),
    ({"_uuid": "x"}, {}, 422),
    ([kobo(1)], {}, 422),
    ({"results": [kobo(1), 7]}, {}, 422),
    ({"results": []}, {"form": "f"}, 422),
    ({"_uuid": {}, "_id": None}, {"form": "f"}, 422),
    ({"_uuid": "x\u0000y", "a": {"b": {"c": [1]}}, "": "\u0007"}, {"form": "f"}, 200),
    ({"_uuid": "y"}, {"form": "f" * 61}, 422),
]


async def test_what_is_no_submission_is_told(kobo_server: System) -> None:
    for body, asked, status in BAD:
        answer = await kobo_server.http.post("/submissions", json=body, params=asked)
        assert answer.status_code == status, (body, answer.text)
        if status != 200:
            assert answer.json()["type"].endswith("#invalid")


class StandIn:
    """A form's server that gives files to who bears its token, after it failed as often as it is told to."""

    def __init__(self, store: FolderStore) -> None:
        self.asked: list[str] = []
        self.fails = 0
        http = httpx.AsyncClient(transport=httpx.MockTransport(self.answer))
        self.now = datetime.now(UTC) + timedelta(minutes=1)
        self.fetcher = FieldFiles(http, store, lambda: self.now, (SERVER,), "Token geheim")

    def answer(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(str(request.url))
        assert request.headers["authorization"] == "Token geheim"
        if self.fails:
            self.fails -= 1
            return httpx.Response(503)
        if request.url.path == "/away":
            return httpx.Response(302, headers={"location": "http://169.254.169.254/latest/meta-data"})
        return httpx.Response(200, content=b"MZ" if request.url.path.endswith(".exe") else JPEG)


async def test_files_are_fetched_from_the_server_of_the_form_and_no_other(
    kobo_server: System, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = FolderStore(tmp_path)
    server = StandIn(store)
    addresses = [
        PHOTO, "http://169.254.169.254/latest/meta-data", "https://kobo.test.evil/x", "https://kobo.test@evil/x",
        "https://kobo.test:444/x", "file:///etc/passwd", f"{SERVER}/virus.exe", f"{SERVER}/away",
    ]  # fmt: skip
    attachments = [{"download_url": each} for each in addresses]
    await sent(kobo_server, kobo(1, _attachments=attachments))
    server.fails = 1
    while await server.fetcher.fetch_due():
        pass
    for pause in PAUSES:
        server.now += pause
        while await server.fetcher.fetch_due():
            pass
    assert {httpx.URL(each).host for each in server.asked} == {"kobo.test"}
    (file,) = await of_case(await scalar("SELECT id FROM grievance"))
    assert (file.kind, file.added_by) == ("jpeg", None)
    place = await scalar("SELECT place FROM attachment")
    assert await store.get(place) == JPEG
    notes = await query("SELECT note FROM grievance_event WHERE kind = 'note' ORDER BY id")
    assert len(notes) == len(addresses) - 1
    assert await query("SELECT id FROM field_file") == []
    assert await query("SELECT place FROM attachment_left") == []
