"""The parts of bench.py, each with its targets."""
