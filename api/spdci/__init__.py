"""SPDCI 1.0.0 as others reach it: what partners ask us, and what they answer later to what we asked."""
