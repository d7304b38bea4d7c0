"""Figures that are kept: counted once for all who see the same, with their moment, and anew after a while."""

import asyncio
from datetime import timedelta

import pytest

from core.staff.agents import Actor, Role, Scope
from desk.site.kept import KEPT_FOR, MOST_KEPT, KeptFigures
from tests.core.grievances.grievance_rows import plant
from tests.core.seed import NOW, TODAY
from tests.desk.conftest import SignIn
from tests.sms.campaign_world import Watch

HEAD, OTHER_HEAD = Actor(1, "Awa", Role.SUPERVISOR), Actor(2, "Ali", Role.SUPERVISOR)
FOCAL, REGIONAL = Actor(3, "Oumou", Role.FOCAL), Actor(4, "Issa", Role.SUPERVISOR, Scope.REGION, "ML02")


class Counter:
    """Counts how often it was asked to count, and gives up its turn as a database does."""

    def __init__(self) -> None:
        self.asked = 0

    async def __call__(self) -> int:
        self.asked += 1
        await asyncio.sleep(0)
        return self.asked


@pytest.fixture
def count() -> Counter:
    return Counter()


async def test_who_sees_the_same_is_shown_the_same_and_who_does_not_is_not(count: Counter) -> None:
    kept: KeptFigures[int] = KeptFigures()
    at_once = await asyncio.gather(*(kept.counted(who, 30, NOW, count) for who in (HEAD, OTHER_HEAD, HEAD)))
    assert [each.figures for each in at_once] == [1, 1, 1], "counted once, though three asked at once"
    for who, asked in ((FOCAL, 30), (REGIONAL, 30), (HEAD, 90)):
        assert (await kept.counted(who, asked, NOW, count)).figures == count.asked > 1


async def test_they_are_counted_anew_after_a_while_the_next_day_and_if_asked(count: Counter) -> None:
    kept: KeptFigures[int] = KeptFigures()
    midnight = NOW.replace(hour=23, minute=59)
    assert (await kept.counted(HEAD, 30, NOW, count)).at == NOW
    assert (await kept.counted(HEAD, 30, NOW + KEPT_FOR / 2, count)).at == NOW
    assert (await kept.counted(HEAD, 30, NOW + KEPT_FOR / 2, count, anew=True)).at == NOW + KEPT_FOR / 2
    assert (await kept.counted(HEAD, 30, NOW + 2 * KEPT_FOR, count)).at == NOW + 2 * KEPT_FOR
    assert (await kept.counted(HEAD, 30, midnight, count)).at == midnight
    after = midnight + timedelta(minutes=2)
    assert (await kept.counted(HEAD, 30, after, count)).at == after, "late or not is a matter of the day"


async def test_no_more_are_kept_than_so_many(count: Counter) -> None:
    kept: KeptFigures[int] = KeptFigures()
    for asked in range(MOST_KEPT + 1):
        await kept.counted(HEAD, asked, NOW, count)
    await kept.counted(HEAD, MOST_KEPT, NOW, count)
    assert count.asked == MOST_KEPT + 1
    await kept.counted(HEAD, 0, NOW, count)
    assert count.asked == MOST_KEPT + 2, "the one that was asked for longest ago gave way"


@pytest.mark.usefixtures("safo")
@pytest.mark.parametrize("page", ["figures?", "indicators?", "reports?", "dashboard?days=365"])
async def test_a_page_says_when_its_figures_were_counted(page: str, sign_in: SignIn, watch: Watch) -> None:
    awa = await sign_in("awa", Role.SUPERVISOR)
    await plant(TODAY)
    before = await awa.see(f"/desk/{page}")
    assert f"Compté à {watch.now:%H:%M}" in before
    await plant(TODAY)
    counted_at = watch.now
    watch.now += timedelta(minutes=2)
    assert f"Compté à {counted_at:%H:%M}" in await awa.see(f"/desk/{page}")
    assert f"Compté à {watch.now:%H:%M}" in await awa.see(f"/desk/{page}&anew=1")
    assert "Compté à" not in await awa.see("/desk/dashboard"), "by thirty days people work"
