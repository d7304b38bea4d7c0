"""The groups of payment states, and the reasons of a failure."""

import pytest

from core.payments.states import COMING, MISSED, ON_COURSE, FailureReason, PaymentState, failure_reason


def test_a_payment_is_on_its_way_missed_or_cancelled() -> None:
    assert COMING < ON_COURSE
    assert set(PaymentState) == ON_COURSE | MISSED | {PaymentState.CANCELLED}
    assert not ON_COURSE & MISSED


@pytest.mark.parametrize(
    ("written", "reason"),
    [("sim", FailureReason.SIM), (" Agency", FailureReason.AGENCY), ("carte refusée", None), (None, None)],
)
def test_a_failure_has_a_code_or_free_text(written: str | None, reason: FailureReason | None) -> None:
    assert failure_reason(written) is reason
