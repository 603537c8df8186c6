"""Writes small models with Keras, as .keras and .weights.h5, with inputs, predictions and the weights one step later."""

import gzip
import tempfile
from pathlib import Path

import recording
import keras
import numpy as np

FOLDER = recording.OUTPUT / "files" / "keras"
layers, optimizers, schedules = keras.layers, keras.optimizers, keras.optimizers.schedules


@keras.saving.register_keras_serializable(package="shop")
class Scale(layers.Layer):
    def __init__(self, start=1.0, **options):
        super().__init__(**options)
        self.start = start

    def build(self, shape):
        self.factor = self.add_weight(name="factor", shape=(shape[-1],), initializer=keras.initializers.Constant(self.start))

    def call(self, x):
        return x * self.factor

    def get_config(self):
        return {**super().get_config(), "start": self.start}


def chain(shape, *between, dtype=None):
    """The layers between an input and two outputs."""
    return keras.Sequential([keras.Input(shape, dtype=dtype), *between, layers.Flatten(dtype=dtype), layers.Dense(2, name="out", dtype=dtype)])


LAYERS = {
    "dense": lambda: chain((5,), layers.Dense(4, "relu", name="a"), layers.Dense(3, "tanh", use_bias=False, name="b")),
    "conv2d": lambda: chain(
        (7, 8, 2),
        layers.Conv2D(3, 3, activation="relu"),
        layers.Conv2D(4, (2, 3), strides=(2, 1), padding="same", use_bias=False),
    ),
    "conv2d-groups": lambda: chain((6, 6, 4), layers.Conv2D(4, 2, dilation_rate=2, groups=2)),
    "pooling": lambda: chain((9, 9, 2), layers.MaxPooling2D(), layers.AveragePooling2D(3, strides=2, padding="same")),
    "shapes": lambda: chain((6,), layers.Reshape((2, 3)), layers.Activation("softmax"), layers.Dropout(0.5, seed=3)),
    "regularizers": lambda: chain(
        (4,),
        layers.Dense(3, kernel_regularizer=keras.regularizers.L2(0.01), bias_regularizer=keras.regularizers.L1(0.02),
                     kernel_initializer=keras.initializers.HeNormal(seed=3), bias_initializer=keras.initializers.Constant(0.5)),
        layers.Dense(3, kernel_regularizer=keras.regularizers.L1L2(0.01, 0.03), activation="sigmoid"),
    ),
    "custom": lambda: chain((3,), Scale(2.0, name="scale"), layers.Dense(3)),
    "nested": lambda: chain(
        (4,),
        layers.Dense(3, name="before"),
        keras.Sequential([keras.Input((3,)), layers.Dense(4, "relu"), layers.Dense(3)], name="inner"),
        layers.Dense(3, name="behind"),
    ),
    "float16": lambda: chain((4,), layers.Dense(3, dtype="float16"), dtype="float16"),
    "bfloat16": lambda: chain((4,), layers.Dense(3, dtype="bfloat16"), dtype="bfloat16"),
}

RATES = {
    "ExponentialDecay": lambda: schedules.ExponentialDecay(0.1, 2, 0.5, staircase=True),
    "InverseTimeDecay": lambda: schedules.InverseTimeDecay(0.1, 2, 0.5),
    "PolynomialDecay": lambda: schedules.PolynomialDecay(0.1, 8, 0.01, power=2.0),
    "PiecewiseConstantDecay": lambda: schedules.PiecewiseConstantDecay([2, 5], [0.1, 0.05, 0.01]),
    "CosineDecay": lambda: schedules.CosineDecay(0.01, 9, warmup_target=0.1, warmup_steps=3),
    "CosineDecayRestarts": lambda: schedules.CosineDecayRestarts(0.1, 3),
}

OPTIMIZERS = {
    "sgd": lambda: optimizers.SGD(0.1),
    "sgd-momentum": lambda: optimizers.SGD(0.1, momentum=0.9),
    "sgd-nesterov": lambda: optimizers.SGD(0.1, momentum=0.9, nesterov=True, clipnorm=0.5),
    "rmsprop": lambda: optimizers.RMSprop(0.01),
    "rmsprop-centered": lambda: optimizers.RMSprop(0.01, rho=0.8, momentum=0.5, centered=True, clipvalue=0.1),
    "adam": lambda: optimizers.Adam(0.01),
    "adam-amsgrad": lambda: optimizers.Adam(0.02, beta_1=0.8, beta_2=0.99, amsgrad=True, weight_decay=0.01),
    "adam-global": lambda: optimizers.Adam(0.01, epsilon=1e-5, global_clipnorm=0.2),
    **{f"schedule-{name}": (lambda rate: lambda: optimizers.SGD(rate(), momentum=0.5))(rate) for name, rate in RATES.items()},
}


def keep(model, name):
    with tempfile.TemporaryDirectory() as folder:
        for kind, save in {"keras": model.save, "weights.h5": model.save_weights}.items():
            path = Path(folder) / f"{name}.{kind}"
            save(path)
            (FOLDER / f"{name}.{kind}.gz").write_bytes(gzip.compress(path.read_bytes(), mtime=0))


def of_layers(name, make):
    keras.utils.set_random_seed(7)
    rng = recording.generator(name)
    model = make()
    # Biases that start at zero would not be missed.
    model.set_weights([weight + recording.draw(rng, weight.shape, 0.3).astype(weight.dtype) for weight in model.get_weights()])
    x = recording.draw(rng, (3, *model.input_shape[1:]))
    keep(model, name)
    return {"name": name, "x": recording.array(x), "predictions": recording.array(model.predict(x, verbose=0), np.float32),
            "weights": [recording.array(weight, np.float32) for weight in model.get_weights()]}


def of_optimizer(name, make):
    keras.utils.set_random_seed(7)
    rng = recording.generator(name)
    model = keras.Sequential([keras.Input((3,)), layers.Dense(4, "tanh"), layers.Dense(2, "softmax")])
    model.compile(make(), "sparse_categorical_crossentropy", metrics=["accuracy"])
    x, y = recording.draw(rng, (6, 3)), rng.integers(0, 2, 6).astype(np.int32)
    for _ in range(5):
        model.train_on_batch(x, y)
    keep(model, name)
    predictions = model.predict(x, verbose=0)
    state = [variable.numpy() for variable in model.optimizer.variables]
    model.train_on_batch(x, y)
    return {"name": name, "x": recording.array(x), "y": recording.array(y), "predictions": recording.array(predictions),
            "state": [recording.array(value, value.dtype if value.dtype != np.int64 else np.int32) for value in state],
            "weights_after": [recording.array(weight) for weight in model.get_weights()]}


def main():
    FOLDER.mkdir(parents=True, exist_ok=True)
    for old in FOLDER.glob("*.gz"):
        old.unlink()
    recording.write(
        "keras_files",
        "Models in tests/golden/files/keras, by Keras: predictions before, and weights after one more step",
        recording.versions(keras),
        layers=[of_layers(name, make) for name, make in LAYERS.items()],
        optimizers=[of_optimizer(name, make) for name, make in OPTIMIZERS.items()],
    )
    sizes = [path.stat().st_size for path in FOLDER.glob("*.gz")]
    print(f"{len(sizes)} files, {sum(sizes) / 1000:.0f} KB, the largest {max(sizes) / 1000:.1f} KB")


if __name__ == "__main__":
    main()
