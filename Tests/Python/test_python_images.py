"""Decoding against Pillow, each filter against its own library, recipes, and images that are none."""

import io
import struct
import zlib

import crnn
import numpy as np
import pytest
from crnn.image import prepare
from PIL import Image


def prepared(pixels, recipe):
    """What crnn_image_prepare makes of an array, without a model."""
    return prepare(pixels, recipe, None)


def encoded(image, kind, **options):
    content = io.BytesIO()
    image.save(content, kind, **options)
    return content.getvalue()


@pytest.fixture
def picture(random):
    """Smooth enough for JPEG, with every hue."""
    small = random.integers(0, 256, (6, 7, 3), dtype=np.uint8)
    return Image.fromarray(small).resize((53, 41), Image.BICUBIC)


def sizes(random, count):
    return [tuple(int(side) for side in random.integers(1, 130, 4)) for _ in range(count)]


PILLOW = ["nearest", "box", "bilinear", "hamming", "bicubic", "lanczos"]
OPENCV = {"nearest": "INTER_NEAREST", "bilinear": "INTER_LINEAR", "area": "INTER_AREA", "bicubic": "INTER_CUBIC",
          "lanczos": "INTER_LANCZOS4"}


@pytest.mark.parametrize("colors, shape", [("grey", ()), ("rgb", (3,))])
@pytest.mark.parametrize("name", PILLOW)
def test_filters_of_pillow(random, name, colors, shape):
    for width, height, new_width, new_height in sizes(random, 250):
        pixels = random.integers(0, 256, (height, width, *shape), dtype=np.uint8)
        expected = np.asarray(
            Image.fromarray(pixels).resize((new_width, new_height), getattr(Image.Resampling, name.upper())))
        result = prepared(pixels, f"{colors},resize={new_width}x{new_height}:pillow:{name},layout=rows")
        assert np.abs(result.astype(int) - expected).max() <= 1, (width, height, new_width, new_height)


@pytest.mark.parametrize("colors, shape", [("grey", ()), ("rgb", (3,))])
@pytest.mark.parametrize("name", OPENCV)
def test_filters_of_opencv(random, name, colors, shape):
    cv2 = pytest.importorskip("cv2", reason="OpenCV for Python (opencv-python-headless) is not installed")
    for width, height, new_width, new_height in sizes(random, 250):
        pixels = random.integers(0, 256, (height, width, *shape), dtype=np.uint8)
        expected = cv2.resize(pixels, (new_width, new_height), interpolation=getattr(cv2, OPENCV[name]))
        result = prepared(pixels, f"{colors},resize={new_width}x{new_height}:opencv:{name},layout=rows")
        assert np.abs(result.astype(int) - expected).max() <= 1, (width, height, new_width, new_height)


def test_grey_has_the_weights_of_pillow(random):
    pixels = random.integers(0, 256, (64, 64, 3), dtype=np.uint8)
    expected = np.asarray(Image.fromarray(pixels).convert("L"))
    np.testing.assert_array_equal(prepared(pixels, "grey,layout=rows"), expected)


def test_layouts(random):
    pixels = random.integers(0, 256, (5, 9, 3), dtype=np.uint8)
    grey = prepared(pixels, "grey,layout=rows")
    np.testing.assert_array_equal(prepared(pixels, "grey"), grey.T)
    np.testing.assert_array_equal(prepared(pixels, "grey,invert,layout=columns"), 255 - grey.T)
    np.testing.assert_array_equal(prepared(pixels, "grey,layout=whole"), grey[None, :, :, None])
    np.testing.assert_array_equal(prepared(pixels, "rgb,layout=rows"), pixels)
    np.testing.assert_array_equal(prepared(pixels, "rgb,layout=columns"), pixels.transpose(1, 0, 2))
    np.testing.assert_array_equal(prepared(pixels, "rgb,layout=whole"), pixels[None])
    np.testing.assert_array_equal(prepared(grey, "rgb,layout=rows"), np.repeat(grey[:, :, None], 3, axis=2))


@pytest.mark.parametrize("background, color", [("white", 255), ("black", 0), ("ff8000", (255, 128, 0))])
def test_transparent_pixels_show_the_background(random, background, color):
    pixels = random.integers(0, 256, (30, 30, 4), dtype=np.uint8)
    weight = pixels[:, :, 3:].astype(float) / 255
    expected = pixels[:, :, :3] * weight + np.array(color) * (1 - weight)
    result = prepared(pixels, f"rgb,background={background},layout=rows")
    assert np.abs(result - expected).max() <= 0.5 + 1e-9
    grey_alpha = np.ascontiguousarray(pixels[:, :, [0, 3]])
    if background != "ff8000":
        expected = grey_alpha[:, :, 0] * weight[:, :, 0] + color * (1 - weight[:, :, 0])
        assert np.abs(prepared(grey_alpha, f"grey,background={background},layout=rows") - expected).max() <= 0.5 + 1e-9


@pytest.mark.parametrize("mode", ["1", "L", "LA", "RGB", "RGBA", "P"])
def test_png(picture, mode):
    image = picture.convert(mode)
    expected = {"P": image.convert("RGB"), "1": image.convert("L")}.get(mode, image)
    np.testing.assert_array_equal(crnn.decode_image(encoded(image, "PNG")), np.asarray(expected))


@pytest.mark.parametrize("bits", [1, 2, 4])
def test_png_of_few_colors(random, bits):
    indices = random.integers(0, 1 << bits, (17, 23), dtype=np.uint8)
    image = Image.fromarray(indices, "P")
    image.putpalette(random.integers(0, 256, 3 << bits, dtype=np.uint8).tobytes())
    decoded = crnn.decode_image(encoded(image, "PNG", bits=bits))
    np.testing.assert_array_equal(decoded, np.asarray(image.convert("RGB")))


def test_png_with_a_transparent_color(picture):
    content = encoded(picture.convert("P"), "PNG", transparency=3)
    np.testing.assert_array_equal(
        crnn.decode_image(content), np.asarray(Image.open(io.BytesIO(content)).convert("RGBA")))


def test_png_of_16_bits(random):
    values = random.integers(0, 65536, (20, 30), dtype=np.uint16)
    decoded = crnn.decode_image(encoded(Image.fromarray(values), "PNG"))
    np.testing.assert_array_equal(decoded, np.rint(values / 257).astype(np.uint8))


PASSES = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]


def png(samples, depth, color, *more, interlaced=False):
    """Samples of (height, width, channels) as a PNG of any kind, `more`: other chunks."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    def packed(row):
        if depth == 16:
            return row.astype(">u2").tobytes()
        bits = np.unpackbits(row.astype(np.uint8).ravel()[:, None], axis=1)[:, 8 - depth :]
        return np.packbits(bits.ravel()).tobytes()

    rows = b""
    for left, top, across, down in PASSES if interlaced else [(0, 0, 1, 1)]:
        for row in samples[top::down, left::across]:
            rows += b"\0" + packed(row) if row.size else b""
    header = struct.pack(">IIBBBBB", samples.shape[1], samples.shape[0], depth, color, 0, 0, interlaced)
    chunks = [(b"IHDR", header), *more, (b"IDAT", zlib.compress(rows)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(*pair) for pair in chunks)


def interlaced(pixels):
    return png(pixels[:, :, None], 8, 0, interlaced=True)


@pytest.mark.parametrize("is_interlaced", [False, True])
@pytest.mark.parametrize(
    "color, channels, depths", [(0, 1, (1, 2, 4, 8, 16)), (2, 3, (8, 16)), (4, 2, (8, 16)), (6, 4, (8, 16))])
def test_every_color_type_and_depth_of_png(random, color, channels, depths, is_interlaced):
    for depth in depths:
        samples = random.integers(0, 1 << depth, (13, 19, channels))
        expected = np.rint(samples * (255 / ((1 << depth) - 1))).astype(int)
        decoded = crnn.decode_image(png(samples, depth, color, interlaced=is_interlaced))
        np.testing.assert_array_equal(decoded.reshape(expected.shape), expected)


@pytest.mark.parametrize("depth", [1, 2, 4, 8])
def test_palettes_with_transparency(random, depth):
    indices = random.integers(0, 1 << depth, (13, 19, 1))
    palette = random.integers(0, 256, (1 << depth, 3), dtype=np.uint8)
    alpha = random.integers(0, 256, max(1, (1 << depth) - 1), dtype=np.uint8)  # those without one are opaque
    content = png(indices, depth, 3, (b"PLTE", palette.tobytes()), (b"tRNS", alpha.tobytes()))
    full = np.append(alpha, np.full((1 << depth) - len(alpha), 255, np.uint8))
    expected = np.dstack([palette[indices[:, :, 0]], full[indices[:, :, 0]]])
    np.testing.assert_array_equal(crnn.decode_image(content), expected)


def test_one_transparent_color(random):
    grey = random.integers(0, 4, (13, 19, 1))
    decoded = crnn.decode_image(png(grey, 2, 0, (b"tRNS", struct.pack(">H", 2))))
    np.testing.assert_array_equal(decoded, np.dstack([grey[:, :, 0] * 85, np.where(grey[:, :, 0] == 2, 0, 255)]))
    colors = random.integers(0, 2, (13, 19, 3)) * 65535
    decoded = crnn.decode_image(png(colors, 16, 2, (b"tRNS", struct.pack(">HHH", 65535, 0, 65535))))
    is_clear = (colors == [65535, 0, 65535]).all(axis=2)
    np.testing.assert_array_equal(decoded, np.dstack([colors // 257, np.where(is_clear, 0, 255)]))


@pytest.mark.parametrize("shape", [(1, 1), (3, 2), (8, 8), (33, 17)])
def test_interlaced_png(random, shape):
    pixels = random.integers(0, 256, shape, dtype=np.uint8)
    np.testing.assert_array_equal(crnn.decode_image(interlaced(pixels)), pixels)


@pytest.mark.parametrize("mode", ["L", "RGB"])
@pytest.mark.parametrize("options", [{"quality": 95}, {"quality": 60, "progressive": True}, {"subsampling": 0}])
def test_jpeg(picture, mode, options):
    content = encoded(picture.convert(mode), "JPEG", **options)
    decoded = crnn.decode_image(content).astype(int)
    assert np.abs(decoded - np.asarray(Image.open(io.BytesIO(content)))).max() <= 1


def test_from_a_file(picture, tmp_path):
    path = tmp_path / "a picture with spaces, ümläuts.jpeg.txt"
    path.write_bytes(encoded(picture, "PNG"))
    for name in (path, str(path), str(path).encode()):
        source = name if not isinstance(name, bytes) else path.read_bytes()
        np.testing.assert_array_equal(crnn.decode_image(source), np.asarray(picture))


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_every_cut_is_refused(picture, kind):
    content = encoded(picture, kind)
    assert crnn.decode_image(content).shape == (41, 53, 3)
    for length in range(len(content)):
        with pytest.raises(crnn.ImageError) as caught:
            crnn.decode_image(content[:length])
        assert caught.value.status in (600, 601)


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_damage_gives_an_error_or_an_image(picture, kind, random):
    content = bytearray(encoded(picture, kind))
    for position in range(len(content)):
        damaged = bytearray(content)
        damaged[position] ^= int(random.integers(1, 256))
        try:
            assert crnn.decode_image(bytes(damaged), maximum_pixels=1_000_000).dtype == np.uint8
        except crnn.ImageError as problem:
            assert 600 <= problem.status < 604 and len(str(problem)) > 10


@pytest.mark.parametrize("content, status", [
    (b"", 600), (b"\0", 600), (b"GIF89a" + b"\0" * 50, 600), (b"\x89PNG\r\n\x1a\n", 601), (b"\xff\xd8\xff", 601)])
def test_no_image(content, status):
    with pytest.raises(crnn.ImageError) as caught:
        crnn.decode_image(content)
    assert caught.value.status == status


def test_inks(picture):
    """CMYK as Adobe writes it (inverted) and as it is without its mark, and YCCK."""
    content = encoded(picture.convert("CMYK"), "JPEG", quality=95)
    assert b"Adobe" in content
    image = Image.open(io.BytesIO(content))
    assert np.abs(crnn.decode_image(content).astype(int) - np.asarray(image.convert("RGB"))).max() <= 2
    start = content.index(b"\xff\xee")
    length = int.from_bytes(content[start + 2 : start + 4], "big")
    plain = content[:start] + content[start + 2 + length :]
    inks = 255 - np.asarray(image).astype(float)  # Pillow has turned them round, as Adobe's mark says
    expected = (255 - inks[:, :, :3]) * (255 - inks[:, :, 3:]) / 255
    assert np.abs(crnn.decode_image(plain) - expected).max() <= 2


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("order", ["<", ">"])
def test_orientation(picture, orientation, order):
    from PIL import ImageOps

    exif = Image.Exif()
    exif.endian = order
    exif[0x0112] = orientation
    content = encoded(picture, "JPEG", quality=95, exif=exif)
    stored = Image.open(io.BytesIO(content))
    upright = np.asarray(ImageOps.exif_transpose(stored)).astype(int)
    assert np.abs(crnn.decode_image(content) - upright).max() <= 1
    as_stored = prepare(content, "rgb,orientation=stored,layout=rows", None)
    assert np.abs(as_stored - np.asarray(stored).astype(int)).max() <= 1


def test_damaged_exif_changes_nothing(picture, random):
    exif = Image.Exif()
    exif[0x0112] = 6
    content = encoded(picture, "JPEG", exif=exif)
    start = content.index(b"Exif")
    for position in range(start, start + 32):
        damaged = bytearray(content)
        damaged[position] ^= int(random.integers(1, 256))
        assert crnn.decode_image(bytes(damaged)).shape in ((41, 53, 3), (53, 41, 3))


def test_jpeg_is_reduced_where_the_recipe_says_so(random):
    small = random.integers(0, 256, (9, 11, 3), dtype=np.uint8)
    image = Image.fromarray(small).resize((440, 360), Image.BICUBIC)
    content = encoded(image, "JPEG", quality=95)
    whole = prepare(content, "rgb,resize=44x36:pillow:box,layout=rows", None).astype(int)
    reduced = prepare(content, "rgb,resize=44x36:pillow:box,layout=rows,jpeg=reduced", None)
    # An eighth, 55 x 45, is large enough.
    eighth = image.copy()
    eighth = Image.open(io.BytesIO(content))
    eighth.draft("RGB", (44, 36))
    assert eighth.size == (55, 45)
    expected = np.asarray(eighth.resize((44, 36), Image.BOX)).astype(int)
    assert np.abs(reduced - expected).max() <= 2
    assert np.abs(reduced - whole).max() > 2
    # Padded, the larger side is enough; with a free side, the other one.
    for recipe in ("resize=55x400:pillow:box,pad=start", "resize=*x45:pillow:box"):
        assert prepare(content, f"rgb,{recipe},jpeg=reduced,layout=rows", None).shape[1] == 55


def test_padding(random):
    pixels = random.integers(0, 256, (20, 40, 3), dtype=np.uint8)
    inner = np.asarray(Image.fromarray(pixels).resize((30, 15), Image.BILINEAR))
    for where, top in [("start", 0), ("centre", 7), ("end", 15)]:
        result = prepared(pixels, f"rgb,resize=30x30:pillow:bilinear,pad={where}:0a141e,layout=rows")
        expected = np.full((30, 30, 3), (10, 20, 30), np.uint8)
        expected[top : top + 15] = inner
        assert np.abs(result.astype(int) - expected).max() <= 1
        np.testing.assert_array_equal(
            prepared(pixels, f"rgb,resize=30x30:pillow:bilinear,pad={where}:0a141e,invert"),
            255 - result.transpose(1, 0, 2))
    grey = prepared(pixels[:, :, 0], "grey,resize=30x30:pillow:bilinear,pad=end,layout=rows")
    assert (grey[:15] == 255).all() and (grey[15:] != 255).any()


def test_lines_of_one_height(random):
    for width, height in [(200, 50), (33, 64), (7, 500), (500, 3)]:
        pixels = random.integers(0, 256, (height, width), dtype=np.uint8)
        new_width = max(1, int(width * 32 / height + 0.5))
        expected = np.asarray(Image.fromarray(pixels).resize((new_width, 32), Image.BICUBIC)).astype(int)
        result = prepared(pixels, "grey,resize=*x32:pillow:bicubic")
        assert result.shape == (new_width, 32) and np.abs(result.T - expected).max() <= 1


def test_mean_and_deviation(random):
    pixels = random.integers(0, 256, (5, 9, 3), dtype=np.uint8)
    mean, deviation = np.float32([0.485, 0.456, 0.406]), np.float32([0.229, 0.224, 0.225])
    result = prepared(pixels, "rgb,mean=0.485:0.456:0.406,deviation=0.229:0.224:0.225")
    expected = (pixels.transpose(1, 0, 2) * np.float32(1 / 255) - mean) / deviation
    assert result.dtype == np.float32 and result.shape == (9, 5, 3)
    np.testing.assert_array_equal(result, expected)
    result = prepared(pixels[:, :, 0], "grey,scale=1,mean=127.5,deviation=127.5,layout=whole")
    np.testing.assert_array_equal(result[0, :, :, 0], (pixels[:, :, 0] - np.float32(127.5)) / np.float32(127.5))


def test_limit_of_bytes(picture):
    assert crnn.decode_image(encoded(picture, "PNG"), maximum_bytes=41 * 53 * 3) is not None
    with pytest.raises(crnn.ImageError, match="maximum_bytes") as caught:
        crnn.decode_image(encoded(picture, "PNG"), maximum_bytes=41 * 53 * 3 - 1)
    assert caught.value.status == 602
    # Of a progressive file, libjpeg keeps two bytes for each value.
    assert crnn.decode_image(encoded(picture, "JPEG"), maximum_bytes=41 * 53 * 3) is not None
    with pytest.raises(crnn.ImageError, match="maximum_bytes"):
        crnn.decode_image(encoded(picture, "JPEG", progressive=True), maximum_bytes=41 * 53 * 8)


def test_pixel_limit(picture):
    content = encoded(picture, "PNG")
    assert crnn.decode_image(content, maximum_pixels=41 * 53) is not None
    with pytest.raises(crnn.ImageError, match="maximum_pixels") as caught:
        crnn.decode_image(content, maximum_pixels=41 * 53 - 1)
    assert caught.value.status == 602


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_a_bomb_costs_nothing(kind):
    """A file that states 60,000 x 60,000 pixels is refused before memory is taken."""
    content = bytearray(encoded(Image.new("L", (8, 8)), kind))
    if kind == "PNG":
        content[16:24] = (60000).to_bytes(4, "big") * 2
        content[29:33] = zlib.crc32(bytes(content[12:29])).to_bytes(4, "big")
    else:
        start = content.index(b"\xff\xc0") + 5
        content[start : start + 4] = (60000).to_bytes(2, "big") * 2
    with pytest.raises(crnn.ImageError) as caught:
        crnn.decode_image(bytes(content))
    assert caught.value.status == 602


def test_extreme_sizes(random):
    """Nothing at all is damage; the widest image and the tallest are images like others."""
    header = png(np.zeros((1, 1, 1)), 8, 0)
    for side in (16, 20):
        empty = bytearray(header)
        empty[side : side + 4] = bytes(4)
        empty[29:33] = zlib.crc32(bytes(empty[12:29])).to_bytes(4, "big")
        with pytest.raises(crnn.ImageError) as caught:
            crnn.decode_image(bytes(empty))
        assert caught.value.status == 601
    row = random.integers(0, 256, (1, 65535), dtype=np.uint8)
    for pixels in (row, row.T):
        content = encoded(Image.fromarray(pixels), "PNG")
        np.testing.assert_array_equal(crnn.decode_image(content), pixels)
        assert prepare(content, "grey,resize=7x5:pillow:lanczos", None).shape == (7, 5)
        assert prepare(content, "grey,resize=7x5:opencv:area", None).shape == (7, 5)
    with pytest.raises(crnn.ImageError, match="65535") as caught:
        prepare(encoded(Image.fromarray(row), "PNG"), "grey,resize=*x2:pillow:box", None)
    assert caught.value.status == 602
    # Pillow's encoder of JPEG goes to 65,500.
    content = encoded(Image.fromarray(row[:, :65500]), "JPEG")
    assert prepare(content, "grey,resize=7x5:opencv:bilinear,jpeg=reduced", None).shape == (7, 5)


def test_files_that_cannot_be_read(tmp_path):
    for path in (tmp_path / "absent.png", tmp_path):
        with pytest.raises(crnn.RuntimeEnvironmentError) as caught:
            crnn.decode_image(path)
        assert caught.value.status == 500
    with pytest.raises(crnn.ArgumentError):
        crnn.decode_image("a\0b")


def test_prepare_follows_the_recipe_of_the_model(last_model, picture, tmp_path):
    model = last_model
    path = tmp_path / "picture.png"
    picture.save(path)
    from_file = model.prepare(path)
    assert from_file.dtype == np.uint8 and from_file.shape[1:] == model.inputs[0].shape
    np.testing.assert_array_equal(from_file.ravel(), prepared(np.asarray(picture), model.text("preprocess")).ravel())
    np.testing.assert_array_equal(model.prepare(path.read_bytes()), from_file)
    np.testing.assert_array_equal(model.prepare(np.asarray(picture)), from_file)
    np.testing.assert_array_equal(model.prepare(picture), from_file)
    for mode in ("1", "P", "CMYK", "LA"):  # Pillow's images by their colours, not by their numbers
        converted = picture.convert(mode)
        plain = np.asarray(converted.convert({"1": "L", "LA": "LA"}.get(mode, "RGB")))
        np.testing.assert_array_equal(model.prepare(converted), model.prepare(plain))
    with pytest.raises(crnn.ArgumentError, match="mode F"):
        model.prepare(picture.convert("F"))
    assert model.run(from_file).shape == (10,)


def test_prepare_without_a_recipe(stream_model, picture):
    with pytest.raises(crnn.ImageError, match="preprocess") as caught:
        stream_model.prepare(np.asarray(picture))
    assert caught.value.status == 610


@pytest.mark.parametrize("pixels", [
    np.zeros((4, 4)), np.zeros((4, 4), np.uint16), np.zeros(4, np.uint8), np.zeros((0, 4), np.uint8),
    np.zeros((4, 4, 5), np.uint8), np.zeros((4, 4, 0), np.uint8), np.zeros((1, 4, 4, 3), np.uint8)])
def test_pixels_that_are_refused(last_model, pixels):
    with pytest.raises(crnn.ArgumentError):
        last_model.prepare(pixels)
