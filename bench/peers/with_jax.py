"""JAX alone: a jitted step whose arguments are donated, with the data on the device and the batch gathered in the step."""

import os
import time
from functools import partial


def hold_to_cores(threads):
    """XLA has no setting for its threads on a processor, but uses no more than the cores that the process may run on."""
    if hasattr(os, "sched_setaffinity"):
        cores = sorted(os.sched_getaffinity(0))
        if threads < len(cores):
            os.sched_setaffinity(0, cores[:threads])


def version(setting):
    import jax

    return f"jax {jax.__version__}"


def create(setting):
    hold_to_cores(setting["threads"])
    kind = setting["workload"]["kind"]
    if kind == "kernel":
        import jax_kernels

        return jax_kernels.create(setting)
    return Training(setting) if kind == "training" else inference(setting)


def logits_of(network, weights, x, dropout_key=None):
    """Images [B, 28, 28] -> [B, 10]; weights in Keras's order and layout."""
    import jax
    from jax import lax
    from jax import numpy as jnp

    relu = jax.nn.relu

    def pool(x):
        return lax.reduce_window(x, -jnp.inf, lax.max, (1, 2, 2, 1), (1, 2, 2, 1), "VALID")

    def convolve(x, kernel, bias):
        y = lax.conv_general_dilated(x, kernel, (1, 1), "VALID", dimension_numbers=("NHWC", "HWIO", "NHWC"))
        return relu(y + bias)

    if network == "cnn":
        k1, b1, k2, b2, k3, b3, k4, b4 = weights
        x = pool(convolve(x[..., None], k1, b1))
        x = pool(convolve(x, k2, b2))
        x = relu(x.reshape(x.shape[0], -1) @ k3 + b3)
        return x @ k4 + b4
    k1, b1, k2, b2 = weights
    x = relu(x.reshape(x.shape[0], -1) @ k1 + b1)
    if dropout_key is not None:
        kept = jax.random.bernoulli(dropout_key, 0.8, x.shape)
        x = jnp.where(kept, x / 0.8, 0)
    return x @ k2 + b2


def first_state(weights):
    from jax import numpy as jnp

    def zeros():
        return [jnp.zeros_like(weight) for weight in weights]

    return {
        "weights": weights,
        "momentum": zeros(),
        "velocity": zeros(),
        "step": jnp.zeros((), jnp.int32),
        "loss": jnp.zeros(()),
        "correct": jnp.zeros((), jnp.int32),
    }


def trained(network, state, x, y, key):
    """One step of Adam (Kingma and Ba, 2015, in Keras's form) on a batch; the metrics are sums."""
    import jax
    from jax import numpy as jnp

    def loss_of(weights):
        logits = logits_of(network, weights, x, jax.random.fold_in(key, state["step"]))
        losses = -jnp.take_along_axis(jax.nn.log_softmax(logits), y[:, None], 1)
        return losses.mean(), (logits.argmax(1) == y).sum()

    (loss, correct), gradients = jax.value_and_grad(loss_of, has_aux=True)(state["weights"])
    step = state["step"] + 1
    rate = 1e-3 * jnp.sqrt(1 - 0.999**step) / (1 - 0.9**step)
    momentum = [m + 0.1 * (g - m) for m, g in zip(state["momentum"], gradients)]
    velocity = [v + 0.001 * (g * g - v) for v, g in zip(state["velocity"], gradients)]
    weights = [w - rate * m / (jnp.sqrt(v) + 1e-7) for w, m, v in zip(state["weights"], momentum, velocity)]
    return {
        "weights": weights,
        "momentum": momentum,
        "velocity": velocity,
        "step": step,
        "loss": state["loss"] + loss,
        "correct": state["correct"] + correct,
    }


class Training:
    def __init__(self, setting):
        import jax
        import numpy as np
        from jax import lax
        from jax import numpy as jnp

        from common import Data

        self.jax = jax
        workload = setting["workload"]
        self.samples = setting["samples"]
        self.size = size = workload["batchSize"]
        data = Data(setting)
        count = max(self.samples, 8 * size)
        self.x = jax.device_put(data.scaled_images(count))
        self.y = jax.device_put(data.labels[:count])
        self.state = first_state([jnp.array(weight) for weight in data.weights])
        self.in_order = jnp.arange(count)
        self.key = jax.random.key(1)
        self.begins = [np.int32(begin) for begin in range(0, self.samples - size + 1, size)]

        @partial(jax.jit, donate_argnums=0)
        def step(state, x_all, y_all, order, begin, key):
            rows = lax.dynamic_slice(order, (begin,), (size,))
            return trained(workload["network"], state, x_all[rows], y_all[rows], key)

        self.step = step
        self.permutation = jax.jit(lambda key: jax.random.permutation(key, self.samples))

    def check(self, request):
        losses = []
        before = 0.0
        for step in range(request["steps"]):
            begin = step * self.size
            self.state = self.step(self.state, self.x, self.y, self.in_order, begin, self.key)
            after = float(self.state["loss"])
            losses.append(after - before)
            before = after
        return losses

    def epoch(self):
        self.key, key = self.jax.random.split(self.key)
        order = self.permutation(key)
        state = self.state
        for begin in self.begins:
            state = self.step(state, self.x, self.y, order, begin, key)
        self.state = state
        return float(state["loss"]), int(state["correct"])

    def round(self):
        self.epoch()
        begin = time.perf_counter()
        self.epoch()
        return [1e6 * (time.perf_counter() - begin) / (len(self.begins) * self.size)]


def inference(setting):
    import jax
    import numpy as np

    from common import Data, InferenceTimer

    data = Data(setting)
    network = setting["workload"]["network"]
    weights = [jax.device_put(weight) for weight in data.weights]
    probabilities = jax.jit(lambda weights, x: jax.nn.softmax(logits_of(network, weights, x)))
    return InferenceTimer(setting, data, lambda images: np.asarray(probabilities(weights, images)))
