"""The two grievances of the demonstration: one that waits for its answer, one that has it."""

from datetime import date


async def file_grievances(today: date) -> None:
    """Later."""
