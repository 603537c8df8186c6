"""Records the optimizers: the variables after each of 10 steps from recorded variables with recorded gradients."""

from recording import array, draw, generator, versions, write

import keras
import numpy as np
import tensorflow as tf

SHAPES = [(3, 2), (4,)]
STEPS = 10

rng = generator("optimizers")
INITIAL = [draw(rng, shape) for shape in SHAPES]
# The sizes vary so that clipping bites in some steps and not in others; exact zeros stay zero throughout.
SIZES = [0.1, 1, 3, 0.01, 0.5, 8, 1, 0.2, 2, 0.05]
GRADIENTS = [[draw(rng, shape, size, digits=4) for shape in SHAPES] for size in SIZES]
for step in GRADIENTS:
    step[0][1, 1] = 0


def schedule(class_name, **config):
    return {"schedule": class_name, "config": config}


def optimizer_case(name, class_name, config):
    """`config` holds Keras's arguments; a schedule stands there as `{schedule, config}`."""
    arguments = dict(config)
    rate = arguments.get("learning_rate")
    if isinstance(rate, dict):
        arguments["learning_rate"] = getattr(keras.optimizers.schedules, rate["schedule"])(**rate["config"])
    optimizer = getattr(keras.optimizers, class_name)(**arguments)
    variables = [keras.Variable(value, name=f"variable_{index}") for index, value in enumerate(INITIAL)]
    after = []
    for gradients in GRADIENTS:
        optimizer.apply([tf.constant(g) for g in gradients], variables)
        after.append([array(v.numpy())["data"] for v in variables])
    return {"name": name, "optimizer": class_name, "config": config, "after": after}


def cases():
    decays = [
        ("exponential decay", schedule("ExponentialDecay", initial_learning_rate=0.05, decay_steps=3, decay_rate=0.5)),
        ("exponential decay, staircase",
         schedule("ExponentialDecay", initial_learning_rate=0.05, decay_steps=3, decay_rate=0.5, staircase=True)),
        # The `decay` of the older optimizers: rate / (1 + decay * step).
        ("legacy decay 0.1", schedule("InverseTimeDecay", initial_learning_rate=0.05, decay_steps=1, decay_rate=0.1)),
    ]
    table = [
        ("SGD", [
            ("defaults", {}),
            ("plain", {"learning_rate": 0.1}),
            ("momentum", {"learning_rate": 0.1, "momentum": 0.9}),
            ("nesterov", {"learning_rate": 0.1, "momentum": 0.9, "nesterov": True}),
            ("momentum, clipnorm", {"learning_rate": 0.1, "momentum": 0.9, "clipnorm": 1.0}),
            ("clipvalue", {"learning_rate": 0.1, "clipvalue": 0.5}),
            ("weight decay", {"learning_rate": 0.1, "weight_decay": 0.01}),
        ]),
        ("Adam", [
            ("defaults", {}),
            ("rate 0.1, epsilon 1e-3", {"learning_rate": 0.1, "epsilon": 1e-3}),
            ("betas", {"learning_rate": 0.01, "beta_1": 0.8, "beta_2": 0.9}),
            ("amsgrad", {"learning_rate": 0.01, "amsgrad": True}),
            ("clipnorm", {"learning_rate": 0.01, "clipnorm": 0.5}),
            ("weight decay", {"learning_rate": 0.01, "weight_decay": 0.1}),
        ]),
        ("RMSprop", [
            ("defaults", {}),
            ("rho, epsilon", {"learning_rate": 0.01, "rho": 0.5, "epsilon": 1e-3}),
            ("momentum", {"learning_rate": 0.01, "momentum": 0.9}),
            ("centered", {"learning_rate": 0.01, "centered": True}),
            ("centered, momentum", {"learning_rate": 0.01, "centered": True, "momentum": 0.5}),
            ("clipvalue", {"learning_rate": 0.01, "clipvalue": 0.5}),
        ]),
    ]
    for class_name, configs in table:
        for label, config in configs:
            yield optimizer_case(f"{class_name} {label}", class_name, config)
        yield optimizer_case(f"{class_name} global_clipnorm", class_name, {"learning_rate": 0.05, "global_clipnorm": 1.0})
        for label, rate in decays:
            yield optimizer_case(f"{class_name} {label}", class_name, {"learning_rate": rate})
    yield optimizer_case("SGD momentum with exponential decay", "SGD", {"learning_rate": decays[0][1], "momentum": 0.9})


def record():
    write("optimizers", "Keras optimizers: variables after each of 10 steps with the same recorded gradients.",
          versions(keras, tf), initial=[array(v) for v in INITIAL],
          gradients=[{"step": i, "gradients": [array(g) for g in step]} for i, step in enumerate(GRADIENTS)],
          cases=list(cases()))


if __name__ == "__main__":
    record()
