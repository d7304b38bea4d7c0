"""The acts of the audit trail."""

from core.staff.acts import Act


def test_an_act_fits_its_column() -> None:
    assert max(len(act) for act in Act) <= 40
