"""A telephone to try the line with: in the browser, in the terminal and in tests."""
