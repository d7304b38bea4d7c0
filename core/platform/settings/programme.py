"""The programme: its bounds, its contacts and its delays."""

from pydantic import Field, NonNegativeFloat, NonNegativeInt, PositiveInt
from pydantic_settings import BaseSettings

from core.platform.settings.types import Days, Hours, Words


class ProgrammeSettings(BaseSettings):
    """Bounds of imports and of callers, contacts, and the delays of grievances."""

    import_loss_share: NonNegativeFloat = Field(
        default=0.1,
        description="Share of a file's rows above which what it takes away (phones, enrolments, pay days, households "
        "that are suspended or leave) holds the import up until its number is confirmed.",
    )
    import_undo_days: PositiveInt = Field(
        default=7,
        description="Days for which the last import can be undone; what it changed is kept as it was for so long.",
    )
    phone_crowd: PositiveInt = Field(
        default=20,
        description="Most households that one number can be the phone of. Beyond, it is nobody's: an import tells of "
        "it, the line names none of them to who calls from it, and a campaign counts them as not reached.",
    )
    locks_alarm: PositiveInt = Field(
        default=20, description="Households shut within an hour by wrong years, from which an error is logged."
    )
    line_filings_a_day: PositiveInt = Field(
        default=10, description="Complaints that one phone, or one household, may file on a day on the line."
    )
    line_secrets_a_day: PositiveInt = Field(default=10, description="The same of complaints that are kept secret.")
    line_calls_a_day: PositiveInt = Field(
        default=3, description="How often a day one phone, or one household, may ask on the line to be called."
    )
    line_changes_a_day: PositiveInt = Field(
        default=10, description="How often a day one phone may change its language, or whether it gets SMS."
    )
    corrections_need_second: bool = Field(
        default=False,
        description="Whether a correction of a household at the desk waits until another person approves it.",
    )
    payment_reply_days: PositiveInt = Field(
        default=30,
        description="Days after a payment in which the household is asked on the line whether the money came.",
    )
    contact_phones: Words = Field(
        default=("+223 20 22 16 15", "+223 20 22 16 17"), description="Telephones of the programme, comma-separated."
    )
    contact_address: str = Field(
        default="Bamako, Hamdallaye ACI 2000, Rue 329, Porte 120", description="Address of the programme."
    )
    contact_hours: Hours = Field(
        default=(), description="When these telephones are answered: from,to, e.g. 08:00,16:00. Empty: it is not said."
    )
    event_hours: PositiveInt = Field(
        default=4,
        description="Hours after its beginning at which a session, distribution or work day without an end in the file "
        "is over.",
    )
    grievance_amend_hours: PositiveInt = Field(
        default=24, description="Hours in which a decision is corrected, by whoever decided or a supervisor."
    )
    grievance_silent_days: PositiveInt = Field(
        default=7,
        description="Days after which a complaint that waits for a person who says nothing stands in the work list.",
    )
    grievance_reminder_days: NonNegativeInt = Field(
        default=7, description="Days after which that person is reminded by an SMS, once. 0: none goes by itself."
    )
    grievance_lapse_days: NonNegativeInt = Field(
        default=14,
        description="Days after the reminder, where it left, at which the complaint is closed, and the person is told "
        "how to go on with it. 0: none is closed by itself. Never one that is sensitive.",
    )
    grievance_ordinary: Days = Field(
        default=(2, 5), description="Ordinary grievances: working days to the first answer, to the decision."
    )
    grievance_special: Days = Field(
        default=(2, 10), description="Exclusion and inclusion: working days to the first answer, to the decision."
    )
    grievance_conduct: Days = Field(
        default=(1, 3), description="Conduct: working days to the first answer, to the decision."
    )
    grievance_abuse: Days = Field(
        default=(1, 2), description="Abuse: working days to the first answer, to the decision."
    )
