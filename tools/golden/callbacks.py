"""Records what Keras's callbacks decide over given histories: when they stop, reduce, save, and what they print and write."""

import contextlib
import io
import tempfile
from pathlib import Path

from recording import generator, number, versions, write

import keras
import numpy as np
import tensorflow as tf
from keras import callbacks


class Model:
    """Weights that are the number of the epoch, and a record of what is done to them."""

    def __init__(self):
        self.stop_training = False
        self.epoch = None
        self.restored = None
        self.saved = []
        self.optimizer = keras.optimizers.SGD(0.1)

    def get_weights(self):
        return self.epoch

    def set_weights(self, weights):
        self.restored = weights

    def save(self, path, overwrite=True):
        self.saved.append(str(path))


def drive(callback, histories, model, each=lambda epoch, logs: None):
    """Runs a callback over epochs with these logs, until it stops training. Returns the epochs run and the text printed."""
    printed = io.StringIO()
    epochs = 0
    with contextlib.redirect_stdout(printed):
        callback.set_model(model)
        callback.on_train_begin()
        for epoch, logs in enumerate(histories):
            model.epoch = epoch
            callback.on_epoch_begin(epoch)
            callback.on_epoch_end(epoch, logs)
            each(epoch, logs)
            epochs += 1
            if model.stop_training:
                break
        callback.on_train_end()
    return epochs, printed.getvalue()


def values(name, count=14, drift=-0.02, digits=3):
    """A walk that falls by `drift` an epoch and plateaus at times, rounded so that ties occur."""
    rng = generator(name)
    return [float(v) for v in np.round(1 + np.cumsum(rng.standard_normal(count) * 0.05 + drift), digits)]


EARLY = [
    {}, {"patience": 2}, {"patience": 3, "restore_best_weights": True}, {"patience": 2, "min_delta": 0.05},
    {"patience": 2, "min_delta": -0.05, "restore_best_weights": True}, {"patience": 2, "baseline": 0.9},
    {"patience": 2, "baseline": 0.2, "restore_best_weights": True}, {"patience": 1, "start_from_epoch": 4},
    {"patience": 2, "mode": "max"}, {"monitor": "val_accuracy", "patience": 2},
    {"patience": 4, "start_from_epoch": 3, "restore_best_weights": True}, {"patience": 100, "restore_best_weights": True},
]


def early_stopping():
    for index, options in enumerate(EARLY):
        for drift in (-0.03, 0.0, 0.03):
            monitor = options.get("monitor", "val_loss")
            history = values(f"early {index} {drift}", drift=drift)
            model = Model()
            # Only what a name tells is recorded: the stub has no metrics that would tell Keras.
            mode = {"mode": "max"} if monitor == "val_accuracy" else {}
            callback = callbacks.EarlyStopping(verbose=1, **{**mode, **options})
            epochs, printed = drive(callback, [{"loss": 1.0, monitor: v} for v in history], model)
            yield {"options": options, "values": history, "epochs": epochs, "stopped_epoch": callback.stopped_epoch,
                   "best_epoch": callback.best_epoch, "restored": model.restored, "printed": printed}


PLATEAU = [
    {"patience": 1}, {"patience": 2, "factor": 0.5}, {"patience": 0, "factor": 0.3}, {"patience": 1, "cooldown": 2},
    {"patience": 1, "min_lr": 0.004, "factor": 0.25}, {"patience": 1, "min_delta": 0.05}, {"patience": 1, "mode": "max"},
    {"patience": 1, "factor": 0.1, "min_lr": 0.1}, {"patience": 2, "cooldown": 1, "factor": 0.9, "min_delta": 0},
]


def reduce_lr():
    for index, options in enumerate(PLATEAU):
        for drift in (-0.03, 0.02):
            history = values(f"plateau {index} {drift}", drift=drift)
            model = Model()
            rates, shown = [], []

            def note(epoch, logs):
                rates.append(number(float(model.optimizer.learning_rate.numpy())))
                shown.append(number(logs["learning_rate"]))

            _, printed = drive(callbacks.ReduceLROnPlateau(verbose=1, **options),
                               [{"val_loss": v} for v in history], model, note)
            yield {"options": options, "values": history, "rates": rates, "logged": shown, "printed": printed}


def scheduler():
    for name, schedule in [("half", lambda epoch, rate: rate * 0.5), ("third from epoch 2", lambda epoch, rate: 0.01 / 3
                                                                      if epoch >= 2 else rate)]:
        model = Model()
        logged = []
        _, printed = drive(callbacks.LearningRateScheduler(schedule, verbose=1), [{"loss": 1.0} for _ in range(4)], model,
                           lambda epoch, logs: logged.append(number(logs["learning_rate"])))
        yield {"name": name, "logged": logged, "printed": printed}


CSV = [
    ("plain", {}, [{"loss": 0.5, "accuracy": 0.25}, {"loss": 1e-05, "accuracy": 1.0}]),
    ("with validation", {}, [{"loss": 0.1, "val_loss": 123456789.125}, {"loss": 2e16, "val_loss": 1e-4}]),
    ("another separator", {"separator": ";"}, [{"loss": 0.5, "a;b": 1.0}]),
    ("what an epoch lacks", {}, [{"loss": 0.5, "val_loss": 0.25}, {"loss": 0.25}, {"loss": 0.1, "other": 3.0}]),
    ("numbers that are none", {}, [{"loss": float("nan"), "mae": float("inf")}]),
]


def csv():
    for name, options, logs in CSV:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "log.csv"
            texts = []
            for append in (False, True):
                drive(callbacks.CSVLogger(str(path), append=append, **options), logs, Model())
                texts.append(path.read_bytes().decode())
        yield {"name": name, "options": options,
               "logs": [{k: number(v, single=False) for k, v in log.items()} for log in logs],
               "text": texts[0], "appended": texts[1]}


CHECKPOINT = [
    {}, {"save_best_only": True}, {"save_best_only": True, "mode": "max"},
    {"save_best_only": True, "initial_value_threshold": 0.9}, {"save_best_only": True, "monitor": "val_missing", "mode": "min"},
]


def checkpoint():
    for index, options in enumerate(CHECKPOINT):
        history = values(f"checkpoint {index}", count=6)
        model = Model()
        callback = callbacks.ModelCheckpoint("{epoch:02d}-{val_loss:.2f}.keras", verbose=1, **options)
        _, printed = drive(callback, [{"loss": 1.0, "val_loss": v} for v in history], model)
        yield {"options": options, "values": history, "saved": model.saved, "printed": printed}


PATTERNS = ["{epoch}", "{epoch:02d}", "{epoch:3d}", "{val_loss:.2f}", "{val_loss:.4f}", "{val_loss}", "{val_loss:08.3f}",
            "{val_loss:.1e}", "{val_loss:.1%}", "a-{epoch:04d}/{val_loss:.0f}-{loss:f}", "{val_loss:12.3f}", "{loss:06.1f}"]


def patterns():
    numbers = [{"epoch": 3, "val_loss": 0.125, "loss": -1.5}, {"epoch": 123, "val_loss": 1234.5678, "loss": 1e-7},
               {"epoch": 10, "val_loss": 2.5, "loss": 3.0}]
    for pattern in PATTERNS:
        yield {"pattern": pattern, "values": numbers, "texts": [pattern.format(**n) for n in numbers]}


NEEDED = {"MeanIoU": {"num_classes": 2}, "IoU": {"num_classes": 2, "target_class_ids": [0]}, "OneHotMeanIoU": {"num_classes": 2},
          "OneHotIoU": {"num_classes": 2, "target_class_ids": [0]}, "PrecisionAtRecall": {"recall": 0.5},
          "RecallAtPrecision": {"precision": 0.5}, "SensitivityAtSpecificity": {"specificity": 0.5},
          "SpecificityAtSensitivity": {"sensitivity": 0.5}, "MeanMetricWrapper": None}


def directions():
    """Whether more or less is better, for each metric under its default name."""
    for name, cls in sorted(vars(keras.metrics).items()):
        if not isinstance(cls, type) or NEEDED.get(name, {}) is None:
            continue
        metric = cls(**NEEDED.get(name, {}))
        if hasattr(metric, "_direction"):
            yield {"name": metric.name, "direction": metric._direction}


if __name__ == "__main__":
    write("callbacks", "What Keras's callbacks decide, print and write over given histories.", versions(keras, tf),
          early_stopping=list(early_stopping()), reduce_lr=list(reduce_lr()), scheduler=list(scheduler()),
          csv=list(csv()), checkpoint=list(checkpoint()), patterns=list(patterns()), directions=list(directions()))
