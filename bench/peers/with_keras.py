"""Keras 3, on the backend that KERAS_BACKEND names: compile and fit, as its guides train."""

import time

import keras
import numpy as np

from common import DEEP_BLOCKS, Data, InferenceTimer


def version(setting):
    name = setting["backend"]
    module = __import__(name)
    return f"keras {keras.__version__} on {name} {module.__version__}"


def set_threads(setting):
    threads = setting["threads"]
    if setting["backend"] == "tensorflow":
        import tensorflow as tf

        tf.config.threading.set_intra_op_parallelism_threads(threads)
        tf.config.threading.set_inter_op_parallelism_threads(threads)
    else:
        from with_jax import hold_to_cores

        hold_to_cores(threads)


def deep_convolutions():
    for block, (filters, count) in enumerate(DEEP_BLOCKS):
        if block > 0:
            yield keras.layers.MaxPooling2D(2)
        for _ in range(count):
            yield keras.layers.Conv2D(filters, 3, padding="same", activation="relu")


def build(workload):
    layers = keras.layers
    if workload["network"] == "deep-cnn":
        parts = [
            keras.Input((28, 28, 1)),
            *deep_convolutions(),
            layers.Flatten(),
            layers.Dense(10, activation="softmax"),
        ]
    elif workload["network"] == "cnn":
        parts = [
            keras.Input((28, 28, 1)),
            layers.Conv2D(32, 3, activation="relu"),
            layers.MaxPooling2D(2),
            layers.Conv2D(64, 3, activation="relu"),
            layers.MaxPooling2D(2),
            layers.Flatten(),
            layers.Dense(128, activation="relu"),
            layers.Dense(10, activation="softmax"),
        ]
    else:
        parts = [
            keras.Input((28, 28)),
            layers.Flatten(),
            layers.Dense(workload.get("hidden", 128), activation="relu"),
            layers.Dropout(0.2),
            layers.Dense(10, activation="softmax"),
        ]
    return keras.Sequential(parts)


# Its documentation recommends several steps in one call for small models, whose steps cost less than Python does.
STEPS_PER_EXECUTION = 50


class EpochEnds(keras.callbacks.Callback):
    def __init__(self):
        super().__init__()
        self.times = []

    def on_epoch_end(self, epoch, logs=None):
        self.times.append(time.perf_counter())


class Training:
    def __init__(self, setting):
        self.workload = setting["workload"]
        self.samples = setting["samples"]
        data = Data(setting)
        shape = (-1, 28, 28, 1) if self.workload["network"] == "cnn" else (-1, 28, 28)
        self.size = self.workload["batchSize"]
        count = max(self.samples, 8 * self.size)
        self.x = data.scaled_images(count).reshape(shape)
        self.y = data.labels[:count]
        self.model = build(self.workload)
        self.model.set_weights(data.weights)
        is_small = self.workload["network"] == "first"
        self.model.compile(
            optimizer="adam",
            loss="sparse_categorical_crossentropy",
            metrics=["accuracy"],
            steps_per_execution=min(STEPS_PER_EXECUTION, self.samples // self.size) if is_small else 1,
        )

    def check(self, request):
        losses = []
        for step in range(request["steps"]):
            rows = slice(step * self.size, (step + 1) * self.size)
            # The metrics begin anew, so that the loss is that of this step.
            self.model.reset_metrics()
            losses.append(float(self.model.train_on_batch(self.x[rows], self.y[rows])[0]))
        return losses

    def round(self):
        ends = EpochEnds()
        self.model.fit(
            self.x[: self.samples],
            self.y[: self.samples],
            batch_size=self.size,
            epochs=2,
            shuffle=True,
            verbose=0,
            callbacks=[ends],
        )
        return [1e6 * (ends.times[1] - ends.times[0]) / self.samples]


def inference(setting):
    data = Data(setting)
    model = build(setting["workload"])
    model.set_weights(data.weights)
    has_channels = setting["workload"]["network"] == "cnn"

    def predict(images):
        # Calling the model, which its documentation suggests for single batches too, takes several times as long.
        return np.asarray(model.predict_on_batch(images[..., None] if has_channels else images))

    return InferenceTimer(setting, data, predict)


class StepCallback(keras.callbacks.Callback):
    """Ends the training after some steps, and remembers the mean loss of the first ones."""

    def __init__(self, task):
        super().__init__()
        self.task = task
        self.loss = None

    def on_train_batch_end(self, batch, logs=None):
        if batch + 1 == self.task["lossSteps"]:
            self.loss = float(logs["loss"])
        if batch + 1 == self.task["steps"]:
            self.model.stop_training = True


def load_and_predict(task):
    """The class probabilities of one image, by a network from a file."""
    image = np.fromfile(task["image"], np.float32).reshape(1, 28, 28, 1)
    if task["file"].endswith(".weights.h5"):
        model = build({"network": "cnn"})
        model.load_weights(task["file"])
    else:
        model = keras.saving.load_model(task["file"])
    return np.asarray(model.predict_on_batch(image)).astype(float).reshape(-1).tolist()


def run_program(task):
    """What program.py is asked for."""
    set_threads(task)
    if task["what"] == "load":
        return {"probabilities": load_and_predict(task)}
    data = Data(task)
    is_memory = task["what"] == "memory"
    network = build(task)
    network.set_weights(data.weights)
    if is_memory:
        # Pixels stay bytes, so that no copy of the data counts that a program could do without.
        x = data.images
        model = keras.Sequential([keras.Input((28, 28), dtype="uint8"), keras.layers.Rescaling(1 / 255)])
        if task["network"] != "first":
            model.add(keras.layers.Reshape((28, 28, 1)))
        for layer in network.layers:
            model.add(layer)
    else:
        x = data.scaled_images(len(data.images))
        x = x[..., None] if task["network"] == "cnn" else x
        model = network
    model.compile(
        optimizer="adam",
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
        steps_per_execution=STEPS_PER_EXECUTION if task["network"] == "first" and task["steps"] is None else 1,
    )
    steps = StepCallback(task)
    model.fit(
        x,
        data.labels,
        batch_size=task["batchSize"],
        epochs=task["epochs"],
        shuffle=not is_memory,
        verbose=0,
        callbacks=[] if task["steps"] is None else [steps],
    )
    if is_memory:
        return {"loss": steps.loss}
    x_test, y_test = data.test_samples()
    x_test = x_test[..., None] if task["network"] == "cnn" else x_test
    return {"accuracy": float(model.evaluate(x_test, y_test, verbose=0)[1])}


def create(setting):
    set_threads(setting)
    kind = setting["workload"]["kind"]
    if kind == "training":
        return Training(setting)
    if kind == "inference":
        return inference(setting)
    raise ValueError("Keras is measured on networks only.")
