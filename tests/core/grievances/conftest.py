"""Where the grievances of these tests are."""

import pytest

from tests.core import seed
from tests.core.grievances.grievance_rows import ELSEWHERE
from tests.core.seed import SAFO


@pytest.fixture
async def safo_and_kayes(world: None) -> None:
    """Two communes of two regions, and nobody in them."""
    await seed.places((SAFO, "Safo"), (ELSEWHERE, "Kayes"))
