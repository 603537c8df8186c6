"""Records networks of PyTorch as it saves them with safetensors, with inputs and what the networks make of them."""

from recording import OUTPUT, array, draw, generator, versions, write

import safetensors
import torch
from safetensors.torch import save_file
from torch import nn


class Net(nn.Module):
    """Modules with names of their own, and two that share their shapes."""

    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(2, 4, 3)
        self.conv2 = nn.Conv2d(4, 4, (3, 2), padding="same")
        self.conv3 = nn.Conv2d(4, 4, (3, 2), padding="same")
        self.fc1 = nn.Linear(4 * 4 * 3, 6)
        self.fc2 = nn.Linear(6, 3)

    def forward(self, x):
        x = torch.relu(self.conv1(x))
        x = torch.relu(self.conv2(x))
        x = torch.relu(self.conv3(x))
        x = torch.flatten(nn.functional.max_pool2d(x, 2), 1)
        return self.fc2(torch.relu(self.fc1(x)))


def dense(*sizes):
    layers = []
    for inputs, outputs in zip(sizes, sizes[1:]):
        layers += [nn.Linear(inputs, outputs), nn.ReLU()]
    return nn.Sequential(*layers[:-1])


def record(name, network, shape, dtype=torch.float32):
    rng = generator(name)
    for parameter in network.parameters():
        parameter.data = torch.from_numpy(draw(rng, parameter.shape, 0.5)).to(dtype).float()
    # As PyTorch has images: channels before their axes.
    x = draw(rng, shape)
    with torch.no_grad():
        y = network.eval()(torch.from_numpy(x)).numpy()
    folder = OUTPUT / "files" / "safetensors"
    folder.mkdir(parents=True, exist_ok=True)
    state = {key: value.to(dtype).contiguous() for key, value in network.state_dict().items()}
    save_file(state, folder / f"{name}.safetensors", metadata={"format": "pt"})
    return {"name": name, "input": array(x), "output": array(y)}


torch.manual_seed(1)
torch.set_num_threads(1)
write(
    "pytorch_weights",
    "Networks of PyTorch; the weights are in files/safetensors/.",
    versions(torch, safetensors),
    cases=[
        record("cnn", Net(), (2, 2, 10, 8)),
        record("dense", dense(5, 7, 3), (4, 5)),
        record("dense_bfloat16", dense(5, 7, 3), (4, 5), torch.bfloat16),
        record("dense_float16", dense(5, 7, 3), (4, 5), torch.float16),
        record("square", dense(4, 4, 4), (3, 4)),
        record("many", dense(*[3] + [4, 3] * 6), (2, 3)),
    ],
)
