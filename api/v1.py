"""Every door of version 1, in the order of its documents."""

from typing import Final

from api import campaigns, figures, grievances, key, payments, pushes, registry

DOORS: Final = (
    *key.DOORS,
    *pushes.DOORS,
    *grievances.DOORS,
    *registry.DOORS,
    *campaigns.DOORS,
    *payments.DOORS,
    *figures.DOORS,
)
