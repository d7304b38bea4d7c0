"""What `jigi import` says of a file."""

import pytest

from core.imports.importing import Outlook
from core.imports.remarks import Remark
from desk.imports.command import announce

REMARK = Remark(3, "village", "ML020201 Sirakoro", "aucun ménage de cette commune n'est de ce village")


def test_what_is_worth_a_look_is_named_with_its_line(capsys: pytest.CaptureFixture[str]) -> None:
    announce(Outlook((REMARK,), ()))
    said = capsys.readouterr()
    assert " ".join(said.err.split()) == (
        "ligne 3, village, ML020201 Sirakoro : aucun ménage de cette commune n'est de ce village"
    )
