"""Records whole short training runs: data and initial weights in; history, final weights and predictions out."""

from recording import array, draw, generator, number, versions, write

import keras
import numpy as np
import tensorflow as tf

BATCH_SIZE = 16
EPOCHS = 3


def dense_network():
    return keras.Sequential([
        keras.Input((20,)),
        keras.layers.Dense(12, activation="relu"),
        keras.layers.Dense(5, activation="softmax"),
    ])


def dense_data(rng, count):
    """Five noisy clusters, so that there is something to learn in three epochs."""
    centres = draw(generator("centres"), (5, 20))
    y = rng.integers(0, 5, count)
    return np.round(centres[y] + rng.standard_normal((count, 20)) * 1.5, 2).astype(np.float32), y.astype(np.int32)


def cnn_network():
    return keras.Sequential([
        keras.Input((10, 10, 1)),
        keras.layers.Conv2D(4, 3, activation="relu"),
        keras.layers.MaxPooling2D(pool_size=2),
        keras.layers.Conv2D(5, 3, padding="same", activation="relu"),
        keras.layers.AveragePooling2D(pool_size=2),
        keras.layers.Flatten(),
        keras.layers.Dense(3, activation="softmax", kernel_regularizer=keras.regularizers.L2(0.01)),
    ])


def cnn_data(rng, count):
    """A horizontal bar, a vertical bar or a diagonal, in noise."""
    y = rng.integers(0, 3, count)
    x = rng.random((count, 10, 10, 1)) * 0.3
    for image, label in zip(x, y):
        at = rng.integers(1, 9)
        if label == 0:
            image[at] += 1
        elif label == 1:
            image[:, at] += 1
        else:
            image[np.arange(10), (np.arange(10) + at) % 10] += 1
    return np.round(x, 2).astype(np.float32), y.astype(np.int32)


class BatchLogs(keras.callbacks.Callback):
    """The logs at the end of each batch: Keras shows the mean since the epoch began."""

    def __init__(self):
        super().__init__()
        self.logs = []

    def on_train_batch_end(self, batch, logs=None):
        self.logs.append({key: number(value) for key, value in logs.items()})


def run(name, network, weights, data, compile_config, fit_config, validation=None, validation_weight=None):
    """`fit_config` holds fit's arguments as JSON takes them; sample_weight is an array there."""
    keras.utils.set_random_seed(0)
    model = network()
    model.set_weights(weights)
    arguments = dict(fit_config)
    if "class_weight" in arguments:
        arguments["class_weight"] = dict(enumerate(arguments["class_weight"]))
    optimizer = getattr(keras.optimizers, compile_config["optimizer"])(**compile_config["optimizer_config"])
    kept = {key: compile_config[key] for key in ("loss", "metrics", "weighted_metrics") if key in compile_config}
    model.compile(optimizer=optimizer, jit_compile=False, **kept)
    if validation is not None:
        arguments["validation_data"] = (*validation,) if validation_weight is None else (*validation, validation_weight)
    batch_logs = BatchLogs()
    history = model.fit(*data, batch_size=BATCH_SIZE, epochs=EPOCHS, shuffle=False, verbose=0,
                        callbacks=[batch_logs], **arguments)
    result = {
        "name": name,
        "compile": compile_config,
        "fit": {key: array(value) if isinstance(value, np.ndarray) else value for key, value in fit_config.items()},
        "validation_data": validation is not None,
        "validation_sample_weight": None if validation_weight is None else array(validation_weight),
        "history": {key: [number(v) for v in values] for key, values in history.history.items()},
        "batch_logs": batch_logs.logs,
        "final_weights": [array(w) for w in model.get_weights()],
    }
    if validation is not None:
        evaluated = model.evaluate(*validation, batch_size=BATCH_SIZE, verbose=0, return_dict=True)
        result["evaluate"] = {key: number(value) for key, value in evaluated.items()}
        result["predict"] = array(model.predict(validation[0][:7], batch_size=BATCH_SIZE, verbose=0))
        single = network()
        single.set_weights(weights)
        single.compile(optimizer=getattr(keras.optimizers, compile_config["optimizer"])(
            **compile_config["optimizer_config"]), jit_compile=False, **kept)
        result["train_on_batch"] = [
            {key: number(value) for key, value in
             single.train_on_batch(data[0][:BATCH_SIZE], data[1][:BATCH_SIZE], return_dict=True).items()}
            for _ in range(2)]
    return result


def network_part(name, network, make_data, runs):
    rng = generator(name)
    train, validation = make_data(rng, 70), make_data(rng, 30)
    model = network()
    weights = []
    for w in model.get_weights():
        scale = 0.1 if w.ndim == 1 else np.sqrt(2 / np.prod(w.shape[:-1]))
        weights.append(draw(rng, w.shape, scale, digits=3))
    return {
        "name": name,
        "config": [{"class_name": layer.__class__.__name__,
                    "config": {key: value for key, value in layer.get_config().items()
                               if key in ("units", "filters", "kernel_size", "padding", "activation", "pool_size",
                                          "strides", "kernel_regularizer") and value is not None}} for layer in model.layers],
        "batch_size": BATCH_SIZE,
        "epochs": EPOCHS,
        "x": array(train[0]),
        "y": array(train[1]),
        "validation_x": array(validation[0]),
        "validation_y": array(validation[1]),
        "initial_weights": [array(w) for w in weights],
        "runs": [run(label, network, weights, train, compile_config, fit_config,
                     validation if with_validation else None, validation_weight)
                 for label, compile_config, fit_config, with_validation, validation_weight in runs],
    }


def record():
    rng = generator("weights")
    sample_weight = np.round(rng.uniform(0, 2, 70), 1).astype(np.float32)
    validation_weight = np.round(rng.uniform(0, 2, 30), 1).astype(np.float32)
    adam = {"optimizer": "Adam", "optimizer_config": {"learning_rate": 0.01},
            "loss": "sparse_categorical_crossentropy", "metrics": ["accuracy"]}
    sgd = {"optimizer": "SGD", "optimizer_config": {"learning_rate": 0.2, "momentum": 0.9},
           "loss": "sparse_categorical_crossentropy", "metrics": ["accuracy"]}
    weighted = {**sgd, "weighted_metrics": ["accuracy"]}
    dense = network_part("dense", dense_network, dense_data, [
        ("validation data", adam, {}, True, None),
        ("validation split 0.25", adam, {"validation_split": 0.25}, False, None),
        ("no validation, loss only", {key: value for key, value in adam.items() if key != "metrics"}, {}, False, None),
    ])
    cnn = network_part("cnn", cnn_network, cnn_data, [
        ("plain", sgd, {}, True, None),
        ("sample_weight", weighted, {"sample_weight": sample_weight}, True, validation_weight),
        ("class_weight", weighted, {"class_weight": [0.5, 1.0, 2.0]}, True, None),
        ("validation split 0.2 with sample_weight", weighted,
         {"validation_split": 0.2, "sample_weight": sample_weight}, False, None),
    ])
    write("training", "Whole short training runs of Keras, unshuffled, from recorded weights.", versions(keras, tf),
          networks=[dense, cnn])


if __name__ == "__main__":
    record()
