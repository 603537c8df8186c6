"""Records the metrics: which accuracy a name resolves to for the shapes at hand, and running results batch by batch."""

from recording import array, draw, generator, number, versions, write

import keras
import numpy as np
import tensorflow as tf
from keras.src.trainers.compile_utils import get_metric

BATCHES = [4, 4, 3]


def metric_case(name, identifier, y_true, y_pred, sample_weight=None):
    """Feeds the rows in batches of 4, 4 and 3 and records the result after each."""
    metric = get_metric(identifier, y_true, y_pred)
    resolved = metric._fn.__name__ if hasattr(metric, "_fn") else type(metric).__name__
    results, start = [], 0
    for size in BATCHES:
        rows = slice(start, start + size)
        metric.update_state(y_true[rows], y_pred[rows], None if sample_weight is None else sample_weight[rows])
        results.append(number(metric.result()))
        start += size
    return {
        "name": f"{identifier}: {name}",
        "metric": identifier,
        "class": type(metric).__name__,
        "function": resolved,
        "batches": BATCHES,
        "y_true": array(y_true),
        "y_pred": array(y_pred),
        "sample_weight": None if sample_weight is None else array(sample_weight),
        "results": results,
    }


def softmax(x):
    e = np.exp(x - x.max(-1, keepdims=True))
    return np.round(e / e.sum(-1, keepdims=True), 3).astype(np.float32)


def accuracy_cases():
    n = sum(BATCHES)
    rng = generator("accuracy")
    weight = np.array([1, 2, 0, 0.5, 1, 3, 1, 0, 0.25, 2, 1], np.float32)
    labels = rng.integers(0, 3, n)
    p = softmax(rng.standard_normal((n, 3)))
    logits = draw(rng, (n, 3))
    eye = np.eye(3, dtype=np.float32)
    binary = rng.integers(0, 2, n)
    q = np.round(rng.random((n, 1)), 2).astype(np.float32)
    # Exactly the threshold counts as class 0.
    q[1], q[5] = 0.5, 0.5
    tied = np.array([[0.4, 0.4, 0.2], [0.2, 0.4, 0.4], [1 / 3, 1 / 3, 1 / 3]], np.float32)[np.arange(n) % 3]
    table = [
        ("labels (n,) int32, predictions (n, 3)", labels.astype(np.int32), p),
        ("labels (n, 1) int32, predictions (n, 3)", labels.astype(np.int32)[:, None], p),
        ("labels (n,) uint8, predictions (n, 3)", labels.astype(np.uint8), p),
        ("labels (n,) float32, predictions (n, 3)", labels.astype(np.float32), p),
        ("labels (n,) int32, logits (n, 3)", labels.astype(np.int32), logits),
        ("one-hot (n, 3), predictions (n, 3)", eye[labels], p),
        ("one-hot (n, 3), logits (n, 3)", eye[labels], logits),
        ("labels (n,), ties: the first of the largest wins", labels.astype(np.int32), tied),
        ("one-hot (n, 3), ties: the first of the largest wins", eye[labels], tied),
        ("targets (n, 1) float32, predictions (n, 1)", binary.astype(np.float32)[:, None], q),
        ("targets (n,) int32, predictions (n, 1)", binary.astype(np.int32), q),
        ("targets (n, 2) multi-hot, predictions (n, 2): categorical", rng.integers(0, 2, (n, 2)).astype(np.float32),
         np.round(rng.random((n, 2)), 2).astype(np.float32)),
        ("labels (n, 2), predictions (n, 2, 3)", rng.integers(0, 3, (n, 2)).astype(np.int32),
         softmax(rng.standard_normal((n, 2, 3)))),
        ("one-hot (n, 2, 3), predictions (n, 2, 3)", eye[rng.integers(0, 3, (n, 2))],
         softmax(rng.standard_normal((n, 2, 3)))),
        ("targets (n, 2, 1), predictions (n, 2, 1)", rng.integers(0, 2, (n, 2, 1)).astype(np.float32),
         np.round(rng.random((n, 2, 1)), 2).astype(np.float32)),
    ]
    for name, y_true, y_pred in table:
        yield metric_case(name, "accuracy", y_true, y_pred)
        wide = y_pred.ndim == 3
        yield metric_case(f"{name}, weighted", "accuracy", y_true, y_pred, weight[:, None] if wide else weight)
    yield metric_case("labels (n,), predictions (n, 3)", "acc", labels.astype(np.int32), p)
    # The named forms keep their meaning whatever the shapes.
    yield metric_case("targets (n, 2), predictions (n, 2)", "binary_accuracy",
                      rng.integers(0, 2, (n, 2)).astype(np.float32), np.round(rng.random((n, 2)), 2).astype(np.float32))
    yield metric_case("one-hot", "categorical_accuracy", eye[labels], p)
    yield metric_case("labels", "sparse_categorical_accuracy", labels.astype(np.int32), p)


def regression_cases():
    n = sum(BATCHES)
    weight = np.array([1, 2, 0, 0.5, 1, 3, 1, 0, 0.25, 2, 1], np.float32)
    for identifier in ["mean_squared_error", "mean_absolute_error"]:
        rng = generator(identifier)
        for shape in [(n, 3), (n, 1), (n, 2, 2)]:
            y_true, y_pred = draw(rng, shape), draw(rng, shape)
            yield metric_case(f"{list(shape)}", identifier, y_true, y_pred)
            w = weight[:, None] if len(shape) == 3 else weight
            yield metric_case(f"{list(shape)}, weighted", identifier, y_true, y_pred, w)
        yield metric_case("targets (n,), predictions (n, 1)", identifier, draw(rng, (n,)), draw(rng, (n, 1)))


def record():
    write("metrics", "Keras metrics: how 'accuracy' resolves, and the running result after each batch.",
          versions(keras, tf), cases=[*accuracy_cases(), *regression_cases()])


if __name__ == "__main__":
    record()
