"""The error that stops a release: see `Unsupported`."""


class Unsupported(ValueError):
    """A module or style sheet cannot be put into a bundle.

    The text names the file, where known the line, and the reason.
    """
