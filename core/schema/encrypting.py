"""Encrypting what already stands in the tables: what was written before there were keys, and all of it for new ones."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from core.grievances.subjects import Sensitivity
from core.platform import sql
from core.platform.database import writing
from core.platform.encryption import MARK, Undecryptable, decrypted, encrypted
from core.staff import audit
from core.staff.acts import Act
from core.staff.second_factor import place_of

PORTION: Final = 200
"""Texts that are encrypted in one transaction."""

SENSITIVE: Final = f"grievance.sensitivity = '{Sensitivity.SENSITIVE}'"


@dataclass(frozen=True, slots=True)
class EncryptedColumn:
    """A column that holds encrypted texts: its table and key, and SQL of its rows with what their place is made of."""

    table: str
    column: str
    key: str = "id"
    place: str = "grievance.reference"
    rows: str = f"grievance WHERE {SENSITIVE}"

    @property
    def read(self) -> str:
        """SQL of a portion of its texts, in the order of their keys; those that are encrypted only if asked for."""
        key, text = f"{self.table}.{self.key}", f"{self.table}.{self.column}"
        return f"""
SELECT {key} AS id, {text} AS text, CAST({self.place} AS text) AS place FROM {self.rows}
    AND {text} <> '' AND {key} > %(after)s AND (%(again)s OR NOT starts_with({text}, %(mark)s))
ORDER BY {key} LIMIT {PORTION} FOR UPDATE OF {self.table}
"""  # noqa: S608 - our own words

    @property
    def write(self) -> str:
        """SQL that puts an encrypted text in the place of another."""
        return f"UPDATE {self.table} SET {self.column} = %(text)s WHERE {self.key} = %(id)s"  # noqa: S608


OF_CASE: Final = f"grievance_event JOIN grievance ON grievance.id = grievance_event.grievance_id WHERE {SENSITIVE}"
COLUMNS: Final = (
    EncryptedColumn("grievance", "words"),
    EncryptedColumn("grievance", "answer"),
    EncryptedColumn("grievance_event", "note", rows=OF_CASE),
    EncryptedColumn(
        "agent_credential", "totp_secret", "agent_id", "agent_credential.agent_id", "agent_credential WHERE true"
    ),
)
"""Every column that is encrypted, with all of its rows that are."""


@dataclass(frozen=True, slots=True)
class KeptText:
    """A text in its row; `place` is a reference, or the number of somebody who works here."""

    id: int
    text: str
    place: str


@dataclass(frozen=True, slots=True)
class EncryptedTexts:
    """How many texts were encrypted for the recipients of today, and how many could not: no key here reads them."""

    encrypted: int
    unreadable: int


async def encrypt_all(now: datetime, *, again: bool = False) -> Mapping[str, EncryptedTexts]:
    """Encrypt what stands in plain text; `again`: also what is encrypted, for the recipients of today.

    What cannot be decrypted stays as it is and is counted. Gives the counts by table and column; raises WrongSetting
    for bad keys.
    """
    done = {f"{column.table}.{column.column}": await _encrypt(column, again=again) for column in COLUMNS}
    detail = {name: each.encrypted for name, each in done.items()}
    await audit.record(None, Act.TEXTS_ENCRYPTED, None, now, {**detail, "again": again})
    return done


async def _encrypt(column: EncryptedColumn, *, again: bool) -> EncryptedTexts:
    counts: Counter[bool] = Counter()
    after = 0
    while True:
        async with writing():
            values = {"after": after, "again": again, "mark": MARK}
            portion = await sql.rows(KeptText, column.read, values)
            for kept in portion:
                counts[await _encrypt_one(column, kept)] += 1
        if not portion:
            return EncryptedTexts(counts[True], counts[False])
        after = portion[-1].id


async def _encrypt_one(column: EncryptedColumn, kept: KeptText) -> bool:
    """Whether it could be decrypted, and is encrypted now."""
    place = kept.place if column.table != "agent_credential" else place_of(int(kept.place))
    try:
        text = encrypted(decrypted(kept.text, place), place)
    except Undecryptable:
        return False
    await sql.execute(column.write, {"id": kept.id, "text": text})
    return True
