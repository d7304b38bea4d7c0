"""Settings that a programme changes by itself, each change kept with who made it and who agreed."""

from datetime import datetime
from typing import Final

from sqlalchemy import CheckConstraint, Index, text
from sqlmodel import Field

from core.platform.columns import TableRow, coded, listed, one_of
from core.text.words import DESK, Word, called


class ProgrammeSettingName(Word):
    """A setting that is changed at the desk, by its name among the settings of the operator."""

    ORDINARY = "grievance_ordinary"
    SPECIAL = "grievance_special"
    CONDUCT = "grievance_conduct"
    ABUSE = "grievance_abuse"
    UNTOUCHED = "desk_untouched_minutes"
    AMEND = "grievance_amend_hours"
    SILENT = "grievance_silent_days"
    REMINDER = "grievance_reminder_days"
    LAPSE = "grievance_lapse_days"
    PAYMENT_REPLY = "payment_reply_days"
    EVENT = "event_hours"
    PHONES = "contact_phones"
    ADDRESS = "contact_address"
    HOURS = "contact_hours"


TITLES: Final = called(
    ProgrammeSettingName,
    DESK,
    {
        ProgrammeSettingName.ORDINARY: "Délais des plaintes ordinaires",
        ProgrammeSettingName.SPECIAL: "Délais : oubli d'un ménage, inscription à tort",
        ProgrammeSettingName.CONDUCT: "Délais : conduite d'un agent",
        ProgrammeSettingName.ABUSE: "Délais : violence, abus",
        ProgrammeSettingName.UNTOUCHED: "Minutes sans rien faire, puis une plainte prise est à qui la prend",
        ProgrammeSettingName.AMEND: "Heures pendant lesquelles une décision se corrige",
        ProgrammeSettingName.SILENT: "Jours de silence, puis une plainte qui attend la personne est « à traiter »",
        ProgrammeSettingName.REMINDER: "Jours de silence, puis un SMS rappelle la personne, une fois",
        ProgrammeSettingName.LAPSE: "Jours après ce SMS, puis la plainte est close (jamais une plainte sensible)",
        ProgrammeSettingName.PAYMENT_REPLY: "Jours après un paiement où la ligne demande s'il est arrivé",
        ProgrammeSettingName.EVENT: "Heures après son début, puis une séance sans heure de fin est finie",
        ProgrammeSettingName.PHONES: "Téléphones du programme",
        ProgrammeSettingName.ADDRESS: "Adresse du programme",
        ProgrammeSettingName.HOURS: "Heures où l'on répond à ces téléphones",
    },
)

TOLD_TO_PEOPLE: Final = frozenset(
    {ProgrammeSettingName.PHONES, ProgrammeSettingName.ADDRESS, ProgrammeSettingName.HOURS}
)
"""What people are told of the programme; who approves it is not who wrote it."""


class SettingState(Word):
    """proposed → in force → past, or proposed → dismissed; what needs no second person is in force at once."""

    PROPOSED = "proposed"
    IN_FORCE = "in_force"
    PAST = "past"
    DISMISSED = "dismissed"


called(
    SettingState,
    DESK,
    {
        SettingState.PROPOSED: "proposé, à approuver",
        SettingState.IN_FORCE: "en vigueur",
        SettingState.PAST: "remplacé",
        SettingState.DISMISSED: "pas retenu",
    },
)


class ProgrammeSetting(TableRow, table=True):
    """A value that a setting was given at the desk, written as an operator writes it in the environment."""

    __tablename__ = "programme_setting"
    __table_args__ = (
        CheckConstraint(
            f"name NOT IN {listed(TOLD_TO_PEOPLE)} OR state <> 'in_force' OR (decided_by IS NOT NULL AND decided_by <> "
            "proposed_by)",
            name="ck_programme_setting_four_eyes",
        ),
        Index("uq_programme_setting_in_force", "name", unique=True, postgresql_where=text("state = 'in_force'")),
        Index("uq_programme_setting_proposed", "name", unique=True, postgresql_where=text("state = 'proposed'")),
    )

    id: int | None = Field(default=None, primary_key=True)
    name: ProgrammeSettingName = Field(sa_type=coded(ProgrammeSettingName))
    value: str
    state: SettingState = Field(sa_type=one_of(SettingState))
    proposed_by: int = Field(foreign_key="agent.id")
    proposed_at: datetime
    decided_by: int | None = Field(default=None, foreign_key="agent.id")
    decided_at: datetime | None = None
