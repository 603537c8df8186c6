"""Records the losses: reduced and per-sample values, and the gradient of the reduced value to the predictions."""

from recording import array, draw, generator, number, versions, write

import keras
import numpy as np
import tensorflow as tf

WEIGHTS = np.array([1, 0.5, 0, 2, 1.5], np.float32)


def loss_case(name, class_name, config, y_true, y_pred, sample_weight=None):
    prediction = tf.Variable(y_pred)
    make = lambda reduction: getattr(keras.losses, class_name)(reduction=reduction, **config)
    with tf.GradientTape() as tape:
        reduced = make("sum_over_batch_size")(y_true, prediction.value(), sample_weight)
    return {
        "name": f"{class_name} {name}",
        "loss": class_name,
        "config": config,
        "y_true": array(y_true),
        "y_pred": array(y_pred),
        "sample_weight": None if sample_weight is None else array(sample_weight),
        "reduced": number(reduced),
        "sum": number(make("sum")(y_true, y_pred, sample_weight)),
        "per_sample": array(make("none")(y_true, y_pred, sample_weight)),
        "gradient": array(tape.gradient(reduced, prediction)),
    }


def with_weights(name, class_name, config, y_true, y_pred):
    """The case without sample weights and with one weight a sample; Keras wants (n, 1) beside per-sample rank 2."""
    yield loss_case(name, class_name, config, y_true, y_pred)
    sample_weight = WEIGHTS[: len(y_pred)]
    if y_pred.ndim == 3:
        sample_weight = sample_weight[:, None]
    yield loss_case(f"{name}, weighted", class_name, config, y_true, y_pred, sample_weight)


def probabilities(rng, shape):
    """Rows that sum to 1 up to rounding, as softmax gives them."""
    e = np.exp(rng.standard_normal(shape))
    return np.round(e / e.sum(-1, keepdims=True), 4).astype(np.float32)


def one_hot(labels, classes):
    return np.eye(classes, dtype=np.float32)[labels]


def regression_cases():
    for class_name in ["MeanSquaredError", "MeanAbsoluteError"]:
        rng = generator(class_name)
        for shape in [(5, 3), (4, 2, 3), (5, 1)]:
            yield from with_weights(f"rank {len(shape)} {list(shape)}", class_name, {}, draw(rng, shape),
                                    draw(rng, shape))
        y = draw(rng, (4, 3))
        yield loss_case("where predictions equal targets", class_name, {}, y, y.copy())
        yield loss_case("targets (n,) for predictions (n, 1)", class_name, {}, draw(rng, (4,)), draw(rng, (4, 1)))
        yield loss_case("integer targets", class_name, {}, np.array([[1, 0], [3, 2]], np.int32), draw(rng, (2, 2)))
        yield loss_case("rank 3, a weight for each inner row", class_name, {}, draw(rng, (2, 3, 2)),
                        draw(rng, (2, 3, 2)), np.array([[1, 0, 2], [0.5, 1, 3]], np.float32))


def binary_cases():
    name = "BinaryCrossentropy"
    rng = generator(name)
    for smoothing in [0.0, 0.1]:
        for from_logits in [False, True]:
            config = {"from_logits": from_logits, "label_smoothing": smoothing}
            label = f"{'logits' if from_logits else 'probabilities'}, smoothing {smoothing}"
            for shape in [(5, 3), (5, 1), (4, 2, 3)]:
                y = (rng.random(shape) < 0.5).astype(np.float32)
                p = draw(rng, shape, 2) if from_logits else np.round(rng.uniform(0.02, 0.98, shape), 3).astype(np.float32)
                yield from with_weights(f"{label}, {list(shape)}", name, config, y, p)
    extremes = np.array([[0, 1], [1, 0], [0, 1], [1e-8, 1 - 6e-8], [1e-7, 0.5]], np.float32)
    truth = np.array([[0, 1], [0, 1], [1, 0], [1, 0], [0, 1]], np.float32)
    for smoothing in [0.0, 0.1]:
        yield loss_case(f"probabilities at exactly 0 and 1, smoothing {smoothing}", name,
                        {"label_smoothing": smoothing}, truth, extremes)
    logits = np.array([[0, 30], [-30, 100], [-100, 0], [300, -300], [1e-4, -1e-4]], np.float32)
    yield loss_case("extreme logits", name, {"from_logits": True}, truth, logits)
    yield loss_case("soft targets", name, {}, np.array([[0.3, 0.8], [1, 0.05]], np.float32),
                    np.array([[0.4, 0.6], [0.9, 0.2]], np.float32))
    yield loss_case("targets (n,) for predictions (n, 1), uint8", name, {}, np.array([1, 0, 1], np.uint8),
                    np.array([[0.75], [0.5], [0.125]], np.float32))


def categorical_cases():
    name = "CategoricalCrossentropy"
    rng = generator(name)
    for smoothing in [0.0, 0.1]:
        for from_logits in [False, True]:
            config = {"from_logits": from_logits, "label_smoothing": smoothing}
            label = f"{'logits' if from_logits else 'probabilities'}, smoothing {smoothing}"
            for shape in [(5, 4), (4, 2, 3)]:
                y = one_hot(rng.integers(0, shape[-1], shape[:-1]), shape[-1])
                p = draw(rng, shape, 2) if from_logits else probabilities(rng, shape)
                yield from with_weights(f"{label}, {list(shape)}", name, config, y, p)
    truth = one_hot(np.array([0, 1, 2, 0, 2]), 3)
    extremes = np.array([[1, 0, 0], [1, 0, 0], [0, 1, 0], [0.5, 0.5, 0], [0, 0, 1]], np.float32)
    for smoothing in [0.0, 0.1]:
        yield loss_case(f"probabilities at exactly 0 and 1, smoothing {smoothing}", name,
                        {"label_smoothing": smoothing}, truth, extremes)
    yield loss_case("rows that do not sum to 1", name, {}, truth[:3],
                    np.array([[0.5, 0.5, 0.5], [2, 1, 1], [0.1, 0.1, 0.2]], np.float32))
    yield loss_case("soft targets", name, {}, probabilities(rng, (3, 3)), probabilities(rng, (3, 3)))
    logits = np.array([[1000, 0, -1000], [1000, 0, -1000], [0, 0, 0], [-500, -501, -502], [88, 89, 90]], np.float32)
    yield loss_case("extreme logits", name, {"from_logits": True}, truth, logits)


def sparse_cases():
    name = "SparseCategoricalCrossentropy"
    rng = generator(name)
    for from_logits in [False, True]:
        config = {"from_logits": from_logits}
        label = "logits" if from_logits else "probabilities"
        for shape in [(5, 4), (4, 2, 3)]:
            y = rng.integers(0, shape[-1], shape[:-1]).astype(np.int32)
            p = draw(rng, shape, 2) if from_logits else probabilities(rng, shape)
            yield from with_weights(f"{label}, {list(shape)}", name, config, y, p)
        p = draw(rng, (3, 4), 2) if from_logits else probabilities(rng, (3, 4))
        for dtype in [np.int32, np.uint8, np.float32]:
            yield loss_case(f"{label}, targets (n, 1) {np.dtype(dtype).name}", name, config,
                            np.array([[1], [3], [0]], dtype), p)
    truth = np.array([0, 1, 2, 0, 2], np.int32)
    extremes = np.array([[1, 0, 0], [1, 0, 0], [0, 1, 0], [0.5, 0.5, 0], [0, 0, 1]], np.float32)
    yield loss_case("probabilities at exactly 0 and 1", name, {}, truth, extremes)
    yield loss_case("rows that do not sum to 1", name, {}, truth[:3],
                    np.array([[0.5, 0.5, 0.5], [0.9, 0.6, 0.3], [0.1, 0.1, 0.2]], np.float32))
    logits = np.array([[1000, 0, -1000], [1000, 0, -1000], [0, 0, 0], [-500, -501, -502], [88, 89, 90]], np.float32)
    yield loss_case("extreme logits", name, {"from_logits": True}, truth, logits)


def softmax_then_loss_cases():
    """A layer's softmax or sigmoid followed by the loss on probabilities: Keras reaches back to the logits."""
    rng = generator("softmax then loss")
    logits = np.concatenate([draw(rng, (2, 3), 2), np.array([[40, 0, -40], [-30, 30, 0]], np.float32)])
    labels = np.array([0, 2, 2, 0], np.int32)
    for class_name, activation, y in [("SparseCategoricalCrossentropy", "softmax", labels),
                                      ("CategoricalCrossentropy", "softmax", one_hot(labels, 3)),
                                      ("BinaryCrossentropy", "sigmoid", one_hot(labels, 3))]:
        x = tf.Variable(logits)
        with tf.GradientTape() as tape:
            prediction = getattr(keras.activations, activation)(x.value())
            reduced = getattr(keras.losses, class_name)()(y, prediction)
        probability = np.asarray(prediction)
        yield {"name": f"{activation} then {class_name}", "loss": class_name, "activation": activation,
               "y_true": array(y), "logits": array(logits), "probabilities": array(probability),
               "reduced": number(reduced), "gradient": array(tape.gradient(reduced, x)),
               # The same probabilities without their history: clipped, so that saturated rows differ.
               "reduced_from_probabilities": number(getattr(keras.losses, class_name)()(y, probability))}


def record():
    cases = [*regression_cases(), *binary_cases(), *categorical_cases(), *sparse_cases()]
    write("losses", "Keras losses: reduced, summed and per-sample values, gradient of the reduced value.",
          versions(keras, tf), cases=cases, after_activation=list(softmax_then_loss_cases()))


if __name__ == "__main__":
    record()
