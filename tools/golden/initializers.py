"""Records the initializers: exact bounds and standard deviations by formula, and statistics of a large sample.

The formulas are evaluated here in float64 from Keras's own compute_fans; the samples check them.
"""

import math

from recording import number, versions, write

import keras
import numpy as np
import tensorflow as tf
from keras.src.initializers.random_initializers import compute_fans

SHAPES = [(784, 128), (3, 3, 32, 64), (5,), (7, 3)]
# A standard normal cut off at two standard deviations has this standard deviation.
TRUNCATED_STDDEV = math.sqrt(1 - 4 * math.exp(-2) / math.sqrt(2 * math.pi) / math.erf(math.sqrt(2)))
# Keras divides by this shorter constant, so that the drawn values have the wanted deviation.
KERAS_TRUNCATED_STDDEV = 0.87962566103423978

VARIANCE_SCALING = {
    "GlorotUniform": (1.0, "fan_avg", "uniform"),
    "GlorotNormal": (1.0, "fan_avg", "truncated_normal"),
    "HeUniform": (2.0, "fan_in", "uniform"),
    "HeNormal": (2.0, "fan_in", "truncated_normal"),
    "LecunUniform": (1.0, "fan_in", "uniform"),
    "LecunNormal": (1.0, "fan_in", "truncated_normal"),
}

OTHERS = [
    ("RandomNormal", {}),
    ("RandomNormal", {"mean": 1.0, "stddev": 0.5}),
    ("RandomUniform", {}),
    ("RandomUniform", {"minval": -1.0, "maxval": 2.0}),
    ("TruncatedNormal", {}),
    ("TruncatedNormal", {"mean": 1.0, "stddev": 0.5}),
]


def of_uniform(low, high):
    return {"distribution": "uniform", "min": low, "max": high, "mean": (low + high) / 2,
            "stddev": (high - low) / math.sqrt(12)}


def of_truncated(mean, underlying):
    """`underlying` is the deviation of the normal before it is cut off at twice that."""
    return {"distribution": "truncated_normal", "underlying_stddev": underlying, "min": mean - 2 * underlying,
            "max": mean + 2 * underlying, "mean": mean, "stddev": underlying * TRUNCATED_STDDEV}


def expected(class_name, config, shape):
    if class_name in VARIANCE_SCALING:
        scale, mode, distribution = VARIANCE_SCALING[class_name]
        fan_in, fan_out = compute_fans(shape)
        variance = scale / max(1.0, fan_in if mode == "fan_in" else (fan_in + fan_out) / 2)
        if distribution == "uniform":
            limit = math.sqrt(3 * variance)
            return of_uniform(-limit, limit)
        return of_truncated(0.0, math.sqrt(variance) / KERAS_TRUNCATED_STDDEV)
    if class_name == "RandomUniform":
        return of_uniform(config.get("minval", -0.05), config.get("maxval", 0.05))
    mean, stddev = config.get("mean", 0.0), config.get("stddev", 0.05)
    if class_name == "RandomNormal":
        return {"distribution": "normal", "min": None, "max": None, "mean": mean, "stddev": stddev}
    return of_truncated(mean, stddev)


def sample(class_name, config, shape):
    """At least 20,000 values (100,000 of the larger shapes), each tensor drawn with a seed of its own."""
    count = max(1, math.ceil(100_000 / np.prod(shape))) if np.prod(shape) > 1000 else math.ceil(20_000 / np.prod(shape))
    make = getattr(keras.initializers, class_name)
    values = np.concatenate([np.asarray(make(seed=seed, **config)(shape)).ravel() for seed in range(count)])
    values = values.astype(np.float64)
    return {"count": values.size, "mean": number(values.mean()), "stddev": number(values.std()),
            "min": number(values.min()), "max": number(values.max())}


def check(case):
    """The formula and the sample agree, or the recording is wrong."""
    formula, drawn = case["formula"], case["sample"]
    error = formula["stddev"] / math.sqrt(drawn["count"])
    assert abs(drawn["mean"] - formula["mean"]) < 5 * error, case
    assert abs(drawn["stddev"] - formula["stddev"]) < 5 * error, case
    if formula["min"] is not None:
        slack = 1e-6 * abs(formula["max"] - formula["min"])
        assert drawn["min"] >= formula["min"] - slack and drawn["max"] <= formula["max"] + slack, case


def record():
    cases = []
    for class_name, config in [*((name, {}) for name in VARIANCE_SCALING), *OTHERS]:
        for shape in SHAPES:
            fan_in, fan_out = compute_fans(shape)
            case = {"initializer": class_name, "config": config, "shape": list(shape), "fan_in": fan_in,
                    "fan_out": fan_out, "formula": expected(class_name, config, shape),
                    "sample": sample(class_name, config, shape)}
            check(case)
            cases.append(case)
    write("initializers", "Keras initializers: exact limits and deviations (float64), statistics of a sample.",
          versions(keras, tf), cases=cases)


if __name__ == "__main__":
    record()
