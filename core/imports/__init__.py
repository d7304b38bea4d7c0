"""Imports of files: communes, households, payments and events, from CSV or Excel, all or nothing."""
