"""Records scikit-learn's curves, matrices and reports over labels and scores."""

import warnings

from recording import array, generator, number, versions, write

import numpy as np
import sklearn
from sklearn import metrics
from sklearn.calibration import calibration_curve

warnings.simplefilter("ignore")


def value(result):
    """A result of any kind as JSON holds it, in full double precision."""
    if isinstance(result, str):
        return result
    if isinstance(result, dict):
        return {key: value(item) for key, item in result.items()}
    if isinstance(result, (list, tuple)):
        return [value(item) for item in result]
    if isinstance(result, np.ndarray):
        return [value(item) for item in result]
    return number(result, single=False)


def case(name, function, y_true, y_score, **options):
    call = {
        "confusion_matrix": metrics.confusion_matrix,
        "precision_recall_curve": metrics.precision_recall_curve,
        "roc_curve": metrics.roc_curve,
        "average_precision": metrics.average_precision_score,
        "roc_auc": metrics.roc_auc_score,
        "classification_report": metrics.classification_report,
        "calibration_curve": calibration_curve,
    }[function]
    result = value(call(y_true, y_score, **options))
    recorded = {"name": f"{function}: {name}", "function": function, "y_true": array(y_true), "y_score": array(y_score),
                "options": value({key: option for key, option in options.items() if option is not None}),
                "none": [key for key, option in options.items() if option is None], "result": result}
    if function == "classification_report":
        recorded["numbers"] = value(call(y_true, y_score, output_dict=True, **options))
        if recorded["numbers"].get("accuracy") == 0:
            # scikit-learn prints whole supports as floats then; the table as such is that of the other cases.
            recorded["result"] = None
    return recorded


def softmax(x):
    e = np.exp(x - x.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


def binary_data():
    rng = generator("binary")
    n = 24
    labels = rng.integers(0, 2, n)
    # Few digits, so that there are ties, within a class and between the two.
    scores = np.round(np.clip(0.3 * labels + 0.35 + 0.25 * rng.standard_normal(n), 0, 1), 1)
    weights = np.round(rng.random(n) * 3, 1)
    weights[[3, 8]] = 0
    return labels, scores, weights


def binary_cases():
    labels, scores, weights = binary_data()
    rng = generator("binary, continuous")
    long_labels = rng.integers(0, 2, 60)
    long_scores = (rng.standard_normal(60) + long_labels).astype(np.float32)
    tables = [
        ("ties", labels, scores, {}),
        ("ties, weighted", labels, scores, {"sample_weight": weights}),
        ("labels -1 and 1", 2 * labels - 1, scores, {}),
        ("logits without ties", long_labels, long_scores, {}),
        ("all scores alike", labels, np.full(len(labels), 0.5), {}),
        ("scores in order", np.sort(labels), np.linspace(0, 1, len(labels)), {}),
        ("scores in the wrong order", np.sort(labels), np.linspace(1, 0, len(labels)), {}),
        ("one sample of each", np.array([0, 1]), np.array([0.2, 0.7]), {}),
        ("negative zero", np.array([0, 1, 1, 0]), np.array([-0.0, 0.0, 1.0, -1.0]), {}),
        ("decisions instead of scores", labels, (scores > 0.5).astype(int), {}),
    ]
    for name, y_true, y_score, options in tables:
        for function in ["roc_curve", "precision_recall_curve", "average_precision", "roc_auc"]:
            yield case(name, function, y_true, y_score, **options)
        for drop in [False, True]:
            for function in ["roc_curve", "precision_recall_curve"]:
                yield case(f"{name}, drop_intermediate {drop}", function, y_true, y_score, drop_intermediate=drop, **options)
    ones, zeros = np.ones(4, int), np.zeros(4, int)
    four = np.array([0.1, 0.4, 0.4, 0.9])
    for function in ["roc_curve", "precision_recall_curve", "average_precision", "roc_auc"]:
        yield case("only positives", function, ones, four)
        yield case("only negatives", function, zeros, four)
    for function in ["roc_curve", "precision_recall_curve"]:
        yield case("positive is 2 of 1 and 2", function, labels + 1, scores, pos_label=2)
        yield case("positive is 0", function, labels, scores, pos_label=0)
    yield case("positive is 0", "average_precision", labels, scores, pos_label=0)
    yield case("labels 1 and 2", "roc_auc", labels + 1, scores)
    for limit in [0.1, 0.35, 0.5, 1.0]:
        yield case(f"max_fpr {limit}", "roc_auc", labels, scores, max_fpr=limit)
        yield case(f"max_fpr {limit}, weighted", "roc_auc", labels, scores, max_fpr=limit, sample_weight=weights)


def class_data(missing=False):
    rng = generator("classes")
    n, classes = 30, 4
    labels = rng.integers(0, classes - 1 if missing else classes, n)
    scores = np.round(softmax(rng.standard_normal((n, classes)) + np.eye(classes)[labels]), 2)
    scores[:, -1] = np.round(1 - scores[:, :-1].sum(1), 2)
    return labels, scores, np.round(rng.random(n) * 3, 1)


def several_classes():
    labels, scores, weights = class_data()
    hot = np.eye(4, dtype=int)[labels]
    rng = generator("several labels a sample")
    many = rng.integers(0, 2, (30, 4))
    for average in ["macro", "weighted", "micro", None]:
        yield case(f"one against the rest, {average}", "roc_auc", labels, scores, multi_class="ovr", average=average)
        yield case(f"one against the rest, {average}, weighted", "roc_auc", labels, scores, multi_class="ovr",
                   average=average, sample_weight=weights)
        for function in ["roc_auc", "average_precision"]:
            yield case(f"one-hot, {average}", function, hot, scores, average=average)
            yield case(f"several labels a sample, {average}, weighted", function, many, scores, average=average,
                       sample_weight=weights)
        yield case(f"class numbers, {average}", "average_precision", labels, scores, average=average)
    for average in ["macro", "weighted"]:
        yield case(f"one against one, {average}", "roc_auc", labels, scores, multi_class="ovo", average=average)
    # Class 3 does not occur.
    labels, scores, _ = class_data(missing=True)
    every = [0, 1, 2, 3]
    for average in ["macro", "weighted", "micro", None]:
        yield case(f"a missing class, ovr, {average}", "roc_auc", labels, scores, multi_class="ovr", average=average,
                   labels=every)
    for average in ["macro", "weighted"]:
        yield case(f"a missing class, ovo, {average}", "roc_auc", labels, scores, multi_class="ovo", average=average,
                   labels=every)
    for average in ["macro", "weighted", None]:
        yield case(f"a missing class, one-hot, {average}", "average_precision", np.eye(4, dtype=int)[labels], scores,
                   average=average)


def matrix_cases():
    rng = generator("matrix")
    labels = rng.integers(0, 4, 40)
    taken = np.where(rng.random(40) < 0.6, labels, rng.integers(0, 5, 40))
    # Quarters add up exactly, so that the text of a support has no digits of noise.
    weights = rng.integers(0, 13, 40) / 4
    for normalize in [None, "true", "pred", "all"]:
        yield case(f"normalize {normalize}", "confusion_matrix", labels, taken, normalize=normalize)
        yield case(f"normalize {normalize}, weighted", "confusion_matrix", labels, taken, normalize=normalize,
                   sample_weight=weights)
        yield case(f"some labels, normalize {normalize}", "confusion_matrix", labels, taken, normalize=normalize,
                   labels=[4, 2, 0, 7])
    yield case("one class only", "confusion_matrix", np.full(3, 2), np.full(3, 2))
    yield case("negative labels", "confusion_matrix", np.array([-1, 1, 1]), np.array([1, 1, -1]))

    names = ["zero", "one", "two", "three", "a rather long name"]
    reports = [
        ("plain", labels, taken, {}),
        ("names", labels, taken, {"target_names": names}),
        ("four digits", labels, taken, {"digits": 4}),
        ("weighted", labels, taken, {"sample_weight": weights}),
        ("some labels", labels, taken, {"labels": [2, 0], "target_names": ["two", "zero"]}),
        ("labels that do not occur", labels, taken, {"labels": [0, 1, 2, 3, 4, 9]}),
        ("zero division 1", labels, taken, {"zero_division": 1}),
        ("zero division NaN", labels, taken, {"zero_division": np.nan}),
        ("two classes", labels % 2, taken % 2, {}),
        ("one class only", np.full(3, 2), np.full(3, 2), {}),
        ("everything wrong", np.array([0, 0, 1]), np.array([1, 1, 0]), {}),
        ("exact halves", np.array([0] * 8 + [1] * 8), np.array([0] + [1] * 7 + [1] * 3 + [0] * 5), {}),
    ]
    for name, y_true, y_pred, options in reports:
        yield case(name, "classification_report", y_true, y_pred, **options)


def calibration_cases():
    rng = generator("calibration")
    probabilities = np.round(rng.random(60), 2)
    labels = (rng.random(60) < probabilities).astype(int)
    for strategy in ["uniform", "quantile"]:
        for bins in [1, 2, 5, 10]:
            yield case(f"{strategy}, {bins} bins", "calibration_curve", labels, probabilities, strategy=strategy, n_bins=bins)
    yield case("default", "calibration_curve", labels, probabilities)
    yield case("empty bins and edges", "calibration_curve", np.array([0, 1, 1, 0, 1]), np.array([0.0, 0.2, 0.4, 0.9, 1.0]))
    yield case("positive is 0", "calibration_curve", labels, probabilities, pos_label=0)
    yield case("equal probabilities, quantile", "calibration_curve", np.array([0, 1, 1, 0]), np.full(4, 0.25), strategy="quantile")
    yield case("float32", "calibration_curve", labels, probabilities.astype(np.float32), n_bins=10)


def area_cases():
    for name, x, y in [("rising", [0, 0.5, 1], [0, 1, 1]), ("falling", [1, 0.4, 0.4, 0], [1, 0.9, 0.2, 0]),
                       ("standing", [1, 1], [0, 1])]:
        yield {"name": f"auc: {name}", "x": x, "y": y, "result": value(metrics.auc(x, y))}


def record():
    cases = [*binary_cases(), *several_classes(), *matrix_cases(), *calibration_cases()]
    write("evaluation", "scikit-learn's judgements of labels and scores.", versions(sklearn), cases=cases,
          areas=list(area_cases()))


if __name__ == "__main__":
    record()
