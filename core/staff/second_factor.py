"""The second factor: codes of a telephone (TOTP, RFC 6238), and codes on paper for when it is lost."""

import hashlib
import secrets
from datetime import datetime
from typing import Final

import pyotp
import structlog
from sqlmodel import Field, col, delete, func, select, update

from core.platform import sql
from core.platform.columns import TableRow
from core.platform.database import DatabaseTask, goes_by, reading, writing
from core.platform.encryption import Undecryptable, decrypted, encrypted
from core.platform.settings import Settings
from core.staff import audit, sign_in
from core.staff.acts import Act
from core.staff.credentials import Credential, DeskSession, NotSignedIn, change_of, failed, hash_of, of_session
from core.staff.passwords import SYLLABLES
from core.staff.sign_in import Ending
from core.staff.tries import LockedOut

log = structlog.get_logger(__name__)

ISSUER: Final = "Jigisemejiri"
STEP_SECONDS: Final = 30
RECOVERY_CODES: Final = 10
RECOVERY_SYLLABLES: Final = 8
"""Of 75 each: some 50 bits, which nobody guesses five at a time."""


class RecoveryCode(TableRow, table=True):
    """A code on paper, by its hash; good once."""

    __tablename__ = "recovery_code"

    agent_id: int = Field(foreign_key="agent.id", ondelete="CASCADE", primary_key=True)
    code_hash: str = Field(primary_key=True)
    made_at: datetime
    used_at: datetime | None = None


@goes_by(DatabaseTask.SIGN_IN)
async def totp_uri(token_hash: str) -> tuple[str, str]:
    """The `otpauth:` address and the secret in letters, for somebody whose second factor is not set up yet.

    Raises NotSignedIn for anybody else.
    """
    async with writing() as session:
        credential = await of_session(token_hash)
        if credential.totp_confirmed_at is not None:
            raise NotSignedIn
        secret = _secret_of(credential)
        if secret is None:
            secret = pyotp.random_base32()
            kept = encrypted(secret, place_of(credential.id))
            await session.exec(change_of(credential.id).values(totp_secret=kept))
    return pyotp.TOTP(secret).provisioning_uri(name=credential.login, issuer_name=ISSUER), secret


@goes_by(DatabaseTask.SIGN_IN)
async def prove(token_hash: str, code: str, now: datetime, settings: Settings) -> str:
    """Take the code of a second factor, or one for when it is lost, each once; give a new word for the cookie.

    Who saw the word of before, when only the password was proven, has nothing of it. Raises NotSignedIn and LockedOut.
    """
    async with writing():
        credential = await of_session(token_hash)
        if credential.totp_secret is None:
            raise NotSignedIn
        credential.must_be_open(now)
        secret = _secret_of(credential)
        step = _step(secret, code, now) if secret else None
        if step is not None and step > (credential.totp_step or 0):
            return await _proved(credential, token_hash, now, totp_step=step)
        if credential.totp_confirmed_at is not None and await _is_recovery(credential.id, code, now):
            await audit.record(credential.id, Act.RECOVERY_CODE_USED, None, now)
            return await _proved(credential, token_hash, now)
        locked = await failed(credential.id, now, settings)
    raise LockedOut(locked) if locked else NotSignedIn


def place_of(agent_id: int) -> str:
    """Where the secret of somebody's second factor is kept, for `core.platform.encryption`."""
    return f"second factor of {agent_id}"


def _secret_of(credential: Credential) -> str | None:
    """The secret of somebody's second factor; None while there is none that this process can read."""
    try:
        return decrypted(credential.totp_secret, place_of(credential.id)) if credential.totp_secret else None
    except Undecryptable:
        log.error("second_factor_undecryptable", agent_id=credential.id)
        return None


async def _proved(credential: Credential, token_hash: str, now: datetime, **used: int) -> str:
    token = secrets.token_urlsafe(32)
    async with writing() as session:
        values = {**used, "totp_confirmed_at": credential.totp_confirmed_at or now}
        await session.exec(change_of(credential.id).values(failures=0, locked_until=None, **values))
        renewed = {"token_hash": hash_of(token), "verified_at": now}
        await session.exec(update(DeskSession).where(col(DeskSession.token_hash) == token_hash).values(**renewed))
    return token


def _step(secret: str, code: str, now: datetime) -> int | None:
    """The time step a code is of: this one, the one before or the one after; None when it is of none."""
    totp = pyotp.TOTP(secret, interval=STEP_SECONDS)
    this = int(now.timestamp()) // STEP_SECONDS
    digits = "".join(code.split())
    fitting = (
        step for step in (this - 1, this, this + 1) if secrets.compare_digest(totp.at(step * STEP_SECONDS), digits)
    )
    return next(fitting, None) if digits.isascii() else None


@goes_by(DatabaseTask.SIGN_IN)
async def forget_second_factor(agent_id: int, by: int | None, now: datetime) -> None:
    """Let somebody who lost their telephone set up their second factor anew; their sessions end."""
    async with writing() as session:
        await session.exec(change_of(agent_id).values(totp_secret=None, totp_confirmed_at=None, totp_step=None))
        await session.exec(delete(RecoveryCode).where(col(RecoveryCode.agent_id) == agent_id))
        await sign_in.end_sessions(agent_id, Ending.SECOND_FACTOR, now)
        await audit.record(by, Act.SECOND_FACTOR_FORGOTTEN, await sign_in.about(agent_id), now)


USE: Final = """
UPDATE recovery_code SET used_at = %(now)s
WHERE agent_id = %(agent_id)s AND code_hash = %(code_hash)s AND used_at IS NULL RETURNING agent_id
"""


async def _is_recovery(agent_id: int, code: str, now: datetime) -> bool:
    values = {"agent_id": agent_id, "code_hash": _kept(code), "now": now}
    return await sql.scalar(USE, values) is not None


def _kept(code: str) -> str:
    """The hash of a code, however it was typed from paper."""
    letters = "".join(letter for letter in code.lower() if letter.isalpha())
    return hashlib.sha256(letters.encode(errors="replace")).hexdigest()


@goes_by(DatabaseTask.SIGN_IN)
async def new_recovery_codes(agent_id: int, now: datetime) -> tuple[str, ...]:
    """Codes to write down, shown once; those of before are good no more."""
    codes = tuple(_new_code() for _ in range(RECOVERY_CODES))
    async with writing() as session:
        await session.exec(delete(RecoveryCode).where(col(RecoveryCode.agent_id) == agent_id))
        session.add_all(RecoveryCode(agent_id=agent_id, code_hash=_kept(code), made_at=now) for code in codes)
        await audit.record(agent_id, Act.RECOVERY_CODES_GIVEN, None, now)
    return codes


def _new_code() -> str:
    syllables = [secrets.choice(SYLLABLES) for _ in range(RECOVERY_SYLLABLES)]
    return "-".join("".join(syllables[at : at + 2]) for at in range(0, RECOVERY_SYLLABLES, 2))


@goes_by(DatabaseTask.SIGN_IN)
async def recovery_codes_left(agent_id: int) -> int:
    """How many codes of somebody are good still."""
    left = select(func.count()).where(col(RecoveryCode.agent_id) == agent_id, col(RecoveryCode.used_at).is_(None))
    async with reading() as session:
        return (await session.exec(left)).one()
