"""Loads what keras.mjs wrote, predicts, takes the next step, and saves the model again: in_keras.py FOLDER.

Reads FOLDER/cases.json, a list of {name, files, x, y}; writes for each of its files
FOLDER/N-FORMAT.result.json with predictions, weights after the step, or the error.
"""

import json
import os
import sys
import warnings
from pathlib import Path

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"
os.environ["CUDA_VISIBLE_DEVICES"] = ""

import keras
import numpy as np


def array(value):
    return np.asarray(value["data"], value["dtype"]).reshape(value["shape"])


def plain(value):
    value = np.asarray(value)
    return {"shape": list(value.shape), "data": [float(number) for number in value.ravel()]}


def load(file, format, case):
    if format != "weights.h5":
        return keras.saving.load_model(file)
    # The same model from its configuration, with new weights and a new optimizer.
    model = keras.saving.load_model(case["files"]["keras"])
    fresh = model.__class__.from_config(model.get_config())
    fresh.compile_from_config(model.get_compile_config())
    fresh.optimizer.build(fresh.trainable_variables)
    fresh.load_weights(file)
    return fresh


def check(case, format, file):
    x, y = array(case["x"]), array(case["y"])
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        model = load(file, format, case)
    result = {"warnings": [str(warning.message) for warning in heard], "predictions": plain(model.predict(x, verbose=0))}
    result["iterations"] = int(model.optimizer.iterations.numpy())
    result["logs"] = {key: plain(value) for key, value in model.train_on_batch(x, y, return_dict=True).items()}
    result["weights"] = [plain(weight) for weight in model.get_weights()]
    result["after"] = plain(model.predict(x, verbose=0))
    if format == "keras":
        model.save(file.replace(".keras", ".back.keras"))
        model.save_weights(file.replace(".keras", ".back.weights.h5"))
    elif format == "h5":
        model.save(file.replace(".h5", ".back.h5"))
    return result


def main():
    folder = Path(sys.argv[1])
    for index, case in enumerate(json.loads((folder / "cases.json").read_text())):
        for format, file in case["files"].items():
            try:
                result = check(case, format, file)
            except Exception as error:
                result = {"error": f"{type(error).__name__}: {error}"}
            (folder / f"{index}-{format}.result.json").write_text(json.dumps(result))
    print(f"Keras {keras.__version__} on {keras.backend.backend()}")


if __name__ == "__main__":
    main()
