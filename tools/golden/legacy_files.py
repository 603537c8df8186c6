"""Writes whole models and weights as HDF5 files with Keras 3 and Keras 2 (tf_keras), and what the models compute.

Each model is trained for five steps, saved, asked for its predictions and trained for one more step.
"""

import gzip
import tempfile

import recording

import h5py
import keras
import numpy as np
import tensorflow as tf

try:
    import tf_keras
except ImportError as error:
    raise SystemExit("pip install --no-deps tf_keras==2.21.0") from error

FOLDER = recording.OUTPUT / "files" / "legacy"
STEPS = 5
SAMPLES = 6


def images(k, optimizer):
    layers = k.layers
    model = k.Sequential(
        [
            layers.InputLayer(input_shape=(6, 6, 1)) if k is tf_keras else layers.Input((6, 6, 1)),
            layers.Conv2D(2, 3, padding="same", activation="relu", kernel_initializer="he_normal", name="conv"),
            layers.MaxPooling2D(),
            layers.Conv2D(3, (2, 1), strides=(1, 1), use_bias=False, activation="tanh"),
            layers.AveragePooling2D((1, 1)),
            layers.Reshape((-1, 3)),
            layers.Flatten(),
            layers.Dropout(0.0),
            layers.Dense(4, kernel_regularizer="l2", bias_regularizer=k.regularizers.L1L2(0.01, 0.02)),
            layers.Activation("sigmoid"),
            layers.Dense(3, activation="softmax", kernel_initializer=k.initializers.VarianceScaling(2.0)),
        ],
        name="images",
    )
    model.compile(optimizer=optimizer, loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def chain(k, optimizer, loss="mse", metrics=None):
    """A functional model whose layers follow one another."""
    given = k.Input((3,), name="numbers")
    x = k.layers.Dense(4, activation="relu", name="first")(given)
    x = k.layers.Dropout(0.0, name="drop")(x)
    x = k.layers.Dense(2, name="last")(x)
    model = k.Model(given, x, name="chain")
    if optimizer is not None:
        model.compile(optimizer=optimizer, loss=loss, metrics=metrics)
    return model


def nested(k, optimizer):
    """A functional model with a sequential one in it, one of whose layers does not train."""
    given = k.Input((3,), name="numbers")
    inner = k.Sequential([k.layers.Dense(4, name="frozen"), k.layers.Dense(4, name="moving")], name="inner")
    x = inner(given)
    inner.layers[0].trainable = False
    x = k.layers.Dense(2, name="last")(x)
    model = k.Model(given, x, name="outer")
    model.compile(optimizer=optimizer, loss="mse")
    return model


def schedule(k):
    return k.optimizers.schedules.ExponentialDecay(0.1, 10, 0.5, staircase=True)


CASES = {
    "keras3-images-adam": (keras, lambda k: images(k, k.optimizers.Adam(0.01))),
    "keras3-chain-sgd-schedule": (keras, lambda k: chain(k, k.optimizers.SGD(schedule(k), momentum=0.9, nesterov=True))),
    "keras3-chain-rmsprop": (
        keras,
        lambda k: chain(
            k, k.optimizers.RMSprop(0.01, momentum=0.5, centered=True), k.losses.MeanAbsoluteError(), ["mse"]
        ),
    ),
    "keras3-chain-adamw": (keras, lambda k: chain(k, k.optimizers.AdamW(0.01, weight_decay=0.1), metrics=["mae"])),
    "keras3-chain-not-compiled": (keras, lambda k: chain(k, None)),
    "keras3-nested": (keras, lambda k: nested(k, k.optimizers.Adam(0.01))),
    "keras2-images-adam": (tf_keras, lambda k: images(k, k.optimizers.Adam(0.01))),
    "keras2-chain-sgd-schedule": (
        tf_keras,
        lambda k: chain(k, k.optimizers.SGD(schedule(k), momentum=0.9, nesterov=True)),
    ),
    "keras2-chain-sgd": (tf_keras, lambda k: chain(k, k.optimizers.SGD(0.1), k.losses.MeanSquaredError(), ["mae"])),
    "keras2-chain-rmsprop": (
        tf_keras,
        lambda k: chain(k, k.optimizers.RMSprop(0.01, momentum=0.5, centered=True), metrics=[k.metrics.MeanAbsoluteError()]),
    ),
    "keras2-chain-older-adam": (
        tf_keras,
        lambda k: chain(k, k.optimizers.legacy.Adam(0.01, amsgrad=True), metrics={"last": ["mse"]}),
    ),
    "keras2-chain-older-sgd-decay": (tf_keras, lambda k: chain(k, k.optimizers.legacy.SGD(0.1, momentum=0.9, decay=0.1))),
    "keras2-chain-older-rmsprop": (
        tf_keras,
        lambda k: chain(k, k.optimizers.legacy.RMSprop(0.01, momentum=0.5, centered=True)),
    ),
    "keras2-nested": (tf_keras, lambda k: nested(k, k.optimizers.Adam(0.01))),
    "keras2-chain-weights": (tf_keras, lambda k: chain(k, k.optimizers.SGD(0.1))),
}


def small(path):
    """The bytes of a file, compressed: most of it is room that HDF5 keeps free."""
    return gzip.compress(path.read_bytes(), 9, mtime=0)


def record(name, k, make):
    k.utils.set_random_seed(7)
    rng = recording.generator(name)
    model = make(k)
    shape = tuple(model.input_shape[1:])
    x = recording.draw(rng, (SAMPLES, *shape))
    is_classifier = model.name == "images"
    y = (np.arange(SAMPLES) % 3).astype(np.int32) if is_classifier else recording.draw(rng, (SAMPLES, 2))
    compiled = getattr(model, "optimizer", None) is not None
    for _ in range(STEPS if compiled else 0):
        model.train_on_batch(x, y)
    with tempfile.TemporaryDirectory() as folder:
        path = recording.Path(folder) / "model.h5"
        if name.endswith("weights"):
            model.save_weights(path)
        else:
            model.save(path)
        (FOLDER / f"{name}.h5.gz").write_bytes(small(path))
    case = {"name": name, "x": recording.array(x), "y": recording.array(y)}
    case["predictions"] = recording.array(model.predict_on_batch(x))
    if compiled:
        logs = model.train_on_batch(x, y, return_dict=True)
        case["logs"] = {key: recording.number(value) for key, value in logs.items()}
        case["weights"] = [recording.array(weight) for weight in model.get_weights()]
    return case


def main():
    FOLDER.mkdir(parents=True, exist_ok=True)
    cases = [record(name, k, make) for name, (k, make) in CASES.items()]
    recording.write(
        "legacy_files",
        "Whole models of Keras 3 and Keras 2 in HDF5 files, trained for five steps: what they predict, and one step more.",
        recording.versions(keras, tf_keras, tf, h5py),
        cases=cases,
    )


if __name__ == "__main__":
    main()
