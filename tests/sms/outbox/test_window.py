"""The hours in which SMS may go."""

from datetime import date, time

import pytest
from pydantic import ValidationError

from core.platform.settings import Settings
from sms.outbox.window import Window
from tests.core.seed import at

DAY = Window(time(8), time(19))
ALWAYS = Window(time(0), time(0))
TUESDAY, WEDNESDAY = date(2026, 11, 24), date(2026, 11, 25)


@pytest.mark.parametrize(
    ("window", "hour", "is_open"),
    [
        (DAY, time(7, 59, 59), False),
        (DAY, time(8), True),
        (DAY, time(18, 59, 59), True),
        (DAY, time(19), False),
        (DAY, time(0), False),
        (ALWAYS, time(0), True),
        (ALWAYS, time(3), True),
        (ALWAYS, time(23, 59), True),
    ],
)
def test_it_is_open_from_its_first_hour_to_just_before_its_last(window: Window, hour: time, is_open: bool) -> None:
    assert window.is_open(at(TUESDAY, hour)) is is_open


@pytest.mark.parametrize("hour", [time(0), time(7), time(12), time(23)])
def test_the_next_day_is_tomorrow_when_it_opens(hour: time) -> None:
    assert DAY.next_day(at(TUESDAY, hour)) == at(WEDNESDAY, time(8))
    assert ALWAYS.next_day(at(TUESDAY, hour)) == at(WEDNESDAY, time(0))


def test_a_day_ends_when_it_closes() -> None:
    assert DAY.end_of(TUESDAY) == at(TUESDAY, time(19))
    assert ALWAYS.end_of(TUESDAY) == at(WEDNESDAY, time(0))


def test_a_window_that_would_never_open_is_refused() -> None:
    with pytest.raises(ValidationError, match="from 19:00 to 08:00 never opens: write the earlier hour first"):
        Settings.model_validate({"sms_window": "19:00,08:00"})


@pytest.mark.parametrize("hours", ["08:00,19:00", "00:00,00:00"])
def test_hours_in_their_order_and_equal_ones_are_taken(hours: str) -> None:
    opens, closes = Settings.model_validate({"sms_window": hours}).sms_window
    assert f"{opens:%H:%M},{closes:%H:%M}" == hours
