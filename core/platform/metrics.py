"""What Prometheus is shown: the figures of this process, or of all that serve together, whichever of them is asked.

Processes that serve together write what they count into a folder in memory (multiprocess mode of prometheus_client).
What a process counted stays when it ends, so that no sum goes down; what it held (hops, connections) ends with it.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

FOLDER: Final = "PROMETHEUS_MULTIPROC_DIR"
"""As the library has it; it must stand in the environment before the library is imported."""

IN_MEMORY: Final = Path("/dev/shm")  # noqa: S108 - the folder made there is ours alone
"""A full disk would end a process that writes to a file that it has mapped."""


@contextmanager
def together(processes: int) -> Iterator[None]:
    """Let the processes that are started meanwhile be shown together, where there are several."""
    if processes < 2:
        yield
        return
    within = IN_MEMORY if os.access(IN_MEMORY, os.W_OK) else None
    folder = tempfile.mkdtemp(prefix="jigi-metrics-", dir=within)
    os.environ[FOLDER] = folder
    try:
        yield
    finally:
        os.environ.pop(FOLDER, None)
        shutil.rmtree(folder, ignore_errors=True)


def shown() -> bytes:
    """The figures, in the text format of Prometheus."""
    from prometheus_client import REGISTRY, CollectorRegistry, generate_latest
    from prometheus_client.multiprocess import MultiProcessCollector

    folder = os.environ.get(FOLDER)
    if not folder:
        return generate_latest(REGISTRY)
    _bury_the_dead(Path(folder))
    registry = CollectorRegistry()
    MultiProcessCollector(registry, folder)  # type: ignore[no-untyped-call]
    return generate_latest(registry)


def _bury_the_dead(folder: Path) -> None:
    """Forget what processes held that were killed: nobody else says that they ended."""
    from prometheus_client.multiprocess import mark_process_dead

    for pid in {path.stem.rpartition("_")[2] for path in folder.glob("gauge_live*.db")}:
        if pid.isdigit() and not Path(f"/proc/{pid}").exists():
            mark_process_dead(int(pid), str(folder))  # type: ignore[no-untyped-call]
