"""Templates of the desk, compiled once in a process however many desks are built in it."""

from types import CodeType

from jinja2 import BytecodeCache
from jinja2.bccache import Bucket


class KeptTemplates(BytecodeCache):
    """What each file was compiled to, as long as it says the same."""

    def __init__(self) -> None:
        self._compiled: dict[tuple[str, str], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Give back what was compiled of a file, if anything was."""
        bucket.code = self._compiled.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what was compiled of a file."""
        if bucket.code is not None:
            self._compiled[bucket.key, bucket.checksum] = bucket.code
