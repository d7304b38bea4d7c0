"""What is somebody's is not in a log, however it is written; what helps to find a fault is."""

import pytest

from core.platform.masking import masked, masked_value


@pytest.mark.parametrize(
    "number",
    ["+22376123456", "76123456", "76 12 34 56", "76.12.34.56", "76-12-34-56", "00223 76123456", "223 76/12/34/56",
     "76\u202f12\u202f34\u202f56", "1234567", "90000086", "1 234 567 890", "٧٦١٢٣٤٥٦"],
)  # fmt: skip
def test_a_number_of_a_person_is_masked_however_it_is_grouped(number: str) -> None:
    assert masked(f"to {number}, refused") == "to ****, refused"


@pytest.mark.parametrize(
    "kept", ["2026-11-24", "2026-11-24T09:00:00+00:00", "192.168.100.200", "10.0.0.1:5432", "7 of 120 rows", "12:34:56"]
)
def test_days_hours_machines_and_counts_are_kept(kept: str) -> None:
    assert masked(f"at {kept} it ended") == f"at {kept} it ended"


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("GET /desk/households?q=Awa Traoré&commune=Safo HTTP/1.1", "GET /desk/households?… HTTP/1.1"),
        ('"/desk/login?next=/desk/grievances%3Fwords%3DAwa"', '"/desk/login?…"'),
        ("POST /ussd/africastalking/s3cret-W0rd/events HTTP/1.1", "POST /ussd/africastalking/…/events HTTP/1.1"),
        ("/sms/orange/s3cret?x=Awa", "/sms/orange/…?…"),
        ('duplicate key "uq"\nDETAIL:  Key (head_name)=(Awa) already exists.', 'duplicate key "uq" …'),
        ("bad value\n[SQL: SELECT 1]\n[parameters: {'name': 'Awa'}]\n(Background on this error at: …)", "bad value …"),
        ("really?", "really?"),
    ],
)  # fmt: skip
def test_searches_tokens_and_rows_are_cut(said: str, kept: str) -> None:
    assert masked(said) == kept


def test_what_a_line_holds_is_masked_in_depth_and_an_error_is_its_kind() -> None:
    given = {"to": ["+22376123456", {"76123456": 12345678}], "why": ValueError("Awa"), "none": None, "yes": True}
    assert masked_value(given) == {"to": ["****", {"****": 12345678}], "why": "ValueError", "none": None, "yes": True}
