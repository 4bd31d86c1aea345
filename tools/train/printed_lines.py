"""Printed lines of text: what they say, in which of Debian's free fonts, as grey pictures 32 pixels high.

Words come from Debian's list of English words (package wamerican), numbers, dates and codes are made up. A word or a
font is either for training or for the test, never for both.
"""

from __future__ import annotations

import functools
import pathlib
import zlib
from typing import Optional

import numpy as np
from PIL import Image, ImageDraw, ImageFont

HEIGHT = 32
# In the order of the network's classes; class 0 is CTC's blank.
ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz .,:;-/'()&%+!?"
WORDS = pathlib.Path("/usr/share/dict/words")
FONTS = pathlib.Path("/usr/share/fonts/truetype")
# By the beginnings of their files' names; the test has a family that no training line is set in.
TRAINING_FONTS = ("dejavu/DejaVu", "liberation/Liberation", "freefont/Free")
TEST_FONTS = ("open-sans/OpenSans",)
# Faces so narrow or so heavy that letters run together at this height.
_LEFT_OUT = ("CondLight", "ExtraBold", "ExtraLight", "Math")
PACKAGES = "fonts-dejavu-core fonts-liberation fonts-freefont-ttf fonts-open-sans wamerican"


@functools.lru_cache(maxsize=None)
def fonts(is_test: bool) -> list[str]:
    """Files of the fonts, in an order that is the same everywhere."""
    found: list[str] = []
    for start in TEST_FONTS if is_test else TRAINING_FONTS:
        family = sorted(str(path) for path in FONTS.glob(f"{start}*.ttf"))
        if not family:
            raise SystemExit(f"{FONTS}/{start}*.ttf are missing: tools/setup train installs {PACKAGES}")
        found += [path for path in family if not any(part in path for part in _LEFT_OUT)]
    return found


@functools.lru_cache(maxsize=None)
def words(is_test: bool) -> list[str]:
    """Words of the alphabet; a tenth of them, by their checksum, is for the test."""
    if not WORDS.is_file():
        raise SystemExit(f"{WORDS} is missing: tools/setup train installs {PACKAGES}")
    known = set(ALPHABET)
    return [
        word
        for word in WORDS.read_text(encoding="utf-8").split()
        if known.issuperset(word) and (zlib.crc32(word.encode()) % 10 == 0) == is_test
    ]


def text(length: int, random: np.random.Generator, is_test: bool = False) -> str:
    """Words, numbers and codes of about `length` characters in all."""
    parts: list[str] = []
    while sum(map(len, parts)) + len(parts) < length:
        parts.append(_part(random, is_test))
    return " ".join(parts)[: length + 4].strip()


def _part(random: np.random.Generator, is_test: bool) -> str:
    kind = random.random()
    if kind < 0.62:
        known = words(is_test)
        word = known[random.integers(len(known))]
        case = random.random()
        word = word.upper() if case < 0.2 else word.capitalize() if case < 0.45 else word
        mark = random.random()
        if mark < 0.2:
            return word + ".,:;!?"[random.integers(6)]
        return f"({word})" if mark < 0.24 else word
    if kind < 0.8:
        whole, cents = random.integers(10 ** random.integers(1, 7)), random.integers(100)
        numbers = f"{whole}", f"{whole}.{cents:02}", f"{whole:,}", f"+{whole}", f"{cents}%", f"-{cents}"
        return numbers[random.integers(6)]
    if kind < 0.9:
        day, month, year = random.integers(1, 29), random.integers(1, 13), random.integers(1950, 2050)
        hour, minute = random.integers(24), random.integers(60)
        date = f"{day:02}/{month:02}/{year}", f"{year}-{month:02}-{day:02}", f"{day}.{month}.", f"{hour:02}:{minute:02}"
        return date[random.integers(4)]
    # Codes: every character of the alphabet comes in all neighbourhoods.
    return "".join(ALPHABET[random.integers(len(ALPHABET))] for _ in range(random.integers(2, 9))).replace(" ", "&")


def render(
    line: str,
    random: np.random.Generator,
    is_test: bool = False,
    font: Optional[str] = None,
    size: Optional[int] = None,
) -> np.ndarray:
    """The line in a random font and size [32, width] float32, 1 is ink; `font` and `size` fix either."""
    chosen = font or fonts(is_test)[random.integers(len(fonts(is_test)))]
    face = _face(chosen, int(size or random.integers(18, 27)))
    left, top, right, bottom = face.getbbox(line)
    margins = random.integers(2, 9, 2)
    image = Image.new("L", (right - left + int(margins.sum()), HEIGHT), 0)
    # The middle of ascent and descent, so that a line of low letters does not jump, and somewhat off it.
    ascent, descent = face.getmetrics()
    room = HEIGHT - (ascent + descent)
    shift = room / 2 + random.uniform(-1, 1) * max(1.0, min(3.0, room / 2))
    # What is drawn stays inside the picture.
    shift = min(max(shift, -top), HEIGHT - bottom) if bottom - top < HEIGHT else (HEIGHT - bottom - top) / 2
    ImageDraw.Draw(image).text((int(margins[0]) - left, round(shift)), line, fill=255, font=face)
    return np.asarray(image, np.float32) / 255


@functools.lru_cache(maxsize=1024)
def _face(path: str, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(path, size)
