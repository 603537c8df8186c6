"""Records the learning-rate schedules at a list of steps, in float32 as Keras computes them."""

from recording import number, versions, write

import keras
import numpy as np
import tensorflow as tf
import torch

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
    ("CosineDecayRestarts", {"initial_learning_rate": 0.1, "first_decay_steps": 10}),
    ("CosineDecayRestarts", {"initial_learning_rate": 0.1, "first_decay_steps": 10, "t_mul": 1.0, "m_mul": 0.9,
                             "alpha": 0.01}),
    ("CosineDecayRestarts", {"initial_learning_rate": 0.1, "first_decay_steps": 50, "t_mul": 1.5, "m_mul": 0.5}),
]

# In the names that Nacre gives to the arguments of PyTorch's OneCycleLR.
ONE_CYCLES = [
    {"max_learning_rate": 0.1, "total_steps": 301},
    {"max_learning_rate": 0.1, "total_steps": 100, "pct_start": 0.25, "anneal_strategy": "linear", "div_factor": 10.0,
     "final_div_factor": 100.0},
    {"max_learning_rate": 0.5, "total_steps": 250, "pct_start": 0.2, "three_phase": True},
    {"max_learning_rate": 0.5, "total_steps": 100, "pct_start": 0.0},
    {"max_learning_rate": 0.5, "total_steps": 100, "pct_start": 1.0},
]


def one_cycle(config):
    """The rates of PyTorch's OneCycleLR, which fails after the last step: from there on, the last rate."""
    others = {key: config[key] for key in config if key not in ("max_learning_rate",)}
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=config["max_learning_rate"], cycle_momentum=False,
                                                   **others)
    rates = []
    for _ in range(config["total_steps"]):
        rates.append(schedule.get_last_lr()[0])
        optimizer.step()
        if len(rates) < config["total_steps"]:
            schedule.step()
    return [rates[min(step, len(rates) - 1)] for step in STEPS]


def record():
    cases = []
    for class_name, config in TABLE:
        rate = getattr(keras.optimizers.schedules, class_name)(**config)
        values = [number(np.float32(rate(step))) for step in STEPS]
        cases.append({"schedule": class_name, "config": config, "values": values})
    for config in ONE_CYCLES:
        values = [number(np.float32(rate)) for rate in one_cycle(config)]
        cases.append({"schedule": "OneCycle", "config": config, "values": values})
    write("schedules", "Learning-rate schedules of Keras, and PyTorch's OneCycleLR: the rate at each of the steps.",
          versions(keras, tf, torch),
          steps=STEPS, cases=cases)


if __name__ == "__main__":
    record()
