"""What stands in plain text is encrypted afterwards, and all of it for new keys."""

from collections.abc import Iterator
from dataclasses import replace

import pyotp
import pytest

from core.grievances.cases import case
from core.grievances.filing import file
from core.platform.encryption import IDENTITIES, RECIPIENTS, new_identity
from core.platform.settings import Settings, settings
from core.schema.encrypting import COLUMNS, EncryptedTexts, encrypt_all
from core.staff import second_factor, sign_in
from core.staff.agents import Role
from core.staff.credentials import NotSignedIn
from tests.core.grievances.handling import LATE, somebody
from tests.core.seed import NOW
from tests.support.database import change, query, scalar
from tests.support.keys import hold, hold_new

pytestmark = pytest.mark.usefixtures("safo")

PASSWORD = "un long mot de passe"
BRIBE = replace(LATE, category="conduct", subcategory="bribe", words="kakalamissa")


@pytest.fixture(autouse=True)
def no_keys(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No keys to begin with, as before they were."""
    for name in (RECIPIENTS, IDENTITIES):
        monkeypatch.delenv(name, raising=False)
    settings.cache_clear()
    yield
    settings.cache_clear()


async def planted() -> tuple[str, pyotp.TOTP]:
    """A complaint and a second factor; its reference, and the telephone of who has it."""
    reference = (await file(BRIBE, NOW)).reference
    await change("UPDATE grievance SET answer = 'kakalamissa'")
    await change("UPDATE grievance_event SET note = 'kakalamissa'")
    await file(replace(LATE, key="ordinary", words="ordinary"), NOW)
    focal = await somebody("focal", Role.FOCAL)
    await sign_in.give_password(focal.id, NOW, password=PASSWORD)
    token = await sign_in.sign_in("focal", PASSWORD, NOW, Settings(), "")
    session = await sign_in.session_of(token, NOW, Settings())
    assert session
    _, secret = await second_factor.totp_uri(session.token_hash)
    return reference, pyotp.TOTP(secret)


async def enters(telephone: pyotp.TOTP) -> bool:
    """Whether the code of a telephone lets its owner in."""
    token = await sign_in.sign_in("focal", PASSWORD, NOW, Settings(), "")
    session = await sign_in.session_of(token, NOW, Settings())
    assert session
    await change("UPDATE agent_credential SET totp_step = NULL")
    token = await second_factor.prove(session.token_hash, telephone.at(NOW), NOW, Settings())
    return bool(token)


async def in_the_tables() -> str:
    """Every text that stands in the columns that are encrypted."""
    rows = [
        row.text
        for each in COLUMNS
        for row in await query(f"SELECT {each.column} AS text FROM {each.table} WHERE {each.column} IS NOT NULL")  # noqa: S608
    ]
    return "\n".join(rows)


async def test_what_is_plain_is_encrypted_once(monkeypatch: pytest.MonkeyPatch) -> None:
    reference, telephone = await planted()
    assert telephone.secret in await in_the_tables()
    hold_new(monkeypatch)
    done = await encrypt_all(NOW)
    assert set(done.values()) == {EncryptedTexts(1, 0)}
    kept = await in_the_tables()
    assert "kakalamissa" not in kept
    assert telephone.secret not in kept
    assert "ordinary" in kept
    assert await enters(telephone)
    opened = await case(reference, await somebody("another", Role.FOCAL), NOW)
    assert opened
    assert (opened.words, opened.answer, opened.entries[0].note) == ("kakalamissa",) * 3
    assert set((await encrypt_all(NOW)).values()) == {EncryptedTexts(0, 0)}


async def test_all_of_it_is_encrypted_again_for_new_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    _, telephone = await planted()
    old, new = hold_new(monkeypatch), new_identity()
    await encrypt_all(NOW)
    hold(monkeypatch, new, old, recipients=1)
    assert set((await encrypt_all(NOW, again=True)).values()) == {EncryptedTexts(1, 0)}
    hold(monkeypatch, new)
    assert await enters(telephone)


async def test_what_no_key_reads_stays_as_it_is_and_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    await planted()
    hold_new(monkeypatch)
    await encrypt_all(NOW)
    before = await in_the_tables()
    hold_new(monkeypatch)
    assert set((await encrypt_all(NOW, again=True)).values()) == {EncryptedTexts(0, 1)}
    assert await in_the_tables() == before


async def test_more_than_a_portion(monkeypatch: pytest.MonkeyPatch) -> None:
    await change(
        "INSERT INTO agent (id, login, name, role, scope_kind) SELECT n, 'a' || n, 'A', 'agent', 'national' "
        "FROM generate_series(1001, 1450) AS n"
    )
    await change(
        "INSERT INTO agent_credential (agent_id, password_hash, must_change, totp_secret, set_at) "
        "SELECT n, 'x', false, 'S' || n, now() FROM generate_series(1001, 1450) AS n"
    )
    hold_new(monkeypatch)
    assert (await encrypt_all(NOW))["agent_credential.totp_secret"] == EncryptedTexts(450, 0)
    assert await scalar("SELECT count(*) FROM agent_credential WHERE starts_with(totp_secret, 'S')") == 0


async def test_a_second_factor_put_into_the_row_of_another_opens_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    hold_new(monkeypatch)
    _, telephone = await planted()
    other = await somebody("other", Role.AGENT)
    await sign_in.give_password(other.id, NOW, password=PASSWORD)
    token = await sign_in.sign_in("other", PASSWORD, NOW, Settings(), "")
    session = await sign_in.session_of(token, NOW, Settings())
    assert session
    await change(
        "UPDATE agent_credential SET totp_secret = (SELECT totp_secret FROM agent_credential "
        "WHERE totp_secret IS NOT NULL), totp_confirmed_at = now() WHERE agent_id = %(id)s",
        id=other.id,
    )
    with pytest.raises(NotSignedIn):
        await second_factor.prove(session.token_hash, telephone.at(NOW), NOW, Settings())
