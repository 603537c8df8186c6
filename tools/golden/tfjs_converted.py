"""Records what tensorflowjs_converter makes of Keras 2's models, with what Keras predicts: tests/golden/files/tfjs/.

Needs, beside TensorFlow: pip install --no-deps tensorflowjs==4.22.0 tf_keras==2.21.0. The rest of what the converter
imports is for other kinds of models and is left out. Run it after tfjs_files.mjs.
"""

import json
import os
import sys
import types
from pathlib import Path

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
for name in ["tensorflow_decision_forests", "tensorflow_hub", "jax", "jax.experimental", "jax.experimental.jax2tf"]:
    try:
        __import__(name)
    except Exception:  # whatever keeps it from being imported
        sys.modules[name] = types.ModuleType(name)

import numpy as np
import tf_keras as keras
from tensorflowjs.converters import keras_h5_conversion
from tensorflowjs import write_weights  # noqa: F401 (part of the converter)

FOLDER = Path(__file__).parents[2] / "tests" / "golden" / "files" / "tfjs"


def recorded(array):
    array = np.asarray(array, np.float32)
    return {"dtype": "float32", "shape": list(array.shape), "data": [float(str(v)) for v in array.ravel()]}


def main():
    random = np.random.default_rng(4)
    layers = keras.layers
    models = {
        "keras2-dense": keras.Sequential(
            [layers.Dense(5, activation="relu", input_shape=(4,)), layers.Dropout(0.3), layers.Dense(2, activation="softmax")],
            name="two_layers",
        ),
        "keras2-cnn": keras.Sequential(
            [
                keras.Input((6, 6, 1), name="image"),
                layers.Conv2D(3, 3, padding="same", activation="relu", kernel_regularizer=keras.regularizers.L2(0.01)),
                layers.MaxPooling2D(),
                layers.Conv2D(2, (1, 2), use_bias=False),
                layers.Flatten(),
                layers.Dense(3, kernel_initializer="he_normal"),
                layers.Activation("sigmoid"),
            ]
        ),
    }
    cases = []
    for name, model in models.items():
        model.set_weights([random.uniform(-0.7, 0.7, w.shape).astype(np.float32) for w in model.get_weights()])
        model.compile("adam", "categorical_crossentropy", metrics=["accuracy"])
        x = random.uniform(-1, 1, (3, *model.input_shape[1:])).astype(np.float32)
        y = model.predict(x, verbose=0)
        for kind, quantization in [("", None), ("-uint8", {"uint8": "*"}), ("-float16", {"float16": "*"})]:
            keras_h5_conversion.save_keras_model(model, str(FOLDER / (name + kind)), quantization_dtype_map=quantization)
            cases.append({"name": name + kind, "quantized": kind[1:], "x": recorded(x), "y": recorded(y)})
    about = "Written by tools/golden/tfjs_converted.py."
    versions = {"tensorflowjs": "4.22.0", "tf_keras": keras.__version__}
    text = json.dumps({"about": about, "versions": versions, "predictions": cases, "trainings": []}, separators=(",", ":"))
    (FOLDER / "converted.json").write_text(text + "\n")


main()
