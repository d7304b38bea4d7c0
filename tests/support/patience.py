"""How long a test waits for what is sure to come."""

from typing import Final

LONGEST_SECONDS: Final = 60
"""So long that only what never comes is missed, however busy the machine is; no test is about being faster."""
