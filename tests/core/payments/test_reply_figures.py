"""What was replied by commune, round and agency, against a count made one by one."""

import random
from collections import Counter
from datetime import timedelta

from core.payments.replies import unreplied, write
from core.payments.reply_figures import RepliesTogether, reply_counts, together
from core.payments.states import PaymentState
from core.staff.agents import Actor, Role, Scope
from core.staff.row_security import figures_seen_by, seen_by
from tests.core import seed
from tests.core.seed import NOW, SAFO, TODAY, day

DIAGO = "ML030303"


async def replied(
    commune: str, round_name: str, agency: str | None, missing: int | None, amount: int = 30_000, days_ago: int = 0
) -> None:
    """A household of a commune that replied for one payment."""
    household = await seed.household(commune=commune)
    await seed.payment(household, PaymentState.PAID, paid=day(-2), round_name=round_name, agency=agency, amount=amount)
    (news,) = await unreplied(household, TODAY)
    await write(news.card, missing, None, NOW - timedelta(days=days_ago))


async def test_the_figure_is_that_of_a_count_one_by_one(world: None) -> None:
    await seed.places((SAFO, "Safo"), (DIAGO, "Diago"))
    dice = random.Random(13)
    expected: dict[tuple[str, str, str | None], Counter[str]] = {}
    for _ in range(60):
        commune, round_name = dice.choice((SAFO, DIAGO)), dice.choice(("T3 2026", "T4 2026"))
        agency, missing = dice.choice(("Caisse", "Kafo", None)), dice.choice((None, None, 5, 12_500, 30_000))
        await replied(commune, round_name, agency, missing)
        counter = expected.setdefault((commune, round_name, agency), Counter())
        counter["replies"] += 1
        counter["all" if missing is None else "nothing" if missing == 30_000 else "partly"] += 1
        counter["missing"] += missing or 0
    counts = await reply_counts(TODAY, TODAY)
    assert {(count.commune_pcode, count.round, count.agency) for count in counts} == set(expected)
    for count in counts:
        counter = expected[count.commune_pcode, count.round, count.agency]
        assert count.replies == counter["replies"]
        assert (count.everything, count.partly, count.nothing) == (
            counter["all"],
            counter["partly"],
            counter["nothing"],
        )
        assert count.missing_xof == counter["missing"]
        assert count.commune == {SAFO: "Safo", DIAGO: "Diago"}[count.commune_pcode]
    assert [count.missing_xof for count in counts] == sorted((count.missing_xof for count in counts), reverse=True)
    assert together(counts).replies == 60


async def test_the_days_are_those_of_the_replies_both_counted(safo: None) -> None:
    for days_ago in (0, 1, 2, 3):
        await replied(SAFO, f"round {days_ago}", "Caisse", None, days_ago=days_ago)
    assert [count.round for count in await reply_counts(day(-2), day(-1))] == ["round 2", "round 1"]
    assert together([]) == RepliesTogether(0, 0, 0, 0, 0)


async def test_an_actor_counts_the_households_that_they_see(world: None) -> None:
    await seed.places((SAFO, "Safo"), (DIAGO, "Diago"))
    await replied(SAFO, "T4 2026", "Caisse", 5_000)
    await replied(DIAGO, "T4 2026", "Caisse", 5_000)
    near = Actor(1, "issa", Role.SUPERVISOR, Scope.COMMUNE, SAFO)
    for seeing in (seen_by, figures_seen_by):
        async with seeing(near):
            assert [count.commune for count in await reply_counts(TODAY, TODAY)] == ["Safo"]
