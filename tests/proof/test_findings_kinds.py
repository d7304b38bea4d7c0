"""No kind of finding is without its fault, planted in the screens or in the texts."""

from proof.findings import Fault
from tests.proof.test_codes import PLANTED as PLANTED_CODES
from tests.proof.test_findings_screens import PLANTED
from tests.proof.test_findings_texts import CATALOGUE


def test_every_kind_of_finding_is_planted_here() -> None:
    planted = {place[0] for case in PLANTED for place in case[3]} | {
        place[0] for case in CATALOGUE for place in case[3]
    }
    assert planted | set(PLANTED_CODES) == set(Fault)
