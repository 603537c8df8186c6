"""Shared by the recorders: seeded inputs, the JSON form of arrays and numbers, and the writing of one recorded file.

Import this module before keras: it chooses the backend and makes TensorFlow's arithmetic repeatable.
"""

import json
import math
import os
import zlib
from pathlib import Path

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
# The vendor kernels choose their order of summation by the machine; Eigen's, on one thread, do not.
os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"
os.environ["TF_NUM_INTRAOP_THREADS"] = "1"
os.environ["TF_NUM_INTEROP_THREADS"] = "1"
os.environ["CUDA_VISIBLE_DEVICES"] = ""

import numpy as np

OUTPUT = Path(__file__).resolve().parents[2] / "tests" / "golden"

DTYPES = {"float32", "float64", "int32", "uint8", "bool"}


def generator(name):
    """A random generator seeded by the case's name, so that adding a case changes no other."""
    return np.random.default_rng(zlib.crc32(name.encode()))


def draw(rng, shape, scale=1.0, digits=2):
    """Normal float32 values rounded to a few decimals, which keeps the files small."""
    return np.round(rng.standard_normal(shape) * scale, digits).astype(np.float32)


def number(value, single=True):
    """A number as JSON holds it: the shortest decimal that rounds back, or a name for what JSON lacks."""
    if isinstance(value, (bool, np.bool_)):
        return int(value)
    if isinstance(value, (int, np.integer)):
        return int(value)
    value = float(value)
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    if single:
        exact = np.float32(value)
        value = float(np.format_float_scientific(exact, unique=True, trim="-"))
        if np.float32(value) != exact:
            raise ArithmeticError(f"{exact!r} does not survive the way through decimal {value!r}")
    if value == int(value) and abs(value) < 2**53 and not (value == 0 and math.copysign(1, value) < 0):
        return int(value)
    return value


def array(value, dtype=None):
    """An array as `{dtype, shape, data}`, data flat and row-major."""
    if hasattr(value, "numpy"):
        value = value.numpy()
    value = np.asarray(value, dtype=dtype)
    if value.dtype == np.int64:
        if value.size and (value.max() > 2**31 - 1 or value.min() < -(2**31)):
            raise OverflowError("an int64 value does not fit int32")
        value = value.astype(np.int32)
    name = value.dtype.name
    if name not in DTYPES:
        raise TypeError(f"cannot record dtype {name}")
    return {
        "dtype": name,
        "shape": list(value.shape),
        "data": [number(item, single=name != "float64") for item in value.ravel().tolist()],
    }


def versions(*modules):
    import platform

    result = {"python": platform.python_version(), "numpy": np.__version__}
    for module in modules:
        result[module.__name__] = module.__version__
    return result


def write(name, about, versions, **parts):
    """Writes one recorded file: lists of cases hold a case a line, so that a change shows as few changed lines."""
    dump = lambda value: json.dumps(value, separators=(",", ":"), allow_nan=False, ensure_ascii=False)
    fields = [f'"about":{dump(about)}', f'"versions":{dump(versions)}']
    for key, value in parts.items():
        if isinstance(value, list) and value and isinstance(value[0], dict):
            lines = ",\n".join(dump(item) for item in value)
            fields.append(f'"{key}":[\n{lines}\n]')
        else:
            fields.append(f'"{key}":{dump(value)}')
    text = "{\n" + ",\n".join(fields) + "\n}\n"
    json.loads(text)
    OUTPUT.mkdir(parents=True, exist_ok=True)
    path = OUTPUT / f"{name}.json"
    path.write_text(text, encoding="utf-8")
    counts = ", ".join(f"{len(value)} {key}" for key, value in parts.items() if isinstance(value, list))
    print(f"{path.name}: {path.stat().st_size / 1000:.0f} KB, {counts}")
