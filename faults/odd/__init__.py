"""Odd requests for every way in of the application: what no browser and no gateway sends, drawn from a seed."""
