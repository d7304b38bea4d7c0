"""The door that tells a holder what their key may: what an integration asks first."""

from typing import Final

from pydantic import BaseModel, Field

from api.doors import Door, DoorCall, DoorReply
from core.staff.agents import Scope
from core.systems.scopes import KeyScope


class KeyItem(BaseModel):
    """What the key that asks may do, and where."""

    system: str
    scopes: list[KeyScope]
    place_kind: Scope
    place: str | None = Field(description="The P-code of the place; null: the whole country.")


async def _key(asked: DoorCall) -> DoorReply:
    holder = asked.holder
    item = KeyItem(
        system=holder.system, scopes=list(holder.scopes), place_kind=holder.scope_kind, place=holder.scope_code
    )
    return DoorReply(item)


DOORS: Final = (
    Door("GET", "/key", "key", frozenset(), "Ce que la clé permet", "What the key allows", gives=KeyItem, do=_key),
)  # fmt: skip
