"""What `jigi import` says of a file."""

import pytest

from core.imports import ImportReport
from core.imports.staging import Remark
from desk.imports.command import tell

REMARK = Remark(3, "village", "ML020201 Sirakoro", "aucun ménage de cette commune n'est de ce village")


def test_what_is_worth_a_look_is_named_with_its_line(capsys: pytest.CaptureFixture[str]) -> None:
    tell(ImportReport(2, 2, 0, 0, 0, 0.1, None, (), (REMARK,)))
    said = capsys.readouterr()
    assert "2 created" in said.out
    assert " ".join(said.err.split()) == (
        "ligne 3, village, ML020201 Sirakoro : aucun ménage de cette commune n'est de ce village"
    )
