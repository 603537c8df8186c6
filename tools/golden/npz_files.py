"""Records .npy and .npz files of many kinds as NumPy writes them, with what is in them."""

import base64
import io
import pickle
import zipfile

from recording import array, generator, versions, write

import numpy as np


def encoded(data):
    return base64.b64encode(data).decode()


def npy(value, version=None):
    stream = io.BytesIO()
    np.lib.format.write_array(stream, value, version=version)
    return stream.getvalue()


def npz(save, **arrays):
    stream = io.BytesIO()
    save(stream, **arrays)
    return stream.getvalue()


def plain(value):
    """The array in the nearest type that the recorded files have."""
    if value.dtype.kind in "iu" and value.dtype.itemsize > 1 or value.dtype == np.int8:
        return array(value.astype(np.int64))
    if value.dtype.kind == "f" and value.dtype.itemsize == 2:
        return array(value.astype(np.float32))
    return array(value.astype(value.dtype.newbyteorder("=")))


def arrays():
    rng = generator("npz files")
    for code in ["f2", "f4", "f8", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "b1"]:
        for order in "<>":
            dtype = np.dtype(order + code)
            if dtype.itemsize == 1 and order == ">":
                continue
            if dtype.kind == "f":
                value = rng.normal(size=(2, 3)) * 100
            elif dtype.kind == "b":
                value = rng.integers(0, 2, (2, 3))
            else:
                info = np.iinfo(dtype)
                value = rng.integers(max(info.min, -(2**31)), min(info.max, 2**31 - 1), (2, 3), endpoint=True)
            yield f"{dtype.str}", value.astype(dtype), None
    yield "half precision, its ends", np.array([65504, -65504, 2**-24, 2**-14, 0, -0.0, np.inf, -np.inf, np.nan], "<f2"), None
    yield "float32, its ends", np.array([np.finfo("f4").max, np.finfo("f4").tiny, 1e-45, np.inf, -np.inf, np.nan, -0.0], "<f4"), None
    yield "int64, the ends of int32", np.array([2**31 - 1, -(2**31), -1, 0], "<i8"), None
    yield "uint64, the end of int32", np.array([2**31 - 1, 0], ">u8"), None
    cube = rng.integers(-99, 99, (2, 3, 4)).astype("<i4")
    yield "Fortran order, rank 3", np.asfortranarray(cube), None
    yield "Fortran order, rank 2, big-endian", np.asfortranarray(cube[0].astype(">f8")), None
    yield "Fortran order, rank 4, bytes", np.asfortranarray(rng.integers(0, 255, (2, 1, 3, 2)).astype("u1")), None
    yield "a view with strides", cube[:, ::2, ::-1], None
    yield "a scalar", np.array(2.5, "<f4"), None
    yield "rank 1", np.array([1, 2, 3], "<f4"), None
    yield "empty", np.zeros((0, 3), "<f4"), None
    yield "rank 1, empty", np.zeros(0, "<i8"), None
    for version in [(1, 0), (2, 0), (3, 0)]:
        yield f"version {version[0]}", cube[0], version


def refused():
    yield "Python objects", npy(np.array([[1, 2], [3]], dtype=object)), "Python objects (pickle)"
    yield "text", npy(np.array(["a", "bc"])), "'<U2' (text)"
    yield "bytes", npy(np.array([b"a", b"bc"])), "'|S2' (text)"
    yield "complex numbers", npy(np.array([1j])), "'<c16' (complex numbers)"
    yield "dates", npy(np.array(["2020-01-01"], "M8[D]")), "'<M8[D]' (dates)"
    yield "records", npy(np.zeros(2, [("a", "<f4"), ("b", "<i4")])), "received records (a structured dtype)"
    yield "raw bytes", npy(np.zeros(2, "V3")), "'|V3' (records or bytes without a type)"
    yield "long doubles", npy(np.zeros(2, np.longdouble)), "'<f16' (numbers of a precision that Nacre does not have)"
    yield "int64 beyond int32", npy(np.array([0, 2**31])), "element 1 is 2147483648, which does not fit into int32"
    yield "int64 below int32", npy(np.array([-(2**31) - 1])), "element 0 is -2147483649, which does not fit into int32"
    yield "uint64 beyond int64", npy(np.array([2**64 - 1], "u8")), "element 0 is 18446744073709551615, which does not"
    yield "uint32 beyond int32", npy(np.array([7, 2**32 - 1], ">u4")), "element 1 is 4294967295, which does not fit"
    yield "a pickle", pickle.dumps([1, 2]), "expected an .npy file, which begins with \\x93NUMPY"


def archives():
    rng = generator("npz archives")
    some = {"x_train": rng.integers(0, 255, (4, 3, 2)).astype("u1"), "y_train": np.arange(4), "w": rng.normal(size=(3, 2))}
    yield "stored", npz(np.savez, **some), some
    yield "deflated", npz(np.savez_compressed, **some), some
    zeros = {"zeros": np.zeros((300, 300), "f4")}
    yield "deflated zeros", npz(np.savez_compressed, **zeros), zeros
    stream = io.BytesIO()
    np.savez(stream, some["w"], some["y_train"])
    yield "without names", stream.getvalue(), {"arr_0": some["w"], "arr_1": some["y_train"]}
    yield "empty", npz(np.savez), {}
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("folder/", b"")
        archive.writestr("folder/gewicht-\u00fc.npy", npy(some["w"]))
        archive.writestr("read me.txt", b"no array")
        archive.comment = b"a comment"
    yield "in folders, beside other files, with a comment", stream.getvalue(), {"folder/gewicht-\u00fc": some["w"]}


def main():
    write(
        "npz_files",
        "Files that NumPy wrote (base64), with what is in them; files that are refused, with a part of the error.",
        versions(),
        arrays=[
            {"name": name, "file": encoded(npy(value, version)), "array": plain(value)} for name, value, version in arrays()
        ],
        refused=[{"name": name, "file": encoded(data), "error": error} for name, data, error in refused()],
        archives=[
            {"name": name, "file": encoded(data), "arrays": [[key, plain(value) if key != "zeros" else None] for key, value in content.items()]}
            for name, data, content in archives()
        ],
    )


if __name__ == "__main__":
    main()
