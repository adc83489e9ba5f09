"""What stands in the way of a backup or a restore, as one sentence for whoever runs it."""


class Trouble(Exception):
    """The text says what is wrong and what to do; nothing was changed, or what was says so."""
