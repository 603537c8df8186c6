"""Records small files in the formats of the published data sets: CIFAR's archives of pickles, IMDB's .npz of lists; what
Keras makes of them; pickles of many kinds; orders that NumPy shuffles to."""

import base64
import contextlib
import gzip
import io
import json
import os
import pickle
import struct
import tarfile
import tempfile
from unittest import mock

from recording import array, generator, versions, write

import keras
import numpy as np


def encoded(data):
    return base64.b64encode(data).decode()


class Python2Pickler(pickle._Pickler):
    """Writes texts and bytes as Python 2 did at protocol 2: as strings of bytes."""

    dispatch = dict(pickle._Pickler.dispatch)

    def save_python2_string(self, value):
        data = value.encode() if isinstance(value, str) else value
        if len(data) < 256:
            self.write(pickle.SHORT_BINSTRING + bytes([len(data)]) + data)
        else:
            self.write(pickle.BINSTRING + struct.pack("<i", len(data)) + data)
        self.memoize(value)

    dispatch[str] = save_python2_string
    dispatch[bytes] = save_python2_string


def python2(value):
    stream = io.BytesIO()
    Python2Pickler(stream, 2).dump(value)
    # The module's name before NumPy 2.
    return stream.getvalue().replace(b"cnumpy._core.multiarray\n", b"cnumpy.core.multiarray\n")


def tar(files):
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            if data is None:
                info.type = tarfile.DIRTYPE
                archive.addfile(info)
            else:
                info.size = len(data)
                archive.addfile(info, io.BytesIO(data))
    return stream.getvalue()


def cifar_images(rng, count):
    """Few values, which compress well."""
    return (rng.integers(0, 4, (count, 8, 48)).repeat(8, 1).reshape(count, 3072) * 60 + np.arange(count)[:, None]).astype("u1")


def cifar10_archive(rng, count):
    files = {"cifar-10-batches-py/": None}
    for name in ["data_batch_4", "readme.html", "test_batch", "data_batch_3", "batches.meta", "data_batch_2", "data_batch_5", "data_batch_1"]:
        if name == "readme.html":
            data = b"<meta>"
        elif name == "batches.meta":
            data = python2({"num_cases_per_batch": count, "label_names": ["airplane"], "num_vis": 3072})
        else:
            data = python2({
                "data": cifar_images(rng, count),
                "labels": [int(label) for label in rng.integers(0, 10, count)],
                "batch_label": f"batch {name}",
                "filenames": [f"{index}.png" for index in range(count)],
            })
        files[f"cifar-10-batches-py/{name}"] = data
    return tar(files)


def cifar100_archive(rng, train, test):
    files = {"cifar-100-python/": None}
    for name, count in [("meta", 0), ("test", test), ("train", train)]:
        files[f"cifar-100-python/{name}"] = python2({"fine_label_names": ["apple"]} if name == "meta" else {
            "filenames": [f"{index}.png" for index in range(count)],
            "batch_label": f"{name} batch 1 of 1",
            "fine_labels": [int(label) for label in rng.integers(0, 100, count)],
            "coarse_labels": [int(label) for label in rng.integers(0, 20, count)],
            "data": cifar_images(rng, count),
        })
    return tar(files)


def imdb_file(rng, count):
    def reviews():
        result = np.empty(count, object)
        for index in range(count):
            result[index] = [int(word) for word in rng.integers(1, 90, rng.integers(2, 9)) ** 2 * 10]
        return result

    stream = io.BytesIO()
    labels = lambda: rng.integers(0, 2, count)
    np.savez(stream, x_train=reviews(), y_train=labels(), x_test=reviews(), y_test=labels())
    return stream.getvalue()


@contextlib.contextmanager
def served(module, path):
    with mock.patch.object(module, "get_file", lambda *_, **__: path):
        yield


def bytes_of(value):
    """Arrays of bytes, shorter than as numbers."""
    return {"shape": list(value.shape), "bytes": encoded(value.astype("u1").tobytes())}


def sets(result):
    (x_train, y_train), (x_test, y_test) = result
    return [bytes_of(value) for value in (x_train, y_train, x_test, y_test)]


def extracted(data):
    folder = tempfile.mkdtemp()
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        archive.extractall(folder, filter="data")
    return folder


def unpacked(result):
    return [[[int(word) for word in review] for review in x] if kind == "x" else [int(value) for value in x]
            for pair in result for kind, x in zip("xy", pair)]


def shuffles():
    for seed in [0, 113, 2**32 - 1]:
        for lengths in [[1, 2, 3, 10], [300, 200]]:
            rng = np.random.RandomState(seed)
            orders = []
            for length in lengths:
                order = np.arange(length)
                rng.shuffle(order)
                orders.append([int(value) for value in order])
            yield {"seed": seed, "orders": orders}


def pickles():
    rng = generator("pickles")
    value = {"list": [1, 255, 256, 65535, 65536, -1, -(2**31), 2**31, -(2**40), 2**52], "text": "\u00e4", "none": None, "yes": True,
             "no": False, "float": -1.5, "tuples": ((), (1,), (1, 2), (1, 2, 3), (1, 2, 3, 4)), "nested": {"a": [[], [[1]]]}, "3": {7: 8}}
    shared = [1, 2]
    plain = {**value, "3": {"7": 8}}
    for protocol in [2, 3, 4]:
        yield f"data, protocol {protocol}", pickle.dumps({**value, "same": [shared, shared]}, protocol), {**plain, "same": [shared, shared]}
        yield f"bytes, protocol {protocol}", pickle.dumps([b"ab\xff", b"\x01" * 300], protocol), [[97, 98, 255], [1] * 300]
        matrix = rng.integers(0, 255, (2, 3)).astype("u1")
        ragged = np.empty(3, object)
        ragged[:] = [[1, 2], [], [70000]]
        yield f"arrays, protocol {protocol}", pickle.dumps([matrix, np.asfortranarray(matrix), ragged, matrix.astype(">i8")], protocol), [
            array(matrix), array(matrix), [[1, 2], [], [70000]], array(matrix.astype("i8"))]
    yield "the strings of Python 2", python2({"text": "abc", "long": "x" * 300}), {"text": [97, 98, 99], "long": [120] * 300}


class Evil:
    def __reduce__(self):
        return os.system, ("echo never",)


def refused():
    for protocol in [2, 4]:
        yield f"a call, protocol {protocol}", pickle.dumps(Evil(), protocol), "it asks for Python's 'posix.system', and nothing in a file is run"
        yield f"an object, protocol {protocol}", pickle.dumps(io.BytesIO(b"x"), protocol), "it asks for Python's '_io.BytesIO'"
    yield "protocol 5", pickle.dumps(1, 5), "expected protocol 2 to 4, received 5"
    yield "a set", pickle.dumps({1}, 4), "the instruction 0x8f is not read"
    yield "protocol 0", pickle.dumps([1], 0), "is not read"
    yield "a large number", pickle.dumps(2**60, 2), "expected a whole number within 2^53"
    yield "a larger number", pickle.dumps(2**80, 2), "at most 8 bytes"
    yield "an array of text", pickle.dumps(np.array(["a"]), 2), "'<U1' (text)"
    yield "an array of records", pickle.dumps(np.zeros(1, [("a", "<f4")]), 2), "expected an array of numbers or objects"


def main():
    rng = generator("dataset files")
    cifar10, cifar100, imdb = cifar10_archive(rng, 2), cifar100_archive(rng, 3, 1), imdb_file(rng, 12)
    from keras.src.datasets import cifar10 as cifar10_module, cifar100 as cifar100_module, imdb as imdb_module

    with served(cifar100_module, extracted(cifar100)):
        fine, coarse = sets(keras.datasets.cifar100.load_data()), sets(keras.datasets.cifar100.load_data(label_mode="coarse"))[1::2]
    # Its loader for CIFAR-10 makes room for 50,000 images; this is what it does with those that there are.
    folder = extracted(cifar10)
    batches = [cifar10_module.load_batch(os.path.join(folder, "cifar-10-batches-py", name))
               for name in [*[f"data_batch_{number}" for number in range(1, 6)], "test_batch"]]
    x = [data.transpose(0, 2, 3, 1) for data, _ in batches]
    y = [np.array(labels, "u1")[:, None] for _, labels in batches]
    ten = [bytes_of(value) for value in (np.concatenate(x[:5]), np.concatenate(y[:5]), x[5], y[5])]
    runs = []
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "imdb.npz")
        with open(path, "wb") as file:
            file.write(imdb)
        with served(imdb_module, path):
            for options in [{}, {"num_words": 20000}, {"num_words": 20000, "skip_top": 500}, {"maxlen": 7}, {"seed": 7},
                            {"start_char": None}, {"start_char": None, "index_from": 0}, {"oov_char": None, "num_words": 20000},
                            {"index_from": 10, "start_char": 5, "oov_char": 6, "skip_top": 100}]:
                runs.append({"options": options, "result": unpacked(keras.datasets.imdb.load_data(**options))})
    sequences = [[1], [2, 3], [], [4, 5, 6]]
    padded = [{"sequences": sequences, "options": options, "result": array(keras.utils.pad_sequences(sequences, **options))}
              for options in [{}, {"padding": "post"}, {"maxlen": 2}, {"maxlen": 2, "truncating": "post"}, {"maxlen": 5, "value": -1},
                              {"dtype": "float32", "value": 0.5}, {"maxlen": 2, "padding": "post", "truncating": "post", "value": 9}]]
    vectors = [[[1, 2]], [[3, 4], [5, 6]], []]
    padded.append({"sequences": vectors, "options": {"maxlen": 3}, "result": array(keras.utils.pad_sequences(vectors, maxlen=3))})
    write(
        "dataset_files",
        "Small files in the formats of published data sets (base64; tar archives compressed by gzip), and what Keras makes of them.",
        versions(keras),
        cifar10={"file": encoded(gzip.compress(cifar10, mtime=0)), "result": ten},
        cifar100={"file": encoded(gzip.compress(cifar100, mtime=0)), "fine": fine, "coarse": coarse},
        imdb={"file": encoded(imdb), "runs": runs},
        shuffles=list(shuffles()),
        pickles=[{"name": name, "file": encoded(data), "value": value} for name, data, value in pickles()],
        refused=[{"name": name, "file": encoded(data), "error": error} for name, data, error in refused()],
        padded=padded,
    )


if __name__ == "__main__":
    main()
