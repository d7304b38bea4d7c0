"""Other systems that speak with Jigi, and what each may do."""
