"""What this package raises and warns of."""


class ConversionError(Exception):
    """The file cannot be converted; the text names what stands in the way and what to do about it."""


class ConversionWarning(UserWarning):
    """Something was assumed or left out; the text says what."""
