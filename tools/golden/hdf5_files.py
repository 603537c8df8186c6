"""Writes small HDF5 files with h5py: every kind of number and text that Keras's files have, and what Keras refuses."""

import h5py
import numpy as np

import recording

FOLDER = recording.OUTPUT / "files" / "hdf5"

ARRAYS = {
    "F32": np.array([[1.5, -2.25, 0.0], [np.inf, -np.inf, 3e-45]], np.float32),
    "F64": np.array([0.1, -1e300], np.float64),
    "F16": np.array([1.5, -0.0, 6e-8, 65504, np.inf], np.float16),
    "I8": np.array([-128, 127], np.int8),
    "I16": np.array([-32768, 32767], np.int16),
    "I32": np.array([-(2**31), 2**31 - 1], np.int32),
    "I64": np.array([-(2**31), 2**31 - 1], np.int64),
    "U8": np.array([0, 255], np.uint8),
    "U16": np.array([0, 65535], np.uint16),
    "U32": np.array([0, 2**31 - 1], np.uint32),
    "U64": np.array([0, 2**31 - 1], np.uint64),
    "BOOL": np.array([True, False]),
    "scalar": np.float32(7.5),
    "empty": np.zeros((0, 3), np.float32),
    "big_endian": np.array([1.5, -2.0], ">f4"),
    "big_endian_whole": np.array([1, -2], ">i8"),
}


def write_contents(path):
    with h5py.File(path, "w") as file:
        group = file.create_group("numbers")
        for name, value in ARRAYS.items():
            group[name] = value
        # 1.5, -2 and infinity, as Keras keeps bfloat16.
        brain = group.create_dataset("BF16", data=np.array([0x3FC0, 0xC000, 0x7F80], "<u2").view("V2"))
        brain.attrs["dtype"] = "bfloat16"
        pieces = np.arange(600, dtype=np.float32).reshape(20, 30)
        group.create_dataset("gzip", data=pieces, chunks=(7, 30), compression="gzip", shuffle=True, fletcher32=True)
        group.create_dataset("chunked", data=pieces, chunks=(20, 9))
        texts = file.create_group("texts")
        texts.attrs["text"] = "Grüße, 世界"
        texts.attrs["bytes"] = b'{"class_name": "Sequential"}'
        texts.attrs["fixed"] = np.array([b"dense", b"dense_1", "dicht_ü".encode()])
        texts.attrs["any length"] = np.array(["a", "", "longer"], dtype=h5py.string_dtype())
        texts.attrs["none"] = []
        texts.attrs["empty"] = ""
        texts.attrs["whole"] = np.int64(-5)
        texts.attrs["real"] = np.float32(0.5)
        texts.attrs["numbers"] = np.arange(3)
        deep = file.create_group("layers/dense/vars")
        deep["10"] = np.float32(10)
        deep["2"] = np.float32(2)


def write_newest(path):
    """The layout of the newest library: version 3 of the superblock, new groups, attributes in a heap."""
    with h5py.File(path, "w", libver="latest", track_order=True) as file:
        for name in ["second", "first"]:
            group = file.create_group(name)
            group["0"] = np.arange(6, dtype=np.float32).reshape(2, 3)
            for index in range(12):
                group.attrs[f"note{index}"] = f"text {index}"


def write_refused(folder):
    with h5py.File(folder / "soft-link.h5", "w") as file:
        file["a"] = np.float32(1)
        file["b"] = h5py.SoftLink("/a")
    with h5py.File(folder / "external-link.h5", "w") as file:
        file["b"] = h5py.ExternalLink("contents.h5", "/numbers/F32")
    with h5py.File(folder / "external-data.h5", "w") as file:
        file.create_dataset("b", (4,), np.float32, external=[("/dev/urandom", 0, 16)])
    layout = h5py.VirtualLayout((4,), np.float32)
    layout[:] = h5py.VirtualSource("contents.h5", "numbers/F32", (4,))
    with h5py.File(folder / "virtual.h5", "w") as file:
        file.create_virtual_dataset("b", layout)
    with h5py.File(folder / "circle.h5", "w") as file:
        group = file.create_group("a")
        group["again"] = file["/"]
    with h5py.File(folder / "huge.h5", "w") as file:
        file.create_dataset("b", (2**30, 2**10), np.float32)
    with h5py.File(folder / "huge-chunks.h5", "w") as file:
        file.create_dataset("b", (2**20, 2**10), np.float32, chunks=(64, 64), compression="gzip")
    with h5py.File(folder / "too-large.h5", "w") as file:
        file["b"] = np.array([2**31], np.int64)
    with h5py.File(folder / "texts.h5", "w") as file:
        file["b"] = np.array([b"dense"])


def main():
    FOLDER.mkdir(parents=True, exist_ok=True)
    for old in FOLDER.glob("*.h5"):
        old.unlink()
    write_contents(FOLDER / "contents.h5")
    write_newest(FOLDER / "newest.h5")
    write_refused(FOLDER)
    print(*(f"{path.name} {path.stat().st_size}" for path in sorted(FOLDER.iterdir())))


if __name__ == "__main__":
    main()
