"""Imports of files: communes, households, payments and events, from CSV or Excel, all or nothing."""

from core.imports.importing import Progress, Report, run
from core.imports.kinds import ImportKind
from core.imports.sheets import UnreadableFile

__all__ = ["ImportKind", "Progress", "Report", "UnreadableFile", "run"]
