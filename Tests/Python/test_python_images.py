"""Decoding against Pillow, each filter against its own library, recipes, and images that are none."""

import ctypes
import io

import crnn
import numpy as np
import pytest
from crnn import library
from crnn.image import CImage, CImageRecipe
from PIL import Image


def prepared(pixels, recipe):
    """What crnn_image_prepare makes of an array, without a model."""
    understood = library.sized(CImageRecipe)
    library.check(library.image().crnn_image_recipe_parse, recipe.encode(), ctypes.byref(understood))
    pixels = np.ascontiguousarray(pixels)
    height, width, channels = (*pixels.shape, 1)[:3]
    image = library.sized(
        CImage, width=width, height=height, channels=channels, pixels=pixels.ctypes.data)
    buffer = np.empty(
        (understood.width or width) * (understood.height or height) * understood.channels, np.uint8)
    frames = library.CArray()
    library.check(
        library.image().crnn_image_prepare, ctypes.byref(understood), ctypes.byref(image), None, buffer.ctypes.data,
        buffer.nbytes, ctypes.byref(frames), None)
    return buffer.reshape(frames.shape[: frames.rank])


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


@pytest.mark.parametrize("colors, shape", [("grey", ()), ("rgb", (3,))])
def test_pillow_bilinear(random, colors, shape):
    for width, height, new_width, new_height in sizes(random, 250):
        pixels = random.integers(0, 256, (height, width, *shape), dtype=np.uint8)
        expected = np.asarray(Image.fromarray(pixels).resize((new_width, new_height), Image.BILINEAR))
        result = prepared(pixels, f"{colors},resize={new_width}x{new_height}:pillow:bilinear,layout=rows")
        assert np.abs(result.astype(int) - expected).max() <= 1, (width, height, new_width, new_height)


@pytest.mark.parametrize("colors, shape", [("grey", ()), ("rgb", (3,))])
def test_opencv_bilinear(random, colors, shape):
    cv2 = pytest.importorskip("cv2", reason="OpenCV for Python (opencv-python-headless) is not installed")
    for width, height, new_width, new_height in sizes(random, 250):
        pixels = random.integers(0, 256, (height, width, *shape), dtype=np.uint8)
        expected = cv2.resize(pixels, (new_width, new_height), interpolation=cv2.INTER_LINEAR)
        result = prepared(pixels, f"{colors},resize={new_width}x{new_height}:opencv:bilinear,layout=rows")
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


def interlaced(pixels):
    """Grey pixels as an interlaced PNG, which Pillow does not write."""
    import struct
    import zlib

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b""
    for left, top, across, down in [
        (0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)
    ]:
        for row in pixels[top::down, left::across]:
            rows += b"\0" + row.tobytes() if row.size else b""
    header = struct.pack(">IIBBBBB", pixels.shape[1], pixels.shape[0], 8, 0, 0, 0, 1)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


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


def test_cmyk_is_refused_by_name(picture):
    with pytest.raises(crnn.ImageError, match="CMYK") as caught:
        crnn.decode_image(encoded(picture.convert("CMYK"), "JPEG"))
    assert caught.value.status == 603


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
        import zlib

        content[29:33] = zlib.crc32(bytes(content[12:29])).to_bytes(4, "big")
    else:
        start = content.index(b"\xff\xc0") + 5
        content[start : start + 4] = (60000).to_bytes(2, "big") * 2
    with pytest.raises(crnn.ImageError) as caught:
        crnn.decode_image(bytes(content))
    assert caught.value.status == 602


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
