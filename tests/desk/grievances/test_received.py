"""Whether the money came: the figure on a page and in a file, of what each person may see."""

import pytest

from core.staff.agents import Role, Scope
from desk.grievances.received import HEADER
from tests.core.payments.test_reply_figures import replied
from tests.core.seed import SAFO
from tests.desk.browser import seen
from tests.desk.conftest import DIAGO, SignIn
from tests.desk.trail import trail

pytestmark = pytest.mark.usefixtures("two_communes")


@pytest.fixture(autouse=True)
async def _replied(two_communes: None) -> None:
    await replied(SAFO, "T4 2026", "Caisse", None)
    await replied(SAFO, "T4 2026", "Caisse", 5_000)
    await replied(DIAGO, "T4 2026", "=Kafo", 30_000)


async def test_a_supervisor_sees_by_commune_round_and_agency(sign_in: SignIn) -> None:
    words = await (await sign_in("awa", Role.SUPERVISOR)).see("/desk/received")
    assert "Diago Transferts monétaires, T4 2026 =Kafo 1 0 0 1 30 000 F CFA" in words
    assert "Safo Transferts monétaires, T4 2026 Caisse 2 1 1 0 5 000 F CFA" in words
    assert "Ensemble 3 1 1 1 35 000 F CFA" in words
    assert words.index("Diago") < words.index("Safo"), "where most is missing first"


async def test_each_sees_their_own_place(sign_in: SignIn) -> None:
    words = await (await sign_in("ali", Role.SUPERVISOR, Scope.COMMUNE, SAFO)).see("/desk/received")
    assert "Ensemble 2 1 1 0 5 000 F CFA" in words
    assert "Diago" not in words


async def test_the_days_are_chosen(sign_in: SignIn) -> None:
    awa = await sign_in("awa", Role.SUPERVISOR)
    assert "Ensemble 0 0 0 0 0 F CFA" in await awa.see("/desk/received", since="2026-01-01", until="2026-11-23")
    answer = await awa.open("/desk/received", since="2026-11-24", until="2026-11-23")
    assert answer.status_code == 422
    assert "cinq ans au plus" in seen(answer)


async def test_the_file_has_the_rows_and_taking_it_is_written_down(sign_in: SignIn) -> None:
    awa = await sign_in("awa", Role.SUPERVISOR)
    answer = await awa.open("/desk/received/export.csv")
    rows = [line.split(";") for line in answer.content.decode("utf-8-sig").splitlines()]
    assert tuple(rows[0]) == HEADER
    assert rows[2] == [
        "Safo", SAFO, "Transferts monétaires", "T4 2026", "Caisse", "2", "1", "1", "0", "5000",
    ]  # fmt: skip
    assert not rows[1][4].startswith("="), "no cell is a formula"
    (entry,) = await trail("report exported")
    assert entry.detail
    assert (entry.detail["of"], entry.detail["rows"]) == ("payment replies", 2)


async def test_agents_see_no_figures_and_focal_persons_take_no_file(sign_in: SignIn) -> None:
    assert (await (await sign_in("issa")).open("/desk/received")).status_code == 403
    oumou = await sign_in("oumou", Role.FOCAL)
    assert "Exporter" not in await oumou.see("/desk/received")
    assert (await oumou.open("/desk/received/export.csv")).status_code == 403
