"""How far a campaign is, in the words and figures that its page shows and keeps fresh."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from core.campaigns.models import CampaignState
from core.outbox.messages import MessageState
from core.text.formats import number_phrase, short_date
from core.text.words import COUNT, DESK, label
from sms.campaigns import preview
from sms.campaigns.preview import Progress, Summary
from sms.campaigns.tally import Tally

FIGURES: Final = (
    MessageState.ACCEPTED,
    MessageState.ON_ITS_WAY,
    MessageState.DELIVERED,
    MessageState.FAILED,
    MessageState.UNCERTAIN,
    MessageState.SILENT,
    MessageState.DROPPED,
    MessageState.PLANNED,
)
"""The states that are counted on the page, in its order."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A number on the page: the name that its script knows, what it counts, and how many they are."""

    name: str
    label: str
    count: str


@dataclass(frozen=True, slots=True)
class Moving:
    """How far a campaign is, ready to be shown."""

    state: CampaignState
    counted: Progress
    rate: float
    end: datetime | None
    at: datetime

    def to_json(self, does: str) -> dict[str, Any]:
        """For the script of the page: words and figures as the page shows them; `does` is why it moves or does not."""
        return {
            "state": self.state.value,
            "words": label(self.state, DESK),
            "percent": self.percent,
            "waiting": self.counted.waiting,
            "figures": {
                **{figure.name: figure.count for figure in self.figures},
                "rate": self.rate_words,
                "end": self.end_words,
                "counted": self.counted_words,
                "motion": does,
            },
        }

    @property
    def figures(self) -> tuple[Figure, ...]:
        """How many are to be told, how many left, and how many are in each state."""
        states = self.counted.states
        return (
            Figure("to_send", "à prévenir", number_phrase(self.counted.to_send)),
            Figure("sent", "partis", number_phrase(self.counted.sent)),
            *(Figure(state.value, label(state, COUNT), number_phrase(states.get(state, 0))) for state in FIGURES),
        )

    @property
    def percent(self) -> int:
        """Of a hundred to be told, those who need nothing more; of a cancelled one, those who were sent anything."""
        if self.state is CampaignState.CANCELLED:
            return self.counted.sent * 100 // self.counted.to_send if self.counted.to_send else 0
        return self.counted.done * 100 // self.counted.to_send if self.counted.to_send else 0

    @property
    def counted_words(self) -> str:
        """When it was counted."""
        return f"{self.at:%H:%M:%S}"

    @property
    def rate_words(self) -> str:
        """How fast it goes."""
        if self.state is not CampaignState.RUNNING:
            return "–"
        return f"{self.rate:.1f} par seconde".replace(".", ",") if self.rate else "rien ne part en ce moment"

    @property
    def end_words(self) -> str:
        """When everything will have left, at this speed."""
        return f"vers {self.end:%H:%M} le {short_date(self.end)}" if self.end else "–"


async def moving(campaign: Summary, at: datetime, tally: Tally) -> Moving:
    """How far a campaign is at a moment, by its messages as they were counted."""
    counted = await preview.progress(campaign.id, counted=tally)
    running = campaign.state is CampaignState.RUNNING
    rate = await preview.speed(campaign.id, at) if running else 0.0
    left = counted.states.get(MessageState.PLANNED, 0)
    end = at + timedelta(seconds=left / rate) if rate and left else None
    return Moving(campaign.state, counted, rate, end, tally.at)
