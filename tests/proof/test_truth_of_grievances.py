"""What the reference of a complaint shows is so: held against a second reading of the rules."""

from datetime import timedelta
from types import ModuleType
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings

from core.grievances import following
from core.grievances.vocabulary import GrievanceState
from core.phrases import telling
from proof.grievance_histories import complaint_differences, complaints, over
from proof.truth_of_grievances import Complaint
from sms.outbox import notice_texts

pytestmark = pytest.mark.usefixtures("world")


@hypothesis_settings(max_examples=40)
@given(complaint=complaints | over)
async def test_its_page_and_the_sms_say_what_is_so(complaint: Complaint) -> None:
    assert await complaint_differences(complaint) == []


CASES: Final[dict[str, Complaint]] = {
    "late since yesterday": Complaint("in_progress", -30, -1),
    "due today": Complaint("received", -15, 0),
    "due in a week": Complaint("assigned", -1, 7),
    "due in a month": Complaint("assigned", -1, 30),
    "late since last year": Complaint("assigned", -400, -380),
    "looked at again": Complaint("waiting", -60, 4, answer="Venez mardi.", again=True),
    "settled after its day": Complaint("resolved", -60, -20, answer="Venez mardi."),
    "over without a word": Complaint("closed", -60, -20),
    "waits for a word": Complaint("waiting", -9, -2, question="Quel jour ?"),
    "said to be settled": Complaint("closed", -60, -20, answer="Venez mardi.", said=True),
    "withdrawn": Complaint("closed", -60, -20, withdrawn=True),
    "secret, and waits": Complaint("waiting", -60, 3, question="Quel jour ?", secret=True),
    "unheard": Complaint("closed", -60, -3, unheard=True),
    "secret and late": Complaint("in_progress", -60, -3, secret=True),
    "secret and settled": Complaint("rejected", -60, -3, answer="Venez mardi.", secret=True),
}


@pytest.mark.parametrize("case", CASES)
async def test_the_cases_that_a_rule_can_lose_are_told_as_they_are(case: str) -> None:
    assert await complaint_differences(CASES[case]) == []


def always_in_time(telling_of: Any) -> Any:
    """The same, of a complaint that is looked at before it is due."""
    return lambda translator, complaint, today: telling_of(translator, complaint, today - timedelta(days=30))


FAULTS: Final[dict[str, tuple[ModuleType, str, Any]]] = {
    "what is late promises its day": (notice_texts, "grievance_told", always_in_time(telling.grievance_told)),
    "what is over is late": (telling, "DECIDED", frozenset()),
    "the year is never said": (telling, "SEASON_DAYS", 10_000),
    "only tomorrow is near": (telling, "SOON_DAYS", 1),
    "whom to call is not told": (telling, "contact_phone", lambda: ""),
    "a secret answer is told": (
        following, "VIEW", following.VIEW.replace("CASE WHEN sensitivity <> %(sensitive)s AND", "CASE WHEN"),
    ),
    "a secret is sent as any other": (
        following, "VIEW", following.VIEW.replace("sensitivity = %(sensitive)s AS", "false AS"),
    ),
    "an answer is told while it is looked at again": (
        following, "SENSITIVE", {**following.SENSITIVE, "decided": [state.value for state in GrievanceState]},
    ),
    "a settled one is asked about twice": (following, "VIEW", following.VIEW.replace(" solved,", " NULL AS solved,")),
    "what is withdrawn is concluded": (
        following, "VIEW", following.VIEW.replace("withdrawn_at IS NOT NULL AS", "false AS"),
    ),
    "that they were not heard is not told": (
        following, "VIEW", following.VIEW.replace("lapsed_at IS NOT NULL AND", "false AND"),
    ),
    "a secret question is told": (
        following, "VIEW", following.VIEW.replace("%(sensitive)s AND state = 'waiting'", "'' AND state = 'waiting'"),
    ),
    "that it is looked at again is not told": (
        following, "VIEW", following.VIEW.replace("reopen_count > 0 AS", "false AS"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
async def test_a_rule_that_is_broken_is_found(fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    where, name, broken = FAULTS[fault]
    monkeypatch.setattr(where, name, broken)
    wrong = [await complaint_differences(complaint) for complaint in CASES.values()]
    assert any(wrong), fault
