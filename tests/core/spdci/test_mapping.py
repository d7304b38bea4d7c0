"""Records of other registries are read as the specifications show them, and as others write them."""

from typing import Any

import pytest

from core.registry.statuses import Status
from core.spdci.mapping import OTHER_STATUSES, STATUSES, RegistryHousehold, household_in, kind_of_number

BENEFICIARY: dict[str, Any] = {
    "@type": "Beneficiary",
    "member": {
        "member_identifier": "HS0205202401",
        "demographic_info": {"person": {
            "identifier_type": "NID", "identifier_value": "0205202401",
            "name": {"first_name": "Test", "second_name": "Test2", "surname": "Test3"},
            "birth_date": "02.05.2004", "address": "", "phone_number": "",
        }},
        "programme_identifier": {"programme": {"programme_identifier": "DCI001"}, "enrolment_status": "Active"},
    },
}  # fmt: skip
GROUP: dict[str, Any] = {
    "@type": "spdci:Group",
    "group_identifier": [{"identifier_type": "NationalID", "identifier_value": "G9876543210"},
                         {"identifier_type": "ns:HouseholdNo", "identifier_value": "KT/02/0001"}],
    "place": {"geo": {"latitude": "40.712776"}, "address": {"code": "ml020201"}},
    "group_head_info": {"demographic_info": {
        "spdci:identifier": {"identifier_type": "NINA", "identifier_value": 12}, "name": "  Alice   Smith ",
        "birth_date": "1985-05-20T00:00:00Z", "phone_number": [{"phone_no": "76 12 34 56"}],
        "address": {"city": "Kola"}}},
    "group_size": 4,
    "enrollement_status": "spdci:GRADUATED",
}  # fmt: skip


def test_a_beneficiary_and_a_group_are_read() -> None:
    assert household_in(BENEFICIARY) == RegistryHousehold(
        "", (("MEMBER_IDENTIFIER", "HS0205202401"), ("NID", "0205202401")), "Test Test2 Test3", 2004, "", "", "",
        Status.BENEFICIARY, None,
    )  # fmt: skip
    assert household_in(GROUP) == RegistryHousehold(
        "KT/02/0001", (("NATIONAL_ID", "G9876543210"), ("HOUSEHOLD_NO", "KT/02/0001"), ("NINA", "12")), "Alice Smith",
        1985, "76 12 34 56", "Kola", "ML020201", Status.EXITED, 4,
    )  # fmt: skip


@pytest.mark.parametrize("record", [{}, [], "x", None, {"member": []}, {"group_identifier": [None, True, {}]},
                                    {"name": 3, "birth_date": "soon", "group_size": "many"}])  # fmt: skip
def test_what_tells_nothing_is_a_household_that_is_told_nothing_of(record: object) -> None:
    assert household_in(record).row() == {}


def test_standings_and_kinds_of_numbers_are_the_same_both_ways() -> None:
    assert {OTHER_STATUSES[words.upper()]: words for words in STATUSES.values()} == dict(STATUSES)
    for written in ("HOUSEHOLD_NO", "ns:HouseholdNo", "household-no", " householdNo "):
        assert kind_of_number(written) == "HOUSEHOLD_NO"
