"""How large a file may be in every direction; beyond it the reader refuses in words instead of holding it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one file. Memory and processor time are those of the process that reads it."""

    memory_bytes: int = 512 * 1024 * 1024
    cpu_seconds: int = 120
    unpacked_bytes: int = 1024 * 1024 * 1024
    """Of a workbook, all its parts together."""
    parts: int = 2_000
    """Files inside a workbook."""
    columns: int = 200
    cell_letters: int = 32_767
    """What Excel itself can hold."""


LIMITS = Limits()
