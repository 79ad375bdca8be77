"""What ends a scenario at once."""


class SoakError(Exception):
    """Something without which a scenario shows nothing. The message is for whoever started the run."""
