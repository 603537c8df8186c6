"""Single computations with PyTorch, eager or compiled: results into memory that is there already, where it offers that."""

import numpy as np
import torch
import torch.nn.functional as F

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


def matmul(task, inputs, compiled):
    a, b = inputs["a"], inputs["b"]
    if compiled:
        run = torch.compile(product, dynamic=False)

        def results():
            with torch.inference_mode():
                return {"y": run(task, a, b)}

        return results

    operands = task["operands"]
    other = a.T if operands == "tn" else b.T if operands == "nt" else b
    # Two in turns, since a product cannot replace its operand.
    places = [torch.empty(task["m"], task["n"]) for _ in range(2)]

    def results():
        y = b if operands == "tn" else a
        with torch.inference_mode():
            for link in range(task["chain"]):
                place = places[link % 2]
                y = torch.mm(other, y, out=place) if operands == "tn" else torch.mm(y, other, out=place)
        return {"y": y}

    return results


def convolution(task, inputs, compiled):
    """Channels last, which its documentation recommends on processors; padding is the same on both sides."""
    x = inputs["x"].permute(0, 3, 1, 2).requires_grad_()
    kernel = inputs["weights"].permute(3, 2, 0, 1).contiguous(memory_format=torch.channels_last).requires_grad_()
    upstream = inputs["upstream"].permute(0, 3, 1, 2)
    padding = (task["kernel"] - 1) // 2 if task["padding"] == "same" else 0
    groups = task["channels"] if task["depthwise"] else 1

    def forward(x, kernel):
        return F.conv2d(x, kernel, stride=task["stride"], padding=padding, groups=groups)

    forward = torch.compile(forward, dynamic=False) if compiled else forward

    def results():
        y = forward(x, kernel)
        dx, dw = torch.autograd.grad(y, (x, kernel), upstream)
        return {
            "y": y.detach().permute(0, 2, 3, 1),
            "dx": dx.permute(0, 2, 3, 1),
            "dw": dw.permute(2, 3, 1, 0),
        }

    return results


def stream(task, inputs, compiled, epsilon):
    x = inputs["x"]
    formulas = {
        "softmax": lambda x: torch.softmax(x, -1),
        "layer-norm": lambda x: F.layer_norm(x, (task["columns"],), inputs["gamma"], inputs["beta"], epsilon),
        "elementwise": lambda x: (1.5 * x + inputs["z"]).relu() - 0.5 * x,
    }
    place = torch.empty_like(x)
    in_place = {
        "softmax": lambda x: torch.softmax(x, -1, out=place),
        "layer-norm": formulas["layer-norm"],
        "elementwise": lambda x: torch.mul(x, 1.5, out=place).add_(inputs["z"]).relu_().sub_(x, alpha=0.5),
    }
    name = task["task"]
    run = torch.compile(formulas[name], dynamic=False) if compiled else in_place[name]

    def results():
        with torch.inference_mode():
            return {"y": run(x)}

    return results


def adam(inputs, settings, compiled):
    weights = inputs["weights"].requires_grad_()
    weights.grad = inputs["gradient"]
    optimizer = torch.optim.Adam(
        [weights],
        lr=settings["rate"],
        betas=(settings["beta1"], settings["beta2"]),
        eps=settings["epsilon"],
        # A compiled step is generated from the plain form.
        **({"foreach": True} if compiled else {"fused": True}),
    )
    step = torch.compile(optimizer.step) if compiled else optimizer.step

    def results():
        step()
        return {"weights": weights.detach()}

    return results


def create(setting):
    task = setting["workload"]["task"]
    compiled = setting["backend"] == "compile"
    inputs = {name: torch.from_numpy(element_values(spec)) for name, spec in setting["inputs"].items()}
    if task["task"] == "matmul":
        compute = matmul(task, inputs, compiled)
    elif task["task"] == "convolution":
        compute = convolution(task, inputs, compiled)
    elif task["task"] == "adam":
        compute = adam(inputs, setting["adam"], compiled)
    else:
        compute = stream(task, inputs, compiled, setting["layerNormEpsilon"])
    latest = {}

    def run(times):
        for _ in range(times):
            latest["results"] = compute()

    def results():
        return {name: np.ascontiguousarray(value) for name, value in latest["results"].items()}

    return KernelTimer(setting, run, results, lambda: np.asarray(compute()["y"]))
