"""Records the learning-rate schedules at a list of steps, in float32 as Keras computes them."""

from recording import number, versions, write

import keras
import numpy as np
import tensorflow as tf

STEPS = [0, 1, 2, 3, 5, 7, 10, 11, 20, 50, 99, 100, 101, 150, 200, 201, 250, 300, 1000, 12345]

TABLE = [
    ("ExponentialDecay", {"initial_learning_rate": 0.01, "decay_steps": 10000, "decay_rate": 0.9}),
    ("ExponentialDecay", {"initial_learning_rate": 0.1, "decay_steps": 10, "decay_rate": 0.96}),
    ("ExponentialDecay", {"initial_learning_rate": 0.1, "decay_steps": 10, "decay_rate": 0.96, "staircase": True}),
    ("InverseTimeDecay", {"initial_learning_rate": 0.1, "decay_steps": 1, "decay_rate": 1e-6}),
    ("InverseTimeDecay", {"initial_learning_rate": 0.1, "decay_steps": 1, "decay_rate": 0.01}),
    ("InverseTimeDecay", {"initial_learning_rate": 0.1, "decay_steps": 10, "decay_rate": 0.5}),
    ("InverseTimeDecay", {"initial_learning_rate": 0.1, "decay_steps": 10, "decay_rate": 0.5, "staircase": True}),
    ("PiecewiseConstantDecay", {"boundaries": [10, 100], "values": [1.0, 0.5, 0.1]}),
    ("PiecewiseConstantDecay", {"boundaries": [1], "values": [0.3, 0.03]}),
    ("PolynomialDecay", {"initial_learning_rate": 0.1, "decay_steps": 100}),
    ("PolynomialDecay", {"initial_learning_rate": 0.1, "decay_steps": 100, "end_learning_rate": 0.01, "power": 0.5}),
    ("PolynomialDecay", {"initial_learning_rate": 0.1, "decay_steps": 100, "end_learning_rate": 0.02, "power": 2.0,
                         "cycle": True}),
    ("CosineDecay", {"initial_learning_rate": 0.1, "decay_steps": 100}),
    ("CosineDecay", {"initial_learning_rate": 0.1, "decay_steps": 100, "alpha": 0.1}),
    ("CosineDecay", {"initial_learning_rate": 0.0, "decay_steps": 100, "alpha": 0.1, "warmup_target": 0.2,
                     "warmup_steps": 50}),
]


def record():
    cases = []
    for class_name, config in TABLE:
        rate = getattr(keras.optimizers.schedules, class_name)(**config)
        values = [number(np.float32(rate(step))) for step in STEPS]
        cases.append({"schedule": class_name, "config": config, "values": values})
    write("schedules", "Keras learning-rate schedules: the rate at each of the steps.", versions(keras, tf),
          steps=STEPS, cases=cases)


if __name__ == "__main__":
    record()
