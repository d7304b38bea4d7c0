"""What others would build the line with, given the same dialogue: measured beside Jigi, served to nobody."""
