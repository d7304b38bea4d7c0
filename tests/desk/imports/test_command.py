"""What `jigi import` says of a file, and that it takes the last one back."""

from pathlib import Path

import pytest

from core.imports.importing import Outlook, run
from core.imports.kinds import ImportKind
from core.imports.remarks import Remark
from core.imports.undoing import NotUndone, Obstacle
from desk.imports.command import announce, undone
from tests.support.database import count

REMARK = Remark(3, "village", "ML020201 Sirakoro", "aucun ménage de cette commune n'est de ce village")
COMMUNES = "region,region_pcode,cercle,cercle_pcode,commune,commune_pcode\nKoulikoro,ML02,Kati,ML0202,Safo,ML020201\n"


def test_what_is_worth_a_look_is_named_with_its_line(capsys: pytest.CaptureFixture[str]) -> None:
    announce(Outlook((REMARK,), ()))
    said = capsys.readouterr()
    assert " ".join(said.err.split()) == (
        "ligne 3, village, ML020201 Sirakoro : aucun ménage de cette commune n'est de ce village"
    )


async def test_the_last_import_is_named_first_and_undone_when_one_is_sure(
    world: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(NotUndone) as refusal:
        await undone(sure=True)
    assert refusal.value.obstacle is Obstacle.NONE
    file = tmp_path / "communes.csv"
    file.write_text(COMMUNES)
    await run(ImportKind.COMMUNES, file)
    await undone(sure=False)
    assert "This would be undone: communes, communes.csv" in capsys.readouterr().out
    assert await count("commune") == 1
    await undone(sure=True)
    assert "1 created, 0 changed" in capsys.readouterr().out
    assert await count("commune") == 0
