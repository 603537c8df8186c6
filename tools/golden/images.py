"""Records image files of many kinds, written by Pillow or byte by byte, with the pixels that Pillow reads from them, and
images in other sizes."""

import base64
import io
import struct
import zlib

from recording import array, generator, versions, write

import numpy as np
import PIL
from PIL import Image, ImageOps


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width, height, depth, color_type, rows, extra=b"", interlace=0):
    header = struct.pack(">IIBBBBB", width, height, depth, color_type, 0, 0, interlace)
    data = zlib.compress(b"".join(b"\0" + bytes(row) for row in rows))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + extra + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def packed(rows, depth):
    """Rows of small numbers as bytes, several numbers a byte."""
    result = []
    for row in rows:
        bits = "".join(format(int(value), f"0{depth}b") for value in row)
        bits += "0" * (-len(bits) % 8)
        result.append(bytes(int(bits[at:at + 8], 2) for at in range(0, len(bits), 8)))
    return result


def adam7(pixels):
    """The rows of the seven passes of an array [H, W, C]."""
    rows = []
    for x, y, x_step, y_step in [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2),
                                 (0, 1, 1, 2)]:
        part = pixels[y::y_step, x::x_step]
        if part.size:
            rows += [row.tobytes() for row in part]
    return rows


def saved(image, kind, **options):
    stream = io.BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()


def png_files():
    rng = generator("png")
    draw = lambda *shape: rng.integers(0, 256, shape, dtype=np.uint8)
    grey, alpha, colour = draw(5, 7), draw(5, 7), draw(5, 7, 3)
    yield "grey", saved(Image.fromarray(grey), "PNG"), grey[..., None]
    both = np.stack([grey, alpha], -1)
    yield "grey and alpha", saved(Image.fromarray(both, "LA"), "PNG"), both
    yield "rgb", saved(Image.fromarray(colour), "PNG"), colour
    rgba = np.concatenate([colour, alpha[..., None]], -1)
    yield "rgba", saved(Image.fromarray(rgba), "PNG"), rgba
    yield "interlaced", png(7, 5, 8, 2, adam7(colour), interlace=1), colour
    deep = rng.integers(0, 65536, (5, 7, 3)).astype(">u2")
    yield "16 bits", png(7, 5, 16, 2, [row.tobytes() for row in deep]), np.rint(deep / 257).astype(np.uint8)
    for depth in [1, 2, 4]:
        values = rng.integers(0, 2**depth, (5, 7))
        expected = np.rint(values * 255 / (2**depth - 1)).astype(np.uint8)[..., None]
        yield f"grey of {depth} bits", png(7, 5, depth, 0, packed(values, depth)), expected
        palette = draw(2**depth, 3)
        extra = chunk(b"PLTE", palette.tobytes())
        yield f"palette of {depth} bits", png(7, 5, depth, 3, packed(values, depth), extra), palette[values]
    values = rng.integers(0, 6, (5, 7)).astype(np.uint8)
    palette = draw(6, 4)
    extra = chunk(b"PLTE", palette[:, :3].tobytes()) + chunk(b"tRNS", palette[:4, 3].tobytes())
    palette[4:, 3] = 255
    yield "palette with alpha", png(7, 5, 8, 3, values, extra), palette[values]
    extra = chunk(b"tRNS", struct.pack(">HHH", *colour[2, 3]))
    opaque = np.full((5, 7, 1), 255, np.uint8)
    opaque[2, 3] = 0
    yield "one colour transparent", png(7, 5, 8, 2, [row.tobytes() for row in colour], extra), \
        np.concatenate([colour, opaque], -1)


def jpeg_files():
    y, x = np.mgrid[0:10, 0:18]
    smooth = np.stack([x * 14, y * 24, 255 - x * 6 - y * 10], -1).clip(0, 255).astype(np.uint8)
    image = Image.fromarray(smooth)
    yield "grey", saved(image.convert("L"), "JPEG", quality=90), 1
    yield "all colours", saved(image, "JPEG", quality=90, subsampling=0), 1
    yield "half the colours", saved(image, "JPEG", quality=90, subsampling=2), 1
    yield "progressive", saved(image, "JPEG", quality=90, subsampling=0, progressive=True), 1
    yield "four inks", saved(image.convert("CMYK"), "JPEG", quality=90), 1
    for orientation in range(1, 9):
        exif = Image.Exif()
        exif[0x0112] = orientation
        yield f"orientation {orientation}", saved(image, "JPEG", quality=90, subsampling=0, exif=exif), orientation


def record():
    files = []
    for name, content, expected in png_files():
        read = Image.open(io.BytesIO(content))
        read.load()
        # Pillow's own reading where it has one of 8 bits; it keeps 16 bits, and small greys, in modes of their own.
        if read.mode in ("L", "LA", "RGB", "RGBA") and "transparency" not in read.info and "16" not in name:
            pixels = np.asarray(read).reshape(expected.shape)
            if not np.array_equal(pixels, expected):
                raise ArithmeticError(f"Pillow reads {name} otherwise")
        elif read.mode == "P" or "transparency" in read.info:
            mode = "RGBA" if expected.shape[-1] == 4 else "RGB"
            if not np.array_equal(np.asarray(read.convert(mode)), expected):
                raise ArithmeticError(f"Pillow reads {name} otherwise")
        files.append({"name": f"PNG, {name}", "file": base64.b64encode(content).decode(), "pixels": array(expected)})
    for name, content, _ in jpeg_files():
        read = ImageOps.exif_transpose(Image.open(io.BytesIO(content))).convert("RGB")
        files.append({"name": f"JPEG, {name}", "file": base64.b64encode(content).decode(),
                      "pixels": array(np.asarray(read))})

    resized = []
    values = generator("resize").integers(0, 256, (9, 13)).astype(np.float32)
    for method, constant in [("bilinear", Image.Resampling.BILINEAR), ("nearest", Image.Resampling.NEAREST)]:
        for height, width in [(9, 5), (4, 13), (3, 4), (18, 26), (1, 1), (20, 7)]:
            result = np.asarray(Image.fromarray(values).resize((width, height), constant))
            resized.append({"interpolation": method, "size": [height, width],
                            "pixels": array(np.round(result.astype(np.float64), 3), np.float32)})
    grey = [{"rgb": [int(v) for v in rgb], "grey": Image.new("RGB", (1, 1), tuple(int(v) for v in rgb)).convert("L").getpixel((0, 0))}
            for rgb in generator("grey").integers(0, 256, (12, 3))]
    write("images", "Pillow: image files and their pixels, images in other sizes, colours as greys.", versions(PIL),
          source=array(values), files=files, resized=resized, grey=grey)


if __name__ == "__main__":
    record()
