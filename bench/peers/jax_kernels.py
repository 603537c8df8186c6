"""Single computations with JAX: jitted, the operands on the device; what is changed is donated."""

from functools import partial

import jax
import numpy as np
from jax import lax
from jax import numpy as jnp

from common import KernelTimer, element_values


def product(task, a, b):
    operands = task["operands"]
    y = b if operands == "tn" else a
    for _ in range(task["chain"]):
        if operands == "tn":
            y = a.T @ y
        else:
            y = y @ (b.T if operands == "nt" else b)
    return y


def convolution(task, x, weights, upstream):
    def forward(x, weights):
        return lax.conv_general_dilated(
            x,
            weights,
            (task["stride"], task["stride"]),
            task["padding"].upper(),
            dimension_numbers=("NHWC", "HWIO", "NHWC"),
            feature_group_count=task["channels"] if task["depthwise"] else 1,
        )

    y, gradients = jax.vjp(forward, x, weights)
    dx, dw = gradients(upstream)
    return {"y": y, "dx": dx, "dw": dw}


def layer_norm(x, gamma, beta, epsilon):
    centred = x - x.mean(-1, keepdims=True)
    variance = (centred * centred).mean(-1, keepdims=True)
    return centred * lax.rsqrt(variance + epsilon) * gamma + beta


def formula_of(setting):
    """A function of the inputs, by name, to results by name."""
    task = setting["workload"]["task"]
    name = task["task"]
    if name == "matmul":
        return lambda inputs: {"y": product(task, **inputs)}
    if name == "convolution":
        return lambda inputs: convolution(task, **inputs)
    if name == "softmax":
        return lambda inputs: {"y": jax.nn.softmax(inputs["x"])}
    if name == "layer-norm":
        epsilon = setting["layerNormEpsilon"]
        return lambda inputs: {"y": layer_norm(**inputs, epsilon=epsilon)}
    return lambda inputs: {"y": jnp.maximum(1.5 * inputs["x"] + inputs["z"], 0) - 0.5 * inputs["x"]}


def adam_step(settings):
    beta1, beta2 = settings["beta1"], settings["beta2"]

    @partial(jax.jit, donate_argnums=0)
    def step(state, gradient):
        count = state["count"] + 1
        rate = settings["rate"] * jnp.sqrt(1 - beta2**count) / (1 - beta1**count)
        momentum = state["momentum"] + (1 - beta1) * (gradient - state["momentum"])
        velocity = state["velocity"] + (1 - beta2) * (gradient * gradient - state["velocity"])
        weights = state["weights"] - rate * momentum / (jnp.sqrt(velocity) + settings["epsilon"])
        return {"weights": weights, "momentum": momentum, "velocity": velocity, "count": count}

    return step


def create(setting):
    # By copies, so that donated memory is JAX's own.
    inputs = {name: jnp.array(element_values(spec)) for name, spec in setting["inputs"].items()}
    latest = {}
    if setting["workload"]["task"]["task"] == "adam":
        step = adam_step(setting["adam"])
        weights = inputs["weights"]
        state = {
            "weights": weights,
            "momentum": jnp.zeros_like(weights),
            "velocity": jnp.zeros_like(weights),
            "count": jnp.zeros((), jnp.int32),
        }
        latest["results"] = state

        def compute():
            return step(latest["results"], inputs["gradient"])

    else:
        formula = formula_of(setting)
        shapes = jax.eval_shape(formula, inputs)
        latest["results"] = {name: jnp.zeros(shape.shape, shape.dtype) for name, shape in shapes.items()}

        @partial(jax.jit, donate_argnums=1, keep_unused=True)
        def jitted(inputs, _):
            return formula(inputs)

        # The results of before are donated, so that the new ones take their place.
        def compute():
            return jitted(inputs, latest["results"])

    def run(times):
        for _ in range(times):
            latest["results"] = compute()
        jax.block_until_ready(latest["results"])

    def call():
        run(1)
        # A copy, since the next call writes to the same place.
        return np.array(latest["results"]["y"])

    return KernelTimer(setting, run, lambda: latest["results"], call)
