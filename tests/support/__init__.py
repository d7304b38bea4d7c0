"""What tests of several rooms need: processes of our own beside them, and looks into the database."""
