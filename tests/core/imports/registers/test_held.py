"""An export that waits to be looked at is encrypted on the disk, and only whoever brought it opens it."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from core.imports.registers import held
from core.imports.registers.held import HELD_FOR, HeldExports
from core.imports.registers.submissions import ListChoices
from core.platform import encryption
from core.platform.encryption import Undecryptable, new_identity
from core.platform.settings import Settings
from core.staff.agents import Actor, Role
from tests.core.imports.registers.exports import odk, odk_row
from tests.core.seed import NOW

OUMOU, AWA = Actor(1, "Oumou", Role.AGENT), Actor(2, "Awa", Role.AGENT)


@pytest.fixture
def keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """A pair of keys, as a programme's own desk has."""
    secret, public = new_identity()
    chosen = Settings(_env_file=None, encryption_recipients=(public,), desk_identities=secret)  # type: ignore[call-arg, arg-type]
    monkeypatch.setattr(encryption, "settings", lambda: chosen)


@pytest.mark.usefixtures("keys")
async def test_what_is_held_is_not_to_be_read_on_the_disk(tmp_path: Path) -> None:
    exports = HeldExports(tmp_path / "held")
    path = odk(tmp_path / "o.csv", odk_row(1))
    one = await exports.hold(OUMOU, "../o.csv", path.read_bytes(), ListChoices("ML020201"), NOW)
    for each in (tmp_path / "held").rglob("*"):
        assert each.is_dir() or "Keita" not in each.read_text(), each
    assert len((await exports.export(one)).rows) == 1
    assert {each.name for each in (tmp_path / "held" / one.id).iterdir()} == {"about.json", "content"}
    assert one.choices.commune_pcode == "ML020201"


async def test_it_is_there_for_who_brought_it_while_its_time_lasts(tmp_path: Path) -> None:
    exports = HeldExports(tmp_path)
    one = await exports.hold(OUMOU, "o.csv", b"KEY\n1\n", ListChoices(), NOW)
    assert exports.of(one.id, OUMOU, NOW + HELD_FOR) == one
    assert exports.of(one.id, AWA, NOW) is None
    assert exports.of(one.id, OUMOU, NOW + HELD_FOR + timedelta(seconds=1)) is None
    assert exports.of("../..", OUMOU, NOW) is None
    exports.sweep(NOW + HELD_FOR + timedelta(seconds=1))
    assert list(tmp_path.iterdir()) == []


async def test_a_newer_file_takes_the_place_of_the_one_before(tmp_path: Path) -> None:
    exports = HeldExports(tmp_path)
    first, of_awa = [await exports.hold(who, "o.csv", b"KEY\n1\n", ListChoices(), NOW) for who in (OUMOU, AWA)]
    second = await exports.hold(OUMOU, "o.csv", b"KEY\n2\n", ListChoices(), NOW)
    assert exports.of(first.id, OUMOU, NOW) is None
    assert exports.of(of_awa.id, AWA, NOW) == of_awa
    exports.drop(second)
    assert exports.of(second.id, OUMOU, NOW) is None


@pytest.mark.usefixtures("keys")
async def test_a_file_put_in_the_place_of_another_is_not_opened(tmp_path: Path) -> None:
    exports = HeldExports(tmp_path)
    one, other = [await exports.hold(who, "o.csv", b"KEY\n1\n", ListChoices(), NOW) for who in (OUMOU, AWA)]
    (tmp_path / one.id / "content").write_text((tmp_path / other.id / "content").read_text())
    with pytest.raises(Undecryptable):
        await exports.export(one)


async def test_it_goes_by_itself_when_its_time_is_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(held, "HELD_FOR", timedelta(0))
    await HeldExports(tmp_path).hold(OUMOU, "o.csv", b"KEY\n1\n", ListChoices(), NOW)
    await asyncio.sleep(0.05)
    assert list(tmp_path.iterdir()) == []
