"""Records what TensorFlow and Keras write into event files, and what TensorBoard reads from one that Nacre wrote.

Needs `npm run build` before: tools/golden/write_events.mjs writes the file with the built package.
"""

import base64
import glob
import json
import subprocess
import sys
import tempfile
from pathlib import Path

from recording import draw, generator, number, versions, write

import keras
import numpy as np
import tensorboard
import tensorflow as tf
from keras.src.callbacks.tensorboard import keras_model_summary
from tensorboard import context
from tensorboard.backend.event_processing import data_provider, plugin_event_multiplexer
from tensorboard.compat.proto import event_pb2, graph_pb2
from tensorboard.plugins.graph import keras_util
from tensorboard.plugins.histogram import summary_v2 as histograms

HERE = Path(__file__).resolve().parent
WALL_TIME = 1700000000.5


def base64_of(data):
    return base64.b64encode(data).decode("ascii")


def events_in(folder):
    """The events below a folder, file by file, without the first of each, which names the version."""
    for path in sorted(glob.glob(f"{folder}/**/*tfevents*", recursive=True)):
        for record in tf.data.TFRecordDataset(path):
            event = event_pb2.Event.FromString(record.numpy())
            if not event.file_version:
                yield event


def record_values():
    """Single values as tf.summary writes them, each as the bytes of an event with a time that does not change."""
    rng = generator("event values")
    scalars = [("loss", 0, 0.25), ("loss", 7, 1e-8), ("épreuve/überall", 2**40, -3.5)]
    weights = draw(rng, (4, 5))
    pixels = np.asarray(rng.integers(0, 256, (2, 3, 4, 1)), dtype=np.uint8)
    colours = np.asarray(rng.integers(0, 256, (1, 2, 2, 3)), dtype=np.uint8)
    model = keras.Sequential([keras.Input((3,), name="given"), keras.layers.Dense(2, name="out")], name="net")
    inputs = [{"kind": "scalar", "tag": tag, "step": step, "value": value} for tag, step, value in scalars]
    inputs.append({"kind": "histogram", "tag": "weights", "step": 3, "data": [number(w) for w in weights.ravel()]})
    inputs.append({"kind": "images", "tag": "grey", "step": 1, "shape": list(pixels.shape), "data": pixels.ravel().tolist()})
    inputs.append({"kind": "images", "tag": "colour", "step": 0, "shape": list(colours.shape), "data": colours.ravel().tolist()})
    inputs.append({"kind": "model", "tag": "keras", "step": 0, "json": model.to_json()})
    with tempfile.TemporaryDirectory() as folder:
        with tf.summary.create_file_writer(folder).as_default():
            for tag, step, value in scalars:
                tf.summary.scalar(tag, value, step=step)
            tf.summary.histogram("weights", weights, step=3)
            tf.summary.image("grey", pixels, step=1)
            tf.summary.image("colour", colours, step=0)
            keras_model_summary("keras", model, step=0)
        events = list(events_in(folder))
    assert len(events) == len(inputs)
    for given, event in zip(inputs, events, strict=True):
        event.wall_time = WALL_TIME
        given["event"] = base64_of(event.SerializeToString())
    return inputs


def record_histograms():
    cases = {
        "normal values": draw(generator("histogram"), (200,)),
        "one value many times": np.full(7, 0.3, np.float32),
        "two values": np.asarray([1, 2, 2], np.float32),
        "values on the edges": np.arange(31, dtype=np.float32),
        "no values": np.zeros(0, np.float32),
        "very small and very large": np.asarray([1e-30, 3e38, -3e38, 0], np.float32),
    }
    return [
        {"name": name, "data": [number(v) for v in data],
         "rows": [number(v, single=False) for v in histograms._buckets(tf.constant(data)).numpy().ravel()]}
        for name, data in cases.items()
    ]


def read_with_tensorboard(folder):
    """What TensorBoard's own data provider, from which its pages are fed, finds below a folder."""
    multiplexer = plugin_event_multiplexer.EventMultiplexer().AddRunsFromDirectory(folder)
    multiplexer.Reload()
    provider = data_provider.MultiplexerDataProvider(multiplexer, folder)
    ctx = context.RequestContext()
    about = dict(experiment_id="", downsample=100)
    seen = {"scalars": {}, "histograms": {}, "images": {}, "models": {}, "graphs": {}}
    for run, tags in provider.read_scalars(ctx, plugin_name="scalars", **about).items():
        seen["scalars"][run] = {tag: [[p.step, number(p.value)] for p in points] for tag, points in tags.items()}
    for run, tags in provider.read_tensors(ctx, plugin_name="histograms", **about).items():
        seen["histograms"][run] = {
            tag: [[p.step, [number(v, single=False) for v in p.numpy.ravel()]] for p in points]
            for tag, points in tags.items()
        }
    for run, tags in provider.read_blob_sequences(ctx, plugin_name="images", **about).items():
        seen["images"][run] = {}
        for tag, points in tags.items():
            seen["images"][run][tag] = []
            for p in points:
                width, height, *files = [provider.read_blob(ctx, blob_key=v.blob_key) for v in p.values]
                pictures = [tf.io.decode_png(file).numpy() for file in files]
                assert all(f"{i.shape[1]} {i.shape[0]}" == f"{width.decode()} {height.decode()}" for i in pictures)
                seen["images"][run][tag].append([p.step, [[list(i.shape), i.ravel().tolist()] for i in pictures]])
    for run, tags in provider.read_blob_sequences(ctx, plugin_name="graph_keras_model", **about).items():
        for tag, points in tags.items():
            described = json.loads(provider.read_blob(ctx, blob_key=points[0].values[0].blob_key))
            graph = keras_util.keras_model_to_graph_def(described)
            seen["models"][run] = {
                tag: [[n.name, n.attr["keras_class"].s.decode(), list(n.input)] for n in graph.node]
            }
    for run, tags in provider.read_blob_sequences(ctx, plugin_name="graphs", **about).items():
        for points in tags.values():
            graph = graph_pb2.GraphDef.FromString(provider.read_blob(ctx, blob_key=points[0].values[0].blob_key))
            seen["graphs"][run] = [
                {"name": n.name, "op": n.op, "inputs": list(n.input),
                 "shape": [d.size if d.size >= 0 else None for d in n.attr["_output_shapes"].list.shape[0].dim]}
                for n in graph.node
            ]
    return seen


GRAPH = [
    {"name": "net/given", "op": "InputLayer", "inputs": [], "shape": [None, 3]},
    {"name": "net/out", "op": "Dense", "inputs": ["net/given"], "shape": [None, 2]},
]


def record_file(values):
    """A file that Nacre writes from `values`, its bytes and what TensorBoard finds in it."""
    with tempfile.TemporaryDirectory() as folder:
        request = {"directory": f"{folder}/train", "wallTime": WALL_TIME, "values": values, "graph": GRAPH}
        subprocess.run(["node", str(HERE / "write_events.mjs")], input=json.dumps(request), text=True, check=True)
        (path,) = glob.glob(f"{folder}/train/*")
        return {"name": Path(path).name, "graph": GRAPH, "bytes": base64_of(Path(path).read_bytes()), "seen": read_with_tensorboard(folder)}


# Every batch count is a multiple of update_freq: at others Keras 3 leaves out the values of epochs and evaluations too.
RUNS = [
    ("as it is", {}),
    ("histograms and images", {"histogram_freq": 1, "write_images": True}),
    ("histograms of every second epoch, no graph", {"histogram_freq": 2, "write_graph": False}),
    ("every batch, steps a second", {"update_freq": "batch", "write_steps_per_second": True}),
    ("every second batch", {"update_freq": 2}),
    ("steps a second", {"write_steps_per_second": True}),
]


def record_runs():
    """For each option of Keras's callback, the tags, steps and shapes of what it writes, in order."""
    rng = generator("event runs")
    x, y = draw(rng, (16, 4, 4, 1)), np.asarray(rng.integers(0, 2, 16))
    runs = []
    for name, options in RUNS:
        schedule = keras.optimizers.schedules.ExponentialDecay(0.5, 2, 0.5)
        model = keras.Sequential([
            keras.Input((4, 4, 1), name="given"), keras.layers.Conv2D(3, 2, name="conv"),
            keras.layers.Flatten(name="flat"), keras.layers.Dense(2, activation="softmax", name="out"),
        ], name="net")
        model.compile(keras.optimizers.SGD(schedule), "sparse_categorical_crossentropy", metrics=["accuracy"])
        with tempfile.TemporaryDirectory() as folder:
            callback = keras.callbacks.TensorBoard(folder, **options)
            model.fit(x, y, batch_size=4, epochs=2, validation_data=(x[:8], y[:8]), verbose=0, callbacks=[callback])
            model.evaluate(x[:8], y[:8], batch_size=4, verbose=0, callbacks=[callback])
            del callback  # its file of the evaluation is written out when it goes
            written = {}
            for part in ("train", "validation"):
                written[part] = [
                    [value.tag, event.step, value.metadata.plugin_data.plugin_name,
                     [d.size for d in value.tensor.tensor_shape.dim]]
                    for event in events_in(f"{folder}/{part}") for value in event.summary.value
                ]
                rates = [
                    number(tf.make_ndarray(value.tensor).item()) for event in events_in(f"{folder}/train")
                    for value in event.summary.value if value.tag == "epoch_learning_rate"
                ]
        runs.append({"name": name, "options": options, **written, "learning_rates": rates})
    return runs


def record():
    values = record_values()
    write("event_files", "Event files: what TensorFlow and Keras write, and what TensorBoard reads of Nacre's.",
          versions(keras, tf, tensorboard),
          wall_time=WALL_TIME, values=values, histograms=record_histograms(), runs=record_runs(),
          file=record_file([{k: v for k, v in value.items() if k != "event"} for value in values]))


if __name__ == "__main__":
    record()
