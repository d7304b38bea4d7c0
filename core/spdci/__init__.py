"""Registries that speak SPDCI 1.0.0: we ask them, and they ask us. Written by the specification, read liberally."""
