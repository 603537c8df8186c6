"""Records Keras's metric classes with their options: running results batch by batch, and configurations."""

from recording import array, draw, generator, number, versions, write

import keras
import numpy as np
import tensorflow as tf

BATCHES = [4, 4, 3]
N = sum(BATCHES)
WEIGHT = np.array([1, 2, 0, 0.5, 1, 3, 1, 0, 0.25, 2, 1], np.float32)
EYE = np.eye(3, dtype=np.float32)


def plain(value):
    """A configuration as JSON holds it."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if hasattr(value, "numpy"):
        value = value.numpy()
    if isinstance(value, np.ndarray):
        return plain(value.tolist())
    if value is None or isinstance(value, (bool, str)):
        return value
    return number(value, single=False)


def result_of(metric):
    value = np.asarray(metric.result())
    return [number(item) for item in value.ravel()] if value.ndim else number(value)


def metric_case(name, metric_class, y_true, y_pred, weight=None, dtype=None, **config):
    metric = getattr(keras.metrics, metric_class)(dtype=dtype, **config)
    results, start = [], 0
    for size in BATCHES:
        rows = slice(start, start + size)
        metric.update_state(y_true[rows], y_pred[rows], None if weight is None else weight[rows])
        results.append(result_of(metric))
        start += size
    recorded_config = plain(metric.get_config())
    # Automatic names count on from one metric to the next.
    recorded_config.pop("name")
    recorded_config.pop("dtype")
    return {
        "name": f"{metric_class}: {name}" + ("" if weight is None else ", weighted"),
        "class": metric_class,
        "options": plain(config),
        "config": recorded_config,
        "batches": BATCHES,
        "y_true": array(y_true),
        "y_pred": array(y_pred),
        "sample_weight": None if weight is None else array(weight),
        "results": results,
    }


def both(name, metric_class, y_true, y_pred, **config):
    yield metric_case(name, metric_class, y_true, y_pred, **config)
    yield metric_case(name, metric_class, y_true, y_pred, weight=WEIGHT, **config)


def softmax(x):
    e = np.exp(x - x.max(-1, keepdims=True))
    return np.round(e / e.sum(-1, keepdims=True), 2).astype(np.float32)


def binary(rng):
    """Labels and scores of few digits, so that some lie on a threshold."""
    labels = rng.integers(0, 2, N)
    scores = np.round(np.clip(0.3 * labels + 0.35 + 0.25 * rng.standard_normal(N), 0, 1), 1).astype(np.float32)
    scores[[2, 6]] = [0, 1]
    return labels.astype(np.float32), scores


def classes(rng):
    labels = rng.integers(0, 3, N)
    return labels.astype(np.int32), softmax(rng.standard_normal((N, 3)) + EYE[labels])


def confusion_cases():
    for metric_class in ["Precision", "Recall"]:
        rng = generator(metric_class)
        labels, scores = binary(rng)
        numbers, probabilities = classes(rng)
        hot = EYE[numbers]
        several = rng.integers(0, 2, (N, 3)).astype(np.float32)
        yield from both("labels (n,), predictions (n, 1)", metric_class, labels, scores[:, None])
        yield from both("threshold 0.3", metric_class, labels[:, None], scores[:, None], thresholds=0.3)
        yield from both("three thresholds", metric_class, labels[:, None], scores[:, None], thresholds=[0.2, 0.5, 0.9])
        yield from both("even thresholds", metric_class, labels[:, None], scores[:, None], thresholds=[0.0, 0.25, 0.5, 0.75, 1.0])
        yield from both("one-hot (n, 3)", metric_class, hot, probabilities)
        yield from both("class 1", metric_class, hot, probabilities, class_id=1)
        yield from both("class 2, several labels", metric_class, several, probabilities, class_id=2, thresholds=[0.1, 0.4])
        yield from both("top 2", metric_class, hot, probabilities, top_k=2)
        yield from both("top 1 above 0.5", metric_class, several, probabilities, top_k=1, thresholds=0.5)
        yield from both("top 2, class 0", metric_class, hot, probabilities, top_k=2, class_id=0)
        tied = np.array([[0.4, 0.4, 0.2], [0.2, 0.4, 0.4], [0.3, 0.3, 0.3]], np.float32)[np.arange(N) % 3]
        yield from both("top 2, ties", metric_class, hot, tied, top_k=2)
        yield from both("no positive label", metric_class, np.zeros((N, 1), np.float32), scores[:, None])
        yield from both("no positive prediction", metric_class, labels[:, None], np.zeros((N, 1), np.float32))
        yield metric_case("(n, 2, 3)", metric_class, EYE[rng.integers(0, 3, (N, 2))], softmax(rng.standard_normal((N, 2, 3))))
    for metric_class in ["TruePositives", "TrueNegatives", "FalsePositives", "FalseNegatives"]:
        rng = generator(metric_class)
        labels, scores = binary(rng)
        yield from both("default", metric_class, labels, scores[:, None])
        yield from both("thresholds", metric_class, labels, scores[:, None], thresholds=[0.1, 0.5])
        yield from both("even thresholds", metric_class, labels, scores[:, None], thresholds=[0.0, 0.5, 1.0])
    for metric_class, option in [("SensitivityAtSpecificity", "specificity"), ("SpecificityAtSensitivity", "sensitivity"),
                                 ("PrecisionAtRecall", "recall"), ("RecallAtPrecision", "precision")]:
        rng = generator(metric_class)
        labels, scores = binary(rng)
        numbers, probabilities = classes(rng)
        for least in [0.0, 0.5, 0.8, 1.0]:
            yield from both(f"at {least}", metric_class, labels, scores[:, None], **{option: least})
        yield from both("11 thresholds", metric_class, labels, scores[:, None], num_thresholds=11, **{option: 0.6})
        yield from both("1 threshold", metric_class, labels, scores[:, None], num_thresholds=1, **{option: 0.4})
        yield from both("class 2", metric_class, EYE[numbers], probabilities, class_id=2, **{option: 0.7})


def auc_cases():
    rng = generator("AUC")
    labels, scores = binary(rng)
    several = rng.integers(0, 2, (N, 3)).astype(np.float32)
    probabilities = np.round(rng.random((N, 3)), 2).astype(np.float32)
    logits = draw(rng, (N, 1))
    for curve in ["ROC", "PR", "PRGAIN"]:
        for summation in ["interpolation", "minoring", "majoring"]:
            yield from both(f"{curve}, {summation}", "AUC", labels, scores[:, None], curve=curve, summation_method=summation)
        yield from both(f"{curve}, 5 thresholds", "AUC", labels, scores[:, None], curve=curve, num_thresholds=5)
        yield from both(f"{curve}, 11 thresholds, on which scores lie", "AUC", labels, scores[:, None], curve=curve, num_thresholds=11)
        yield from both(f"{curve}, own thresholds", "AUC", labels, scores[:, None], curve=curve, thresholds=[0.65, 0.1, 0.3])
        yield from both(f"{curve}, several labels, flattened", "AUC", several, probabilities, curve=curve)
        yield from both(f"{curve}, several labels", "AUC", several, probabilities, curve=curve, multi_label=True)
        yield from both(f"{curve}, several labels with weights", "AUC", several, probabilities, curve=curve, multi_label=True,
                        num_labels=3, label_weights=[1.0, 0.0, 2.0])
    yield from both("own thresholds that are even", "AUC", labels, scores[:, None], thresholds=[0.25, 0.5, 0.75])
    yield from both("label weights, flattened", "AUC", several, probabilities, label_weights=[1.0, 0.5, 2.0])
    yield from both("several labels, own thresholds", "AUC", several, probabilities, multi_label=True, thresholds=[0.2, 0.7])
    yield from both("logits", "AUC", labels, logits, from_logits=True)
    yield from both("only positives", "AUC", np.ones(N, np.float32), scores[:, None])
    yield from both("2 thresholds", "AUC", labels, scores[:, None], num_thresholds=2)


def f_score_cases():
    rng = generator("F")
    numbers, probabilities = classes(rng)
    hot = EYE[numbers]
    several = rng.integers(0, 2, (N, 3)).astype(np.float32)
    tied = np.array([[0.4, 0.4, 0.2], [0, 0, 0], [0.3, 0.3, 0.3]], np.float32)[np.arange(N) % 3]
    missing = np.eye(3, dtype=np.float32)[np.minimum(numbers, 1)]
    for average in [None, "micro", "macro", "weighted"]:
        yield from both(f"{average}", "F1Score", hot, probabilities, average=average)
        yield from both(f"{average}, threshold", "F1Score", several, probabilities, average=average, threshold=0.3)
        yield from both(f"{average}, beta 2", "FBetaScore", hot, probabilities, average=average, beta=2.0)
        yield from both(f"{average}, beta 0.5, threshold", "FBetaScore", several, probabilities, average=average, beta=0.5, threshold=0.4)
        yield from both(f"{average}, ties and zeros", "F1Score", hot, tied, average=average)
        yield from both(f"{average}, a class without labels", "F1Score", missing, probabilities, average=average)
    labels, scores = binary(rng)
    yield from both("(n, 1)", "F1Score", labels[:, None], scores[:, None], threshold=0.5)


def iou_cases():
    rng = generator("IoU")
    labels = rng.integers(0, 3, (N, 2, 2)).astype(np.int32)
    taken = np.where(rng.random((N, 2, 2)) < 0.6, labels, rng.integers(0, 3, (N, 2, 2))).astype(np.int32)
    flat, flat_taken = labels[:, 0, 0], taken[:, 0, 0]
    whole = np.array([1, 2, 0, 1, 1, 3, 1, 0, 4, 2, 1], np.float32)
    hot = EYE[labels]
    scores = softmax(draw(rng, (N, 2, 2, 3)) + 1.5 * EYE[taken])
    yield metric_case("(n, 2, 2)", "MeanIoU", labels, taken, num_classes=3)
    yield metric_case("(n,)", "MeanIoU", flat, flat_taken, weight=whole, num_classes=3)
    yield metric_case("(n,), fractions", "MeanIoU", flat, flat_taken, weight=WEIGHT, dtype="float32", num_classes=3)
    yield metric_case("scores", "MeanIoU", labels, scores, num_classes=3, sparse_y_pred=False)
    yield metric_case("one-hot and scores", "MeanIoU", hot, scores, num_classes=3, sparse_y_true=False, sparse_y_pred=False)
    yield metric_case("more classes than occur", "MeanIoU", labels, taken, num_classes=5)
    yield metric_case("a class is ignored", "MeanIoU", labels, taken, num_classes=3, ignore_class=1)
    yield metric_case("ignored label outside", "MeanIoU", np.where(labels == 1, 255, labels), taken, num_classes=3, ignore_class=255)
    yield metric_case("fewer classes than occur", "MeanIoU", labels, taken, num_classes=2)
    yield metric_case("two of three", "IoU", labels, taken, num_classes=3, target_class_ids=[0, 2])
    yield metric_case("one of three, scores", "OneHotIoU", hot, scores, num_classes=3, target_class_ids=[1])
    yield metric_case("class numbers", "OneHotMeanIoU", hot, taken, num_classes=3, sparse_y_pred=True)
    binary_labels, binary_scores = binary(rng)
    yield metric_case("default", "BinaryIoU", binary_labels[:, None], binary_scores[:, None])
    yield metric_case("class 1 from 0.3", "BinaryIoU", binary_labels[:, None], binary_scores[:, None], target_class_ids=[1], threshold=0.3)


def mean_cases():
    rng = generator("means")
    y, p = draw(rng, (N, 3)), draw(rng, (N, 3))
    y[4] = 0
    for metric_class in ["MeanSquaredError", "RootMeanSquaredError", "MeanAbsoluteError", "MeanAbsolutePercentageError",
                         "MeanSquaredLogarithmicError", "LogCoshError", "CosineSimilarity"]:
        if metric_class == "MeanAbsolutePercentageError":
            yield from both("(n, 3)", metric_class, y + 5, p)
            yield from both("a label of 0", metric_class, np.where(np.arange(N)[:, None] == 2, 0, y + 5).astype(np.float32), p)
        else:
            yield from both("(n, 3)", metric_class, y, p)
            yield from both("large", metric_class, 100 * y, 100 * p)
        if metric_class != "CosineSimilarity":
            yield from both("(n,) and (n, 1)", metric_class, y[:, 0] + 3, p[:, :1])
    yield metric_case("axis 1", "CosineSimilarity", draw(rng, (N, 3, 2)), draw(rng, (N, 3, 2)), axis=1)
    numbers, probabilities = classes(rng)
    signs = np.where(rng.random((N, 3)) < 0.5, -1, 1).astype(np.float32)
    zeros = (signs + 1) / 2
    # One batch of zeros and ones, others not: Keras looks at each batch.
    mixed = np.where(np.arange(N)[:, None] < 4, zeros, signs).astype(np.float32)
    for metric_class in ["Hinge", "SquaredHinge"]:
        yield from both("labels -1 and 1", metric_class, signs, p)
        yield from both("labels 0 and 1", metric_class, zeros, p)
        yield from both("labels of both kinds", metric_class, mixed, p)
    yield from both("one-hot", "CategoricalHinge", EYE[numbers], p)
    yield from both("one-hot", "KLDivergence", EYE[numbers], probabilities)
    yield from both("distributions", "KLDivergence", softmax(draw(rng, (N, 3))), probabilities)
    yield from both("counts", "Poisson", rng.integers(0, 6, (N, 2)).astype(np.float32), np.round(rng.random((N, 2)) * 5, 2).astype(np.float32))


def r2_cases():
    rng = generator("R2")
    y = draw(rng, (N, 3))
    p = np.round(y + 0.5 * rng.standard_normal((N, 3)), 2).astype(np.float32)
    for aggregation in ["uniform_average", "variance_weighted_average", None]:
        yield from both(f"{aggregation}", "R2Score", y, p, class_aggregation=aggregation)
        # Without weights of 0: Keras counts those samples among its numbers, and here they are the padding of a batch.
        yield metric_case(f"{aggregation}, 2 regressors", "R2Score", y, p, weight=np.maximum(WEIGHT, 0.25),
                          class_aggregation=aggregation, num_regressors=2)
    yield from both("(n, 1)", "R2Score", y[:, :1], p[:, :1])
    alike = y.copy()
    alike[:, 1] = 2
    yield from both("an output that is always 2", "R2Score", alike, p)
    yield from both("more regressors than numbers", "R2Score", y[:, :1], p[:, :1], num_regressors=20)


def top_k_cases():
    rng = generator("top k")
    labels = rng.integers(0, 6, N).astype(np.int32)
    scores = np.round(rng.random((N, 6)), 1).astype(np.float32)
    hot = np.eye(6, dtype=np.float32)[labels]
    for k in [1, 3]:
        yield from both(f"k {k}, ties", "TopKCategoricalAccuracy", hot, scores, k=k)
        yield from both(f"k {k}, ties", "SparseTopKCategoricalAccuracy", labels, scores, k=k)
    yield from both("default", "TopKCategoricalAccuracy", hot, scores)
    yield from both("default", "SparseTopKCategoricalAccuracy", labels, scores)
    yield from both("k as large as there are classes", "SparseTopKCategoricalAccuracy", labels, scores, k=6)
    odd = scores.copy()
    odd[1, 2], odd[5, 0], odd[7, 3] = np.nan, np.inf, -np.inf
    yield from both("scores that are not finite", "SparseTopKCategoricalAccuracy", labels, odd, k=3)
    ranked = np.argsort(-scores, axis=-1, kind="stable").astype(np.int32)
    yield from both("sorted class numbers", "SparseTopKCategoricalAccuracy", labels, ranked, k=2, from_sorted_ids=True)


def record():
    write("metric_classes", "Keras's metric classes: the running result after each batch, and the configuration.",
          versions(keras, tf),
          cases=[*confusion_cases(), *auc_cases(), *f_score_cases(), *iou_cases(), *mean_cases(), *r2_cases(), *top_k_cases()])


if __name__ == "__main__":
    record()
