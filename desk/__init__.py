"""The desk, at `/desk`: where agents answer grievances, supervisors run campaigns, and people are managed."""
