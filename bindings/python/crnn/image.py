"""Images: decoding by libcrnn_image, and the recipe of a model file."""

from __future__ import annotations

import ctypes
import os
from ctypes import byref, c_float, c_int32, c_int64, c_size_t, c_uint32, c_void_p
from typing import Optional, Union

import numpy as np

from .errors import ArgumentError
from .library import SHAPE, TYPE, check, sized
from .library import image as library
from .structures import CArray
from .values import MAXIMUM_INT64, as_integer, as_path, as_text

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
        ("full_width", c_int32),
        ("full_height", c_int32),
    ]


class CImageOptions(ctypes.Structure):
    _fields_ = [
        ("struct_size", c_size_t),
        ("maximum_pixels", c_int64),
        ("maximum_bytes", c_int64),
        ("recipe", c_void_p),
    ]


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
        ("fit", c_int32),
        ("padding", c_uint32),
        ("stored", c_int32),
        ("reduced", c_int32),
        ("normalised", c_int32),
        ("mean", c_float * 3),
        ("deviation", c_float * 3),
    ]


class CImagePlacement(ctypes.Structure):
    _fields_ = [
        ("struct_size", c_size_t),
        ("width", c_int32),
        ("height", c_int32),
        ("x", c_int32),
        ("y", c_int32),
        ("inner_width", c_int32),
        ("inner_height", c_int32),
    ]


def decode_image(
    source: Union[str, os.PathLike, bytes], maximum_pixels: int = 0, maximum_bytes: int = 0
) -> np.ndarray:
    """Decodes a PNG or JPEG file.

    >>> crnn.decode_image("photo.jpg").shape
    (480, 640, 3)

    Args:
        source: a path, or the content of such a file.
        maximum_pixels: larger images are refused before memory is taken; 0: 100 million.
        maximum_bytes: likewise those whose pixels, with what the decoder keeps beside them, take more; 0: a billion.

    Returns:
        uint8, (height, width) where grey, else (height, width, channels): 2 grey and alpha, 3 RGB, 4 RGB and alpha.

    Raises:
        ImageError: neither PNG nor JPEG, damaged, too large, or of a kind that is not read.
        RuntimeEnvironmentError: the file cannot be opened, or libcrnn_image.so is not there.
    """
    options = sized(
        CImageOptions,
        maximum_pixels=as_integer("maximum_pixels", maximum_pixels, 0, MAXIMUM_INT64),
        maximum_bytes=as_integer("maximum_bytes", maximum_bytes, 0, MAXIMUM_INT64),
    )
    image = _decode(source, options)
    try:
        shape = (image.height, image.width, image.channels)
        pixels = np.ctypeslib.as_array(ctypes.cast(image.pixels, ctypes.POINTER(ctypes.c_uint8)), shape).copy()
    finally:
        library().crnn_image_free(byref(image))
    return pixels[:, :, 0] if image.channels == 1 else pixels


def prepare(source: Source, recipe_text: Optional[str], port) -> np.ndarray:
    """What `Model.prepare` does: the image as the recipe says, in the shape of the port (a CPortInfo)."""
    recipe = understood(recipe_text)
    if isinstance(source, (str, os.PathLike, bytes, bytearray, memoryview)):
        image = _decode(source, sized(CImageOptions, recipe=ctypes.addressof(recipe)))
        try:
            return _prepare(recipe, image, port)
        finally:
            library().crnn_image_free(byref(image))
    image, kept = as_image(source)
    return _prepare(recipe, image, port)


def understood(recipe_text: Optional[str]) -> CImageRecipe:
    recipe = sized(CImageRecipe)
    text = None if recipe_text is None else as_text("recipe", recipe_text)
    check(library().crnn_image_recipe_parse, text, byref(recipe))
    return recipe


def as_image(source) -> tuple[CImage, np.ndarray]:
    """Pixels (an array, or a Pillow image) as a view, and the array that must outlive it."""
    pixels = _as_pixels(source)
    height, width = pixels.shape[:2]
    channels = 1 if pixels.ndim == 2 else pixels.shape[2]
    return sized(CImage, width=width, height=height, channels=channels, pixels=pixels.ctypes.data), pixels


def _decode(source, options: CImageOptions) -> CImage:
    image = sized(CImage)
    if isinstance(source, (bytes, bytearray, memoryview)):
        content = bytes(source)
        check(library().crnn_image_decode_memory, content, len(content), byref(options), byref(image))
        return image
    check(library().crnn_image_decode_file, as_path(source), byref(options), byref(image))
    return image


def _as_pixels(source) -> np.ndarray:
    try:
        pixels = np.asarray(_with_plain_pixels(source) if hasattr(source, "getbands") else source)
    except ValueError as problem:  # nested lists of unequal lengths
        raise ArgumentError(SHAPE, f"pixels: {problem}") from None
    if pixels.dtype != np.uint8:
        raise ArgumentError(TYPE, f"pixels must be uint8, not {pixels.dtype}")
    if pixels.ndim not in (2, 3) or pixels.size == 0 or (pixels.ndim == 3 and not 1 <= pixels.shape[2] <= 4):
        raise ArgumentError(
            SHAPE, f"pixels must have the shape (height, width) or (height, width, 1 to 4 channels), not {pixels.shape}"
        )
    return np.ascontiguousarray(pixels)


def _with_plain_pixels(image):
    """An image of Pillow whose array holds its colours: not indices of a palette, bits, inks or 16 bits."""
    if image.mode in ("L", "LA", "RGB", "RGBA"):
        return image
    if image.mode.startswith("I;16"):
        return ((np.asarray(image).astype(np.uint32) + 128) // 257).astype(np.uint8)
    if image.mode in ("P", "PA"):
        return image.convert("RGBA" if image.mode == "PA" or "transparency" in image.info else "RGB")
    if image.mode == "1":
        return image.convert("L")
    if image.mode in ("CMYK", "YCbCr", "HSV", "LAB"):
        return image.convert("RGB")
    raise ArgumentError(TYPE, f"an image of Pillow's mode {image.mode} has no 8-bit pixels; convert it first")


def _prepare(recipe: CImageRecipe, image: CImage, port) -> np.ndarray:
    placement = sized(CImagePlacement)
    check(library().crnn_image_measure, byref(recipe), image.width, image.height, byref(placement))
    values = placement.width * placement.height * recipe.channels
    buffer = np.empty(values, np.float32 if recipe.normalised else np.uint8)
    frames = CArray()
    check(
        library().crnn_image_prepare,
        byref(recipe),
        byref(image),
        None if port is None else byref(port),
        buffer.ctypes.data,
        buffer.nbytes,
        byref(frames),
        None,
    )
    return buffer.reshape(frames.shape[: frames.rank])
