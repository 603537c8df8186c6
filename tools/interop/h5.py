"""Loads the .h5 files that h5.mjs wrote, in Keras 3 and, where it is installed, in Keras 2: h5.py FOLDER.

Reads FOLDER/cases.json, a list of {name, file, x, y}; writes FOLDER/N-keras.json and FOLDER/N-tf_keras.json with what
the model predicts, its weights after the next step, the file that is saved then, and the weights after one step more.
"""

import importlib
import json
import os
import sys
from pathlib import Path

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"
os.environ["CUDA_VISIBLE_DEVICES"] = ""

import numpy as np


def array(value):
    return np.asarray(value["data"], value["dtype"]).reshape(value["shape"])


def flat(values):
    return [float(number) for value in values for number in np.asarray(value).ravel()]


def check(library, case, back):
    x, y = array(case["x"]), array(case["y"])
    model = library.models.load_model(case["file"])
    result = {"predictions": flat([model.predict_on_batch(x)])}
    logs = model.test_on_batch(x, y, return_dict=True)
    result["logs"] = {key: float(np.mean(value)) for key, value in logs.items()}
    model.train_on_batch(x, y)
    result["weights"] = flat(model.get_weights())
    model.save(back)
    result["after"] = flat([model.predict_on_batch(x)])
    model.train_on_batch(x, y)
    result["later"] = flat(model.get_weights())
    return result


def main():
    folder = Path(sys.argv[1])
    for name in ("keras", "tf_keras"):
        try:
            library = importlib.import_module(name)
        except ImportError:
            print(f"{name} is not installed, and left out")
            continue
        print(f"{name} {library.__version__}")
        for index, case in enumerate(json.loads((folder / "cases.json").read_text())):
            try:
                result = check(library, case, str(folder / f"{index}-{name}.back.h5"))
            except Exception as error:
                result = {"error": f"{type(error).__name__}: {error}"}
            (folder / f"{index}-{name}.json").write_text(json.dumps(result))


if __name__ == "__main__":
    main()
