"""Consent of the person whose household another registry is asked about: whose it is, and which way it was given.

It is entered in the audit trail before the registry is asked: who asked, when, for whom, whose consent and how given.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from core.spdci.envelope import stamp
from core.staff import audit
from core.staff.acts import Act
from core.staff.agents import Actor
from core.text.words import DESK, Word, called


class ConsentGiver(Word):
    """Who agrees."""

    PERSON = "person"
    HOUSEHOLD = "household"
    REPRESENTATIVE = "representative"


class ConsentWay(Word):
    """Which way the consent was given."""

    SPOKEN = "spoken"
    CALLED = "called"
    WRITTEN = "written"


called(
    ConsentGiver,
    DESK,
    {
        ConsentGiver.PERSON: "la personne elle-même",
        ConsentGiver.HOUSEHOLD: "quelqu'un du ménage, en son nom",
        ConsentGiver.REPRESENTATIVE: "son représentant légal",
    },
)
called(
    ConsentWay,
    DESK,
    {
        ConsentWay.SPOKEN: "de vive voix, sur place",
        ConsentWay.CALLED: "au téléphone",
        ConsentWay.WRITTEN: "par écrit",
    },
)


@dataclass(frozen=True, slots=True)
class Consent:
    """Whose consent it is, and which way it was given."""

    giver: ConsentGiver
    way: ConsentWay

    def written(self, now: datetime) -> dict[str, Any]:
        """As a search bears it."""
        purpose = {"text": f"consent of {self.giver.value}, {self.way.value}", "code": "eligibility"}
        return {"@type": "Consent", "ts": stamp(now), "purpose": purpose}

    async def enter(self, actor: Actor, registry: str, about: str, searched: str, now: datetime) -> None:
        """Enter it in the trail with what is searched by, in the transaction of whoever asks."""
        detail = {"registry": registry, "searched": searched, "consent": self.giver.value, "way": self.way.value}
        await audit.record(actor.id, Act.REGISTRY_ASKED, about, now, detail)
