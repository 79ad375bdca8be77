"""What the measuring scripts share: programs under test, load, and reports."""
