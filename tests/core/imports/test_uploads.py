"""Who may import, and what is taken for an import file, whoever asks and from where."""

from pathlib import Path

import pytest

from core.imports.kinds import ImportKind
from core.imports.upload import UploadFault
from core.imports.uploads import NotTaken, Uploads, may_import
from core.staff.agents import Actor, Role, Scope
from core.staff.permissions import NotAllowed

AWA = Actor(1, "Awa", Role.SUPERVISOR)


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
    with pytest.raises(NotAllowed):
        await Uploads(tmp_path).begin(other, ImportKind.COMMUNES, "communes.csv", b"a", keep_good=False)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("name", "content", "fault"),
    [("communes.pdf", b"a", UploadFault.NO_IMPORT_FILE), ("communes.csv", b"", UploadFault.EMPTY)],
)
async def test_what_is_no_import_file_is_refused(tmp_path: Path, name: str, content: bytes, fault: UploadFault) -> None:
    with pytest.raises(NotTaken) as refusal:
        await Uploads(tmp_path).begin(AWA, ImportKind.COMMUNES, name, content, keep_good=False)
    assert refusal.value.fault is fault
