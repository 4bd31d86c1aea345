"""The exceptions: one class for each class of status of crnn.h."""


class Error(Exception):
    """Something that the library refused.

    Attributes:
        status: the number of ``crnn.h``, such as 101.
        message: the library's sentence.
    """

    def __init__(self, status: int, message: str):
        super().__init__(message)
        self.status = status
        self.message = message

    def __reduce__(self):
        return type(self), (self.status, self.message)


class ArgumentError(Error, ValueError):
    """1xx: an argument, such as an array of the wrong shape or type."""


class FileError(Error):
    """2xx: the model file is not one, is damaged, or is too new."""


class StreamStateError(Error):
    """3xx: the stream is finished, closed, or its sequence incomplete."""


class CapacityError(Error):
    """4xx: a sequence longer than the stream was opened for, or a buffer that is too small."""


class RuntimeEnvironmentError(Error):
    """5xx: a file that cannot be opened, no memory, or an instruction set that this processor lacks."""


class ImageError(Error):
    """6xx: an image that cannot be decoded, or a recipe that cannot be understood."""


class ConvertError(Error):
    """7xx: a network that cannot be converted, calibration data that do not fit, an unknown option, a limit."""


_CLASSES = {
    1: ArgumentError,
    2: FileError,
    3: StreamStateError,
    4: CapacityError,
    5: RuntimeEnvironmentError,
    6: ImageError,
    7: ConvertError,
}


def error(status: int, message: str) -> Error:
    """The exception for a status."""
    return _CLASSES.get(status // 100, Error)(status, message)
