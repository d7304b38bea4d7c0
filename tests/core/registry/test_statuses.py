"""A reason that a file gives as a code is known however it is written; free text stays what it is."""

import pytest

from core.registry.statuses import StatusReason, status_reason


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("document", StatusReason.DOCUMENT),
        (" Done36 ", StatusReason.DONE_36),
        ("Son papier est perdu", None),
        ("", None),
        (None, None),
    ],
)
def test_a_reason_is_a_code_or_free_text(written: str | None, reason: StatusReason | None) -> None:
    assert status_reason(written) is reason
