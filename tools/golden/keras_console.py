"""Records what Keras prints: summary tables, progress bars and epoch lines, and the order of history keys and hooks.

Time is a clock of the recorder's own, which advances by a fixed amount whenever the progress bar looks at it, so that
the recorded text is the same in every run.
"""

import io
import os
import pty
import subprocess
import sys
import tty
from contextlib import redirect_stdout

os.environ["COLUMNS"] = "80"

from recording import array, draw, generator, number, versions, write

import keras
import numpy as np
import tensorflow as tf
from keras.src.utils import progbar


class Clock:
    """Stands in for the time module: each look advances the time by `tick` seconds."""

    def __init__(self, tick=0.0, now=1000.0):
        self.tick, self.now = tick, now

    def time(self):
        self.now += self.tick
        return self.now


def first(with_input=True):
    layers = keras.layers
    return keras.Sequential(([keras.Input((28, 28))] if with_input else []) + [
        layers.Flatten(), layers.Dense(128, activation="relu"), layers.Dropout(0.2),
        layers.Dense(10, activation="softmax")])


def cnn(with_input=True):
    layers = keras.layers
    return keras.Sequential(([keras.Input((28, 28, 1))] if with_input else []) + [
        layers.Conv2D(32, 3, activation="relu"), layers.MaxPooling2D(2), layers.Conv2D(64, 3, activation="relu"),
        layers.MaxPooling2D(2), layers.Flatten(), layers.Dense(128, activation="relu"),
        layers.Dense(10, activation="softmax")])


def named():
    """Names that need wrapping or cutting, and a model with a name of its own."""
    return keras.Sequential([
        keras.Input((4,)),
        keras.layers.Dense(1000, name="a_layer_whose_name_is_longer_than_its_column_is_wide"),
        keras.layers.Dense(1000, name="short", use_bias=False),
        keras.layers.Reshape((10, 10, 10), name="reshape_to_a_cube"),
        keras.layers.Activation("relu"),
        keras.layers.Flatten()], name="my_model")


def summary_of(model, **options):
    lines = []
    model.summary(print_fn=lambda text, **_: lines.append(text), **options)
    return {"calls": len(lines), "text": "".join(lines)}


def summaries():
    def case(name, make, prepare=lambda model: None, **options):
        keras.backend.clear_session()
        model = make()
        prepare(model)
        return {"name": name, "options": options, **summary_of(model, **options)}

    def compile_only(model):
        model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])

    def train(optimizer, shape):
        def prepare(model):
            model.compile(optimizer=optimizer, loss="sparse_categorical_crossentropy", metrics=["accuracy"])
            model.fit(np.zeros((4, *shape), np.float32), np.zeros(4, np.int32), verbose=0)
        return prepare

    def freeze(model):
        model.layers[1].trainable = False

    for label, make, shape in [("first", first, (28, 28)), ("cnn", cnn, (28, 28, 1))]:
        yield case(f"{label}, built", make)
        yield case(f"{label}, unbuilt", lambda: make(False))
        yield case(f"{label}, unbuilt, compiled", lambda: make(False), compile_only)
        yield case(f"{label}, unbuilt and then fitted with adam", lambda: make(False), train("adam", shape))
        yield case(f"{label}, compiled", make, compile_only)
        yield case(f"{label}, fitted with adam", make, train("adam", shape))
    yield case("first, fitted with sgd", first, train("sgd", (28, 28)))
    yield case("first, fitted with rmsprop", first, train("rmsprop", (28, 28)))
    yield case("first, line_length 100", first, line_length=100)
    yield case("first, line_length 60", first, line_length=60)
    yield case("first, show_trainable", first, freeze, show_trainable=True)
    yield case("first, one layer frozen", first, freeze)
    yield case("long names", named)
    yield case("no layers", keras.Sequential)
    yield case("only an input", lambda: keras.Sequential([keras.Input((3,))]))
    yield case("larger than a megabyte",
               lambda: keras.Sequential([keras.Input((2000,)), keras.layers.Dense(3000)]))


def bars():
    """A progress bar driven step by step. `updates` are [time, current, values, finalize]; time starts at 0."""
    def case(name, target, updates, **options):
        printed = io.StringIO()
        dynamic = options.pop("dynamic", True)
        clock = Clock(now=0.0)
        progbar.time = clock
        with redirect_stdout(printed):
            bar = progbar.Progbar(target=target, stateless_metrics=set(), **options)
            bar._dynamic_display = dynamic
            texts = []
            for now, current, values, finalize in updates:
                clock.now = now
                bar.update(current, [(key, value) for key, value in values], finalize=finalize)
                texts.append(printed.getvalue())
                printed.seek(0)
                printed.truncate()
        return {"name": name, "target": target, "dynamic": dynamic, "options": options,
                "updates": [[now, current, [list(item) for item in values], finalize]
                            for now, current, values, finalize in updates],
                "printed": texts}

    metrics = lambda loss, accuracy: [("accuracy", accuracy), ("loss", loss)]
    plain = [(0.5, 1, metrics(2.3026, 0.125), False), (0.52, 2, metrics(2.1, 0.25), False),
             (0.58, 3, metrics(1.9, 0.3125), False), (0.7, 4, metrics(1.75, 0.4), False),
             (1.9, 5, metrics(1.5, 0.5), False),
             (2.6, 5, metrics(1.5, 0.5) + [("val_accuracy", 0.75), ("val_loss", 1.25)], True)]
    yield case("five steps", 5, plain)
    yield case("five steps, verbose 2", 5, plain, verbose=2)
    yield case("five steps, not dynamic", 5, plain, dynamic=False)
    thousand = [(0.001 * step, step, [("loss", 10.0 / step)], False) for step in (1, 60, 120, 1000, 1874, 1875)]
    yield case("1875 steps of a millisecond", 1875, thousand + [(1.875, 1875, [("loss", 0.0053)], True)])
    slow = [(2.0, 1, [("loss", 1.0)], False), (65.0, 30, [("loss", 1.0)], False), (70.0, 31, [("loss", 1.0)], False),
            (4000.0, 40, [("loss", 1.0)], False), (90000.0, 50, [("loss", 1.0)], False),
            (400000.0, 100, [("loss", 1.0)], True)]
    yield case("seconds, minutes and hours to go", 100, slow)
    times = [(t, 1, [("loss", 0.5)], True) for t in (0.0, 4e-7, 2.5e-4, 9.994e-4, 9.996e-4, 1e-3, 0.0125, 0.9994,
                                                     0.9996, 1.0, 1.5, 2.5, 59.6, 3700.0)]
    for update in times:
        yield case(f"one step of {update[0]} s", 1, [update])
        yield case(f"one step of {update[0]} s, verbose 2", 1, [update], verbose=2)
    values = [0.0, 1.0, 0.001, 0.0010001, 0.00099999, 1e-7, -0.5, -0.0005, 123456.789, 1e10, 0.99995, 0.00995,
              float("nan"), float("inf")]
    for value in values:
        for verbose in (1, 2):
            result = case(f"a metric of {value}, verbose {verbose}", 1, [(0.25, 1, [("loss", value)], True)],
                          verbose=verbose)
            result["updates"][0][2][0][1] = number(value, single=False)
            yield result
    shrinking = [(0.1, 1, [("loss", 123456.789)], False), (0.2, 2, [("loss", 1.0)], False),
                 (0.3, 3, [("loss", 1.0)], True)]
    yield case("a line that shrinks is overwritten with spaces", 3, shrinking)
    unknown = [(0.1, 1, [("loss", 1.0)], False), (0.2, 2, [("loss", 0.5)], False), (1.3, 12, [("loss", 0.25)], False)]
    yield case("unknown number of steps", None, unknown)
    yield case("no metrics", 4, [(0.1, 1, [], False), (0.2, 2, [], False), (0.4, 4, [], True)])
    yield case("no metrics, verbose 2", 4, [(0.1, 1, [], False), (0.4, 4, [], True)], verbose=2)


def small_model():
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(4, activation="relu"),
                              keras.layers.Dense(2, activation="softmax")])
    rng = generator("console")
    model.set_weights([draw(rng, w.shape) for w in model.get_weights()])
    model.compile(optimizer=keras.optimizers.SGD(0.1), loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    x, y = draw(rng, (10, 3)), rng.integers(0, 2, 10).astype(np.int32)
    return model, x, y


def print_run(what, verbose, tick):
    """Runs in a process of its own, whose output is captured."""
    progbar.time = Clock(tick)
    model, x, y = small_model()
    options = {"batch_size": 4, "verbose": verbose}
    if what == "fit":
        model.fit(x, y, epochs=2, shuffle=False, validation_data=(x[:5], y[:5]), **options)
    elif what == "fit one epoch":
        model.fit(x, y, epochs=1, shuffle=False, **options)
    elif what == "evaluate":
        model.evaluate(x, y, **options)
    elif what == "predict":
        model.predict(x, **options)
    elif what == "summary":
        model.summary()


def capture(arguments, terminal):
    command = [sys.executable, "-B", __file__, "--print", *map(str, arguments)]
    environment = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "80", "LINES": "24"}
    if not terminal:
        return subprocess.run(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                              check=True).stdout.decode()
    ours, theirs = pty.openpty()
    tty.setraw(theirs)  # Otherwise the terminal turns each \n into \r\n.
    with subprocess.Popen(command, env=environment, stdout=theirs, stderr=subprocess.DEVNULL) as process:
        os.close(theirs)
        parts = []
        while True:
            try:
                part = os.read(ours, 65536)
            except OSError:  # How Linux says that the other end has been closed.
                break
            if not part:
                break
            parts.append(part)
        if process.wait() != 0:
            raise RuntimeError(f"{command} failed")
    os.close(ours)
    return b"".join(parts).decode()


def runs():
    for what in ["fit", "fit one epoch", "evaluate", "predict"]:
        for verbose in [1, 2]:
            for terminal in [False, True]:
                yield {"what": what, "verbose": verbose, "terminal": terminal, "tick": 0.06,
                       "printed": capture([what, verbose, 0.06], terminal)}
    # At 0.02 s a look, the refresh interval of 0.05 s leaves updates out.
    yield {"what": "fit", "verbose": 1, "terminal": True, "tick": 0.02, "printed": capture(["fit", 1, 0.02], True)}
    for terminal in [False, True]:
        yield {"what": "summary", "verbose": 1, "terminal": terminal, "tick": 0,
               "printed": capture(["summary", 1, 0], terminal)}


HOOKS = [f"on_{part}_{end}" for part in ("train", "epoch", "train_batch", "test", "test_batch", "predict",
                                         "predict_batch") for end in ("begin", "end")]


def hook_recorder(calls):
    """A callback that notes each hook, its first argument where it has one, and the keys of its logs in order."""
    def make(name):
        def hook(self, *arguments, **keywords):
            logs = keywords.get("logs", arguments[-1] if arguments and isinstance(arguments[-1], dict) else None)
            index = [a for a in arguments if isinstance(a, int)]
            keys = None if logs is None else list(logs)
            if name.startswith("on_predict_batch") and keys is not None:
                keys = sorted(keys)
            calls.append([name, index[0] if index else None, keys])
        return hook

    return type("Recorder", (keras.callbacks.Callback,), {name: make(name) for name in HOOKS})()


def hook_orders():
    for name, act in [
        ("fit, 2 epochs, 3 batches, validation of 2 batches",
         lambda m, x, y, c: m.fit(x, y, batch_size=4, epochs=2, validation_data=(x[:5], y[:5]), verbose=0, callbacks=c)),
        ("fit without validation", lambda m, x, y, c: m.fit(x, y, batch_size=5, verbose=0, callbacks=c)),
        ("fit from initial_epoch 1 to 3",
         lambda m, x, y, c: m.fit(x, y, batch_size=10, initial_epoch=1, epochs=3, verbose=0, callbacks=c)),
        ("evaluate", lambda m, x, y, c: m.evaluate(x, y, batch_size=5, verbose=0, callbacks=c)),
        ("predict", lambda m, x, y, c: m.predict(x, batch_size=5, verbose=0, callbacks=c)),
    ]:
        model, x, y = small_model()
        calls = []
        callback = hook_recorder(calls)
        result = act(model, x, y, [callback])
        case = {"name": name, "calls": calls, "params": callback.params}
        if isinstance(result, keras.callbacks.History):
            case.update(history_keys=list(result.history), history_epoch=result.epoch, history_params=result.params)
        yield case


def history_orders():
    """The order of the keys of history for several metrics, sorted by Keras and not in the order of compile."""
    for metrics in [[], ["accuracy"], ["mse", "accuracy"], ["accuracy", "mae", "mse"],
                    [keras.metrics.SparseCategoricalAccuracy(name="zeta"), "accuracy"]]:
        model, x, y = small_model()
        shown = [m if isinstance(m, str) else m.name for m in metrics]
        if "mse" in shown or "mae" in shown:
            y = np.eye(2, dtype=np.float32)[y]
        loss = "categorical_crossentropy" if y.ndim == 2 else "sparse_categorical_crossentropy"
        model.compile(optimizer="sgd", loss=loss, metrics=metrics)
        history = model.fit(x, y, validation_split=0.5, verbose=0)
        evaluated = model.evaluate(x, y, verbose=0, return_dict=True)
        yield {"metrics": shown, "history_keys": list(history.history), "metrics_names": model.metrics_names,
               "evaluate_keys": list(evaluated), "evaluate_count": int(np.size(model.evaluate(x, y, verbose=0)))}


def record():
    orders = list(hook_orders())
    model, x, y = small_model()
    network = {"layers": "input 3, dense 4 relu, dense 2 softmax; SGD at 0.1; batches of 4; validation on the first 5",
               "weights": [array(w) for w in model.get_weights()], "x": array(x), "y": array(y)}
    parts = {"summaries": list(summaries()), "history": list(history_orders()), "callbacks": orders,
             "bars": list(bars()), "network": network, "runs": list(runs())}
    write("keras_console", "What Keras prints, in 80 columns, by a clock that advances by `tick` a look.",
          versions(keras, tf), **parts)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--print"]:
        print_run(sys.argv[2], int(sys.argv[3]), float(sys.argv[4]))
    else:
        record()
