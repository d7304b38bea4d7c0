"""Every door of version 1, in the order of its documents."""

from typing import Final

from api import campaigns, figures, grievances, key, payments, pushes, registry, submissions

DOORS: Final = (
    *key.DOORS,
    *pushes.DOORS,
    *submissions.DOORS,
    *grievances.DOORS,
    *registry.DOORS,
    *campaigns.DOORS,
    *payments.DOORS,
    *figures.DOORS,
)
