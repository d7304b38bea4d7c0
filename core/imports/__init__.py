"""Imports of files: communes, households, payments and events, from CSV or Excel, all or nothing."""

from core.imports.importing import Kind, Progress, Report, run
from core.imports.sheets import UnreadableFile

__all__ = ["Kind", "Progress", "Report", "UnreadableFile", "run"]
