"""How the programme is reached."""

from core.settings import settings


def phone() -> str:
    """The first telephone of the programme, as shown to people."""
    return settings().contact_phones[0]
