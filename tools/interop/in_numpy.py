"""Reads the .npz files that npz.mjs wrote and saves the model's weights again: in_numpy.py FOLDER.

Writes FOLDER/read.json, for each file the type, the shape and the bytes of each array; FOLDER/by-name.npz and, deflated
and in double precision, FOLDER/in-order.npz.
"""

import json
import sys
import zipfile
from pathlib import Path

import numpy as np

folder = Path(sys.argv[1])
read = {}
for path in sorted(folder.glob("*.npz")):
    # Python's own reader checks every checksum.
    if zipfile.ZipFile(path).testzip() is not None:
        sys.exit(f"{path} is damaged")
    with np.load(path) as arrays:
        read[path.name] = {name: [array.dtype.name, list(array.shape), array.tobytes().hex()] for name, array in arrays.items()}

with np.load(folder / "model.npz") as arrays:
    json.loads(bytes(arrays["__metadata__"]))
    weights = {name: arrays[name] for name in ["first/kernel", "first/bias", "last/kernel", "last/bias"]}
np.savez(folder / "by-name.npz", **weights)
np.savez_compressed(folder / "in-order.npz", *[weight.astype("f8") for weight in weights.values()])
(folder / "read.json").write_text(json.dumps(read))
