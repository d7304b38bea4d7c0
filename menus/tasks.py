"""What people call for: the screen that answers it, within how many keys it must be answered, and its title."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Task:
    """Something people call for: the screen that answers it, and the most keys it may take from the first dial."""

    name: str
    """What it is counted under."""
    screen: str
    most_keys: int
    title: str
    """What the map and the desk call it, in French."""


TASKS: Final = (
    Task("payment date", "payment", 2, "Connaître sa date de paiement"),
    Task("my household", "eligibility", 2, "Savoir si l'on est dans le programme"),
    Task("file a complaint", "complaint_filed", 4, "Déposer une plainte"),
    Task("file a secret complaint", "secret_filed", 4, "Déposer une plainte secrète"),
    Task("follow a complaint", "complaint_status", 2, "Suivre une plainte"),
    Task("payment days of a commune", "days_of_commune", 4, "Jours de paiement d'une commune"),
    Task("call me back", "call_asked", 3, "Demander à être rappelé"),
    Task("stop the SMS", "sms_stopped", 4, "Arrêter les SMS"),
    Task("change the language", "other_language", 3, "Changer de langue"),
)
ANSWERED_BY: Final = {task.screen: task.name for task in TASKS}
