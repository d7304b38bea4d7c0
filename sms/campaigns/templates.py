"""The words of a programme's own for its campaigns: proposed, approved by somebody else, kept version by version.

The version of a kind that was approved last is used by every plan made from then on; a plan that was made keeps its
texts. Where none was approved, or the last one is the proven words again, the texts of the catalogue are used.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlmodel import col, select, update

from core.campaigns.models import CampaignKind
from core.campaigns.steps import CampaignError, FourEyes, WrongState
from core.campaigns.templates import CampaignTemplate, TemplateState
from core.platform import sql
from core.platform.database import writing
from core.platform.settings import Settings
from core.staff.agents import Actor
from sms.campaigns.scope import must_cover
from sms.campaigns.template_checks import WithoutTemplate, check_words_of
from sms.campaigns.template_samples import measures
from sms.outbox.placeholders import RULES


class UnknownTemplate(CampaignError):
    """There is no version of this number."""

    def __init__(self, template_id: int) -> None:
        super().__init__(f"there is no version {template_id}")


@dataclass(frozen=True, slots=True)
class TemplateVersion:
    """A version of the words of a kind, who wrote it and who decided; `texts` is None for the proven words."""

    id: int
    kind: CampaignKind
    texts: Mapping[str, str] | None
    state: TemplateState
    of_id: int | None
    written_by: int
    writer: str
    written_at: datetime
    decider: str | None
    decided_at: datetime | None


_VERSION: Final = """
SELECT template.id, template.kind, template.texts, template.state, template.of_id, template.written_by,
    writer.name AS writer, template.written_at, decider.name AS decider, template.decided_at
FROM campaign_template AS template JOIN agent AS writer ON writer.id = template.written_by
LEFT JOIN agent AS decider ON decider.id = template.decided_by
"""
VERSIONS: Final = f"{_VERSION} WHERE template.kind = %(kind)s ORDER BY template.id DESC LIMIT %(most)s"
ONE: Final = f"{_VERSION} WHERE template.id = %(id)s"
USED: Final = f"""
{_VERSION} WHERE template.id = (
    SELECT id FROM campaign_template WHERE kind = %(kind)s AND state = '{TemplateState.APPROVED}'
    ORDER BY decided_at DESC, id DESC LIMIT 1)
"""  # noqa: S608 - our own words
OF_CAMPAIGN: Final = f"{_VERSION} WHERE template.id = (SELECT template_id FROM campaign WHERE id = %(id)s)"  # noqa: S608
MOST_VERSIONS: Final = 50


async def versions(kind: CampaignKind) -> Sequence[TemplateVersion]:
    """The last versions of a kind, newest first."""
    return await sql.rows(TemplateVersion, VERSIONS, {"kind": kind.value, "most": MOST_VERSIONS})


async def version(template_id: int) -> TemplateVersion:
    """One version; raises UnknownTemplate."""
    one = await sql.row(TemplateVersion, ONE, {"id": template_id})
    if one is None:
        raise UnknownTemplate(template_id)
    return one


async def used(kind: CampaignKind) -> TemplateVersion | None:
    """The version that is used now, None for the proven words."""
    last = await sql.row(TemplateVersion, USED, {"kind": kind.value})
    return None if last is None or last.texts is None else last


async def of_campaign(campaign_id: int) -> TemplateVersion | None:
    """The version that the plan of a campaign was made with, None for the proven words."""
    return await sql.row(TemplateVersion, OF_CAMPAIGN, {"id": campaign_id})


async def propose(
    kind: CampaignKind,
    texts: Mapping[str, str],
    actor: Actor,
    settings: Settings,
    now: datetime,
    *,
    of_id: int | None = None,
) -> int:
    """Keep words for somebody else to approve; what waited before is dismissed. Gives the number of the version.

    Raises NotASupervisor, OutOfScope, and what `check_words_of` raises.
    """
    await must_cover(actor, None)
    words = {code: text.strip() for code, text in texts.items()}
    check_words_of(kind, words, settings, await measures(), now.date())
    async with writing() as session:
        await _dismiss_waiting(kind, actor, now)
        new = CampaignTemplate(
            kind=kind, texts=words, state=TemplateState.PROPOSED, of_id=of_id, written_by=actor.id, written_at=now
        )
        session.add(new)
        await session.flush()
    return new.id or 0


async def go_back(template_id: int, actor: Actor, settings: Settings, now: datetime) -> int:
    """Propose the words of an older version again; raises as `propose`, and UnknownTemplate."""
    older = await version(template_id)
    if older.texts is None:
        return await to_proven(older.kind, actor, now)
    return await propose(older.kind, older.texts, actor, settings, now, of_id=older.id)


async def to_proven(kind: CampaignKind, actor: Actor, now: datetime) -> int:
    """Use the proven words again, at once: they need no second person. Raises NotASupervisor and OutOfScope."""
    await must_cover(actor, None)
    if kind not in RULES:
        raise WithoutTemplate(f"a campaign of kind {kind} has no template")
    async with writing() as session:
        await _dismiss_waiting(kind, actor, now)
        new = CampaignTemplate(
            kind=kind,
            state=TemplateState.APPROVED,
            written_by=actor.id,
            written_at=now,
            decided_by=actor.id,
            decided_at=now,
        )
        session.add(new)
        await session.flush()
    return new.id or 0


async def approve(template_id: int, actor: Actor, settings: Settings, now: datetime) -> TemplateVersion:
    """Let a proposed version be used from now on; raises FourEyes for who wrote it, WrongState for one decided on.

    It is checked anew: places, numbers and settings may have changed.
    """
    async with writing() as session:
        template = await _proposed(template_id, actor)
        if template.written_by == actor.id:
            raise FourEyes("who wrote these words cannot approve them")
        check_words_of(template.kind, template.texts or {}, settings, await measures(), now.date())
        template.state, template.decided_by, template.decided_at = TemplateState.APPROVED, actor.id, now
        session.add(template)
        await session.flush()
        return await version(template_id)


async def dismiss(template_id: int, actor: Actor, now: datetime) -> TemplateVersion:
    """Put a proposed version aside, by whoever may propose one; raises as `approve`, but not FourEyes."""
    async with writing() as session:
        template = await _proposed(template_id, actor)
        template.state, template.decided_by, template.decided_at = TemplateState.DISMISSED, actor.id, now
        session.add(template)
        await session.flush()
        return await version(template_id)


async def _proposed(template_id: int, actor: Actor) -> CampaignTemplate:
    """A version that waits, its row locked; raises UnknownTemplate and WrongState."""
    await must_cover(actor, None)
    statement = (
        select(CampaignTemplate)
        .where(col(CampaignTemplate.id) == template_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    async with writing() as session:
        template = (await session.exec(statement)).one_or_none()
    if template is None:
        raise UnknownTemplate(template_id)
    if template.state is not TemplateState.PROPOSED:
        raise WrongState(f"version {template_id} is {template.state} already")
    return template


async def _dismiss_waiting(kind: CampaignKind, actor: Actor, now: datetime) -> None:
    waiting = (
        update(CampaignTemplate)
        .where(col(CampaignTemplate.kind) == kind, col(CampaignTemplate.state) == TemplateState.PROPOSED)
        .values(state=TemplateState.DISMISSED, decided_by=actor.id, decided_at=now)
        .execution_options(synchronize_session=False)
    )
    async with writing() as session:
        await session.execute(waiting)
