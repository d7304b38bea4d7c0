"""Who may bring, confirm and undo a file at the desk, and what is taken for one, whoever asks and from where."""

from io import BytesIO
from pathlib import Path

import pytest

from core.imports.kinds import ImportKind
from core.imports.upload import Upload, UploadFault
from core.imports.uploads import NotTaken, Uploads, may_confirm, may_import
from core.staff.agents import Actor, Role, Scope
from core.staff.permissions import NotAllowed

AWA = Actor(1, "Awa", Role.SUPERVISOR)
BINTA = Actor(4, "Binta", Role.SUPERVISOR)


@pytest.mark.parametrize(
    "other",
    [
        Actor(2, "Oumar", Role.SUPERVISOR, Scope.REGION, "ML02"),
        *(Actor(3, "Oumar", role) for role in Role if role is not Role.SUPERVISOR),
    ],
)
async def test_it_is_for_supervisors_of_the_whole_country(tmp_path: Path, other: Actor) -> None:
    assert may_import(AWA)
    assert not may_import(other)
    uploads = Uploads(tmp_path)
    with pytest.raises(NotAllowed):
        await uploads.begin(other, ImportKind.COMMUNES, "communes.csv", BytesIO(b"a"))
    for act in (uploads.confirm, uploads.discard, uploads.undo):
        with pytest.raises(NotAllowed):
            await act(other, "20261124-090000-0a1b2c3d")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("name", "content", "fault"),
    [("communes.pdf", b"a", UploadFault.NO_IMPORT_FILE), ("communes.csv", b"", UploadFault.EMPTY)],
)
async def test_what_is_no_import_file_is_refused(tmp_path: Path, name: str, content: bytes, fault: UploadFault) -> None:
    with pytest.raises(NotTaken) as refusal:
        await Uploads(tmp_path).begin(AWA, ImportKind.COMMUNES, name, BytesIO(content))
    assert refusal.value.fault is fault


@pytest.mark.parametrize(("heavy", "by_who_brought", "by_another"), [(False, True, True), (True, False, True)])
def test_what_takes_much_away_is_confirmed_by_another(heavy: bool, by_who_brought: bool, by_another: bool) -> None:
    upload = Upload("20261124-090000-0a1b2c3d", ImportKind.HOUSEHOLDS, "a.csv", "Awa", "", "", by_id=1, heavy=heavy)
    assert may_confirm(AWA, upload) is by_who_brought
    assert may_confirm(BINTA, upload) is by_another
    assert not may_confirm(Actor(5, "Oumar", Role.AGENT), upload)
