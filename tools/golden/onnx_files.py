"""Writes small ONNX files with PyTorch and Keras, with an input and an output of each, to tests/golden/files/onnx."""

import os
import subprocess
import sys
import warnings
from pathlib import Path

import numpy as np

from recording import OUTPUT, array, draw, generator, versions, write

warnings.simplefilter("ignore")
FILES = OUTPUT / "files" / "onnx"


def tidy(path):
    """Leaves out where in which program a node comes from, which no reader needs, and data files without data."""
    import onnx

    model = onnx.load(path, load_external_data=False)
    for part in [model, model.graph, *model.graph.node, *model.graph.value_info, *model.graph.input, *model.graph.output, *model.graph.initializer]:
        part.ClearField("metadata_props")
        part.ClearField("doc_string")
    path.write_bytes(model.SerializeToString())
    data = path.with_name(f"{path.name}.data")
    if data.exists() and data.stat().st_size == 0:
        data.unlink()


def torch_cases():
    import torch
    from torch import nn

    class Scaled(nn.Module):
        """What torchvision's tutorials do before the network, as a part of it."""

        def __init__(self):
            super().__init__()
            self.register_buffer("mean", torch.tensor([0.4, 0.5, 0.6]).view(1, 3, 1, 1))
            self.register_buffer("deviation", torch.tensor([0.2, 0.25, 0.3]).view(1, 3, 1, 1))
            self.conv = nn.Conv2d(3, 4, 3, padding=1)
            self.head = nn.Linear(4 * 6 * 6, 3)

        def forward(self, x):
            x = (x / 255 - self.mean) / self.deviation
            x = torch.tanh(self.conv(x))
            return torch.sigmoid(self.head(x.view(x.size(0), -1)))

    class Residual(nn.Module):
        def __init__(self):
            super().__init__()
            self.first = nn.Linear(4, 4)
            self.norm = nn.LayerNorm(4)
            self.last = nn.Linear(4, 2)

        def forward(self, x):
            return torch.log_softmax(self.last(nn.functional.gelu(self.norm(x + self.first(x)))), dim=1)

    networks = {
        "torch-mlp": ((3, 4), nn.Sequential(nn.Flatten(), nn.Linear(12, 6), nn.ReLU(), nn.Dropout(0.2), nn.Linear(6, 3), nn.Softmax(dim=1))),
        "torch-cnn": (
            (2, 9, 7),
            nn.Sequential(
                nn.Conv2d(2, 4, 3),
                nn.ReLU(),
                nn.MaxPool2d(2),
                nn.Conv2d(4, 6, 3, padding=1, bias=False),
                nn.BatchNorm2d(6),
                nn.Tanh(),
                nn.Flatten(),
                nn.Dropout(0.5),
                nn.Linear(36, 3),
                nn.Softmax(dim=1),
            ),
        ),
        "torch-strided": (
            (2, 8, 10),
            nn.Sequential(
                nn.Conv2d(2, 4, 3, stride=2, padding=1),
                nn.ReLU(),
                nn.Conv2d(4, 4, 3, padding=2, dilation=2, groups=2),
                nn.Sigmoid(),
                nn.AvgPool2d(2, ceil_mode=True, count_include_pad=False),
                nn.AdaptiveAvgPool2d(1),
                nn.Flatten(),
                nn.Linear(4, 2),
            ),
        ),
        "torch-normalized": (
            (3, 5, 5),
            nn.Sequential(
                nn.BatchNorm2d(3), nn.Conv2d(3, 4, 3, padding=1), nn.ReLU(), nn.BatchNorm2d(4), nn.Flatten(),
                nn.BatchNorm1d(100), nn.Linear(100, 5), nn.ReLU(), nn.BatchNorm1d(5),
            ),
        ),
        "torch-scaled": ((3, 6, 6), Scaled()),
        "torch-image": ((1, 6, 5), nn.Sequential(nn.ZeroPad2d(1), nn.Conv2d(1, 3, 3), nn.ReLU(), nn.Conv2d(3, 2, 1), nn.Softmax(dim=1))),
        "torch-sequence": ((5, 4), nn.Sequential(nn.Linear(4, 3), nn.ReLU(), nn.Linear(3, 2, bias=False))),
        "torch-residual": ((4,), Residual()),
    }
    for name, (shape, network) in networks.items():
        rng = generator(name)
        with torch.no_grad():
            for parameter in network.state_dict().values():
                if parameter.is_floating_point() and "mean" not in name and parameter.numel():
                    parameter.copy_(torch.from_numpy(draw(rng, tuple(parameter.shape), scale=0.4)))
            for module in network.modules():
                if isinstance(module, (nn.BatchNorm1d, nn.BatchNorm2d)):
                    module.running_var.abs_().add_(0.5)
        if name == "torch-scaled":
            network.mean.copy_(torch.tensor([0.4, 0.5, 0.6]).view(1, 3, 1, 1))
            network.deviation.copy_(torch.tensor([0.2, 0.25, 0.3]).view(1, 3, 1, 1))
        network.eval()
        x = draw(rng, (2, *shape))
        if name == "torch-scaled":
            x = np.abs(x * 100).round()
        given = torch.from_numpy(x)
        output = network(given).detach().numpy()
        file = f"{name}.onnx"
        torch.onnx.export(network, given, FILES / file, dynamo=False, input_names=["x"], dynamic_axes={"x": {0: "batch"}})
        tidy(FILES / file)
        yield {"name": name, "file": file, "input": array(x), "output": array(output)}
        # The newer exporter, which keeps weights in a file beside.
        file = f"{name}-dynamo.onnx"
        torch.onnx.export(network, (given,), FILES / file, dynamo=True, dynamic_shapes=({0: "batch"},), verbose=False)
        tidy(FILES / file)
        yield {"name": f"{name}, newer exporter", "file": file, "input": array(x), "output": array(output)}


def keras_cases(backend):
    import keras

    layers = keras.layers
    networks = {
        "mlp": keras.Sequential(
            [keras.Input((4, 3)), layers.Flatten(), layers.Dense(6, activation="relu"), layers.Dropout(0.2), layers.Dense(3, activation="softmax")]
        ),
        "cnn": keras.Sequential(
            [
                keras.Input((9, 7, 2)),
                layers.Conv2D(4, 3, activation="relu", padding="same", strides=2),
                layers.MaxPooling2D(2, padding="same"),
                layers.Conv2D(6, 2, use_bias=False),
                layers.BatchNormalization(),
                layers.Activation("tanh"),
                layers.AveragePooling2D((2, 1)),
                layers.Flatten(),
                layers.Dense(3, activation="sigmoid"),
            ]
        ),
        "reshape": keras.Sequential(
            [keras.Input((12,)), layers.Reshape((4, 3, 1)), layers.Conv2D(2, 2), layers.Reshape((6, 2)), layers.Dense(3)]
        ),
    }
    for name, model in networks.items():
        rng = generator(f"keras {name}")
        model.set_weights([np.abs(draw(rng, weight.shape, scale=0.5)) + 0.5 if "variance" in weight.path else draw(rng, weight.shape, scale=0.5) for weight in model.weights])
        x = draw(rng, (2, *model.input_shape[1:]))
        output = keras.ops.convert_to_numpy(model(x))
        file = f"keras-{backend}-{name}.onnx"
        model.export(FILES / file, format="onnx", verbose=False)
        tidy(FILES / file)
        yield {"name": f"Keras on {backend}, {name}", "file": file, "input": array(x), "output": array(output)}


def main():
    if len(sys.argv) > 1:
        # Keras's backend is chosen once a process.
        import json

        print(json.dumps(list(keras_cases(sys.argv[1]))))
        return
    import json

    import onnx
    import torch

    FILES.mkdir(parents=True, exist_ok=True)
    for old in FILES.iterdir():
        old.unlink()
    cases = list(torch_cases())
    for backend in ["torch", "tensorflow"]:
        environment = {**os.environ, "KERAS_BACKEND": backend}
        command = [sys.executable, "-B", "-W", "ignore", Path(__file__), backend]
        printed = subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE, text=True).stdout
        cases += json.loads(printed.splitlines()[-1])
    cases.sort(key=lambda case: case["file"])
    about = "ONNX files by PyTorch and Keras, in files/onnx, with an input and the output that the network gave for it."
    write("onnx_files", about, versions(torch, onnx), cases=cases)


if __name__ == "__main__":
    main()
