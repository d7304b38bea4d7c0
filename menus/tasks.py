"""What people call for: the screen that answers it, and within how many keys it must be answered."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Task:
    """Something people call for: the screen that answers it, and the most keys it may take from the first dial."""

    name: str
    screen: str
    most_keys: int


TASKS: Final = (
    Task("payment date", "payment", 2),
    Task("my household", "eligibility", 2),
    Task("file a complaint", "complaint_filed", 4),
    Task("file a secret complaint", "secret_filed", 4),
    Task("follow a complaint", "complaint_status", 2),
    Task("payment days of a commune", "days_of_commune", 4),
    Task("call me back", "call_asked", 3),
    Task("stop the SMS", "sms_stopped", 3),
    Task("change the language", "other_language", 3),
)
ANSWERED_BY: Final = {task.screen: task.name for task in TASKS}
