"""What a campaign is called that nobody gave a title: in French, as staff read it in lists."""

from datetime import date

from core.campaigns.models import CampaignKind
from core.registry.components import ComponentCode
from core.text.formats import short_date
from core.text.words import DESK, label
from sms.campaigns.audience import Audience


def title(kind: CampaignKind, audience: Audience, round_name: str | None = None, place: str | None = None) -> str:
    """Its kind, what it is about, and for where; a reminder says its day."""
    component = audience.event or audience.component
    about = round_name or (None if component is None else label(ComponentCode(component), DESK))
    return " · ".join(part for part in (label(kind, DESK), about, _day(audience.day), place, audience.village) if part)


def _day(day: date | None) -> str | None:
    return None if day is None else short_date(day)
