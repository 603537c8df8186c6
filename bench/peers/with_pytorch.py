"""PyTorch, eager or compiled: the loop of its tutorials, with its fused optimizer and batches indexed from tensors."""

import time

import numpy as np
import torch
from torch import nn

from common import Data, InferenceTimer


def version(setting):
    return f"pytorch {torch.__version__}"


def build(workload):
    if workload["network"] == "cnn":
        return nn.Sequential(
            nn.Conv2d(1, 32, 3),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Conv2d(32, 64, 3),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Flatten(),
            nn.Linear(5 * 5 * 64, 128),
            nn.ReLU(),
            nn.Linear(128, 10),
        )
    hidden = workload.get("hidden", 128)
    return nn.Sequential(nn.Flatten(), nn.Linear(784, hidden), nn.ReLU(), nn.Dropout(0.2), nn.Linear(hidden, 10))


def set_weights(model, weights):
    """Keras keeps kernels [height, width, in, out] and [in, out], and flattens with the channels last."""
    previous_filters = None
    with torch.no_grad():
        for parameter, value in zip(model.parameters(), weights):
            if value.ndim == 4:
                previous_filters = value.shape[3]
                value = value.transpose(3, 2, 0, 1)
            elif value.ndim == 2:
                if previous_filters is not None:
                    side = int((value.shape[0] / previous_filters) ** 0.5)
                    value = value.reshape(side, side, previous_filters, -1).transpose(2, 0, 1, 3)
                    value = value.reshape(-1, value.shape[3])
                    previous_filters = None
                value = value.T
            parameter.copy_(torch.from_numpy(np.ascontiguousarray(value)))


def prepared(setting, weights):
    """The model with these weights; of a convolutional one the channels last, as its tuning guide recommends."""
    model = build(setting["workload"])
    set_weights(model, weights)
    return model.to(memory_format=torch.channels_last)


def arranged(workload, x):
    """Images [count, 28, 28] as the network takes them."""
    return x[:, None].contiguous(memory_format=torch.channels_last) if workload["network"] == "cnn" else x


class Training:
    def __init__(self, setting):
        self.workload = setting["workload"]
        self.samples = setting["samples"]
        self.size = self.workload["batchSize"]
        data = Data(setting)
        count = max(self.samples, 8 * self.size)
        self.x = arranged(self.workload, torch.from_numpy(data.scaled_images(count)))
        self.y = torch.from_numpy(data.labels[:count].astype(np.int64))
        self.model = prepared(setting, data.weights).train()
        self.optimizer = torch.optim.Adam(self.model.parameters(), eps=1e-7, fused=True)
        criterion = nn.CrossEntropyLoss()

        def forward(x, y):
            logits = self.model(x)
            return criterion(logits, y), (logits.detach().argmax(1) == y).sum()

        self.forward = torch.compile(forward) if setting["backend"] == "compile" else forward

    def step(self, x, y):
        loss, correct = self.forward(x, y)
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        self.optimizer.step()
        return loss.detach(), correct

    def check(self, request):
        losses = []
        for step in range(request["steps"]):
            rows = slice(step * self.size, (step + 1) * self.size)
            losses.append(float(self.step(self.x[rows], self.y[rows])[0]))
        return losses

    def epoch(self):
        order = torch.randperm(self.samples)
        total = torch.zeros(())
        right = torch.zeros((), dtype=torch.int64)
        for rows in order.split(self.size):
            loss, correct = self.step(self.x[rows], self.y[rows])
            total += loss * len(rows)
            right += correct
        # The metrics are read once an epoch, as they cost least.
        return float(total) / self.samples, int(right) / self.samples

    def round(self):
        self.epoch()
        begin = time.perf_counter()
        self.epoch()
        return [1e6 * (time.perf_counter() - begin) / self.samples]


def inference(setting):
    data = Data(setting)
    model = nn.Sequential(prepared(setting, data.weights), nn.Softmax(1)).eval()
    run = torch.compile(model) if setting["backend"] == "compile" else model

    def predict(images):
        with torch.inference_mode():
            return run(arranged(setting["workload"], torch.from_numpy(images))).numpy()

    return InferenceTimer(setting, data, predict)


def create(setting):
    torch.set_num_threads(setting["threads"])
    kind = setting["workload"]["kind"]
    if kind == "training":
        return Training(setting)
    if kind == "inference":
        return inference(setting)
    import pytorch_kernels

    return pytorch_kernels.create(setting)
