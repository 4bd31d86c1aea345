"""The one exception of this package."""


class ConversionError(Exception):
    """The file cannot be converted; the text names what stands in the way and what to do about it."""
