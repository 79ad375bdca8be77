"""The parts of drill.py."""
