"""The order in which rounds are shown."""

from datetime import date, timedelta

from core.payments.rounds import Round, nearest_first
from core.registry.components import ComponentCode
from tests.core.seed import TODAY


def round_in(number: int, days: int | None) -> Round:
    day: date | None = None if days is None else TODAY + timedelta(days=days)
    return Round(number, ComponentCode.TM, f"T{number}", day)


def test_what_comes_is_first_the_nearest_before_all_and_the_old_follow_the_last_one_first() -> None:
    rounds = [round_in(number, days) for number, days in enumerate((-40, 30, None, 0, -1))]
    assert [each.id for each in nearest_first(rounds, TODAY)] == [3, 1, 2, 4, 0]
