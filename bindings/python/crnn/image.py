"""Images: decoding by libcrnn_image, and the recipe of a model file."""

from __future__ import annotations

import ctypes
import os
from ctypes import byref, c_float, c_int32, c_int64, c_size_t, c_uint32, c_void_p
from typing import Optional, Union

import numpy as np

from .errors import ArgumentError
from .library import SHAPE, TYPE, CArray, check, sized
from .library import image as library
from .values import MAXIMUM_INT64, as_integer, as_path

Source = Union[str, os.PathLike, bytes, np.ndarray]


class CImage(ctypes.Structure):
    _fields_ = [
        ("struct_size", c_size_t),
        ("width", c_int32),
        ("height", c_int32),
        ("channels", c_int32),
        ("reserved", c_int32),
        ("row_bytes", c_int64),
        ("pixels", c_void_p),
    ]


class CImageOptions(ctypes.Structure):
    _fields_ = [("struct_size", c_size_t), ("maximum_pixels", c_int64)]


class CImageRecipe(ctypes.Structure):
    _fields_ = [
        ("struct_size", c_size_t),
        ("channels", c_int32),
        ("background", c_uint32),
        ("width", c_int32),
        ("height", c_int32),
        ("filter", c_int32),
        ("invert", c_int32),
        ("scale", c_float),
        ("layout", c_int32),
    ]


def decode_image(source: Union[str, os.PathLike, bytes], maximum_pixels: int = 0) -> np.ndarray:
    """Decodes a PNG or JPEG file.

    >>> crnn.decode_image("photo.jpg").shape
    (480, 640, 3)

    Args:
        source: a path, or the content of such a file.
        maximum_pixels: larger images are refused before memory is taken; 0: 100 million.

    Returns:
        uint8, (height, width) where grey, else (height, width, channels): 2 grey and alpha, 3 RGB, 4 RGB and alpha.

    Raises:
        ImageError: neither PNG nor JPEG, damaged, too large, or of a kind that is not read.
        RuntimeEnvironmentError: the file cannot be opened, or libcrnn_image.so is not there.
    """
    image = _decode(source, maximum_pixels)
    try:
        shape = (image.height, image.width, image.channels)
        pixels = np.ctypeslib.as_array(ctypes.cast(image.pixels, ctypes.POINTER(ctypes.c_uint8)), shape).copy()
    finally:
        library().crnn_image_free(byref(image))
    return pixels[:, :, 0] if image.channels == 1 else pixels


def prepare(source: Source, recipe_text: Optional[str], port) -> np.ndarray:
    """What `Model.prepare` does: the image as the recipe says, in the shape of the port (a CPortInfo)."""
    recipe = sized(CImageRecipe)
    check(library().crnn_image_recipe_parse, None if recipe_text is None else recipe_text.encode(), byref(recipe))
    if isinstance(source, (str, os.PathLike, bytes, bytearray, memoryview)):
        image = _decode(source, 0)
        try:
            return _prepare(recipe, image, port)
        finally:
            library().crnn_image_free(byref(image))
    pixels = _as_pixels(source)
    height, width = pixels.shape[:2]
    channels = 1 if pixels.ndim == 2 else pixels.shape[2]
    image = sized(CImage, width=width, height=height, channels=channels, pixels=pixels.ctypes.data)
    return _prepare(recipe, image, port)


def _decode(source, maximum_pixels: int) -> CImage:
    image = sized(CImage)
    options = sized(CImageOptions, maximum_pixels=as_integer("maximum_pixels", maximum_pixels, 0, MAXIMUM_INT64))
    if isinstance(source, (bytes, bytearray, memoryview)):
        content = bytes(source)
        check(library().crnn_image_decode_memory, content, len(content), byref(options), byref(image))
        return image
    check(library().crnn_image_decode_file, as_path(source), byref(options), byref(image))
    return image


def _as_pixels(source) -> np.ndarray:
    try:
        pixels = np.asarray(source)
    except ValueError as problem:  # nested lists of unequal lengths
        raise ArgumentError(SHAPE, f"pixels: {problem}") from None
    if pixels.dtype != np.uint8:
        raise ArgumentError(TYPE, f"pixels must be uint8, not {pixels.dtype}")
    if pixels.ndim not in (2, 3) or pixels.size == 0 or (pixels.ndim == 3 and not 1 <= pixels.shape[2] <= 4):
        raise ArgumentError(
            SHAPE, f"pixels must have the shape (height, width) or (height, width, 1 to 4 channels), not {pixels.shape}"
        )
    return np.ascontiguousarray(pixels)


def _prepare(recipe: CImageRecipe, image: CImage, port) -> np.ndarray:
    width, height = (recipe.width, recipe.height) if recipe.width else (image.width, image.height)
    buffer = np.empty(width * height * recipe.channels, np.uint8)
    frames = CArray()
    check(
        library().crnn_image_prepare,
        byref(recipe),
        byref(image),
        byref(port),
        buffer.ctypes.data,
        buffer.nbytes,
        byref(frames),
        None,
    )
    return buffer.reshape(frames.shape[: frames.rank])
