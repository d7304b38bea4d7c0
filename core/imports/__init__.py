"""Imports of files: communes, households, payments and events, from CSV or Excel, all or nothing."""

from core.files.cells import UnreadableFile
from core.imports.importing import ImportReport, Progress, run
from core.imports.kinds import ImportKind

__all__ = ["ImportKind", "ImportReport", "Progress", "UnreadableFile", "run"]
