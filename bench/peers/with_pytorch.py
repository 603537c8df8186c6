"""PyTorch, eager or compiled: the loop of its tutorials, with its fused optimizer and batches indexed from tensors."""

import time

import numpy as np
import torch
from torch import nn

from common import DEEP_BLOCKS, Data, InferenceTimer


def version(setting):
    return f"pytorch {torch.__version__}"


def deep_convolutions():
    channels = 1
    for block, (filters, count) in enumerate(DEEP_BLOCKS):
        if block > 0:
            yield nn.MaxPool2d(2)
        for _ in range(count):
            yield nn.Conv2d(channels, filters, 3, padding=1)
            yield nn.ReLU()
            channels = filters


def build(workload):
    if workload["network"] == "deep-cnn":
        return nn.Sequential(*deep_convolutions(), nn.Flatten(), nn.Linear(7 * 7 * DEEP_BLOCKS[-1][0], 10))
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
    return x if workload["network"] == "first" else x[:, None].contiguous(memory_format=torch.channels_last)


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


def accuracy_of(model, x, y):
    """On all samples, by batches of 1000, as its example for MNIST tests."""
    model.eval()
    with torch.inference_mode():
        right = sum(int((model(part).argmax(1) == labels).sum()) for part, labels in zip(x.split(1000), y.split(1000)))
    return right / len(y)


def run_program(task):
    """What program.py is asked for: the loop of its tutorials."""
    torch.set_num_threads(task["threads"])
    data = Data(task)
    is_memory = task["what"] == "memory"
    # Where memory counts, pixels stay bytes, so that no copy of the data counts that a program could do without.
    x = torch.from_numpy(data.images) if is_memory else torch.from_numpy(data.scaled_images(len(data.images)))
    x = arranged(task, x)
    y = torch.from_numpy(data.labels.astype(np.int64))
    model = prepared({"workload": task}, data.weights).train()
    optimizer = torch.optim.Adam(model.parameters(), eps=1e-7, fused=True)
    criterion = nn.CrossEntropyLoss()
    losses = []
    step = 0
    for _ in range(task["epochs"]):
        order = torch.arange(len(y)) if is_memory else torch.randperm(len(y))
        total = torch.zeros(())
        right = torch.zeros((), dtype=torch.int64)
        for rows in order.split(task["batchSize"]):
            batch, labels = x[rows], y[rows]
            logits = model(batch.float() / 255 if is_memory else batch)
            loss = criterion(logits, labels)
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            optimizer.step()
            total += loss.detach() * len(rows)
            right += (logits.detach().argmax(1) == labels).sum()
            step += 1
            if step <= task["lossSteps"] and is_memory:
                losses.append(float(loss.detach()))
            if step == task["steps"]:
                break
    if is_memory:
        return {"loss": sum(losses) / len(losses)}
    x_test, y_test = data.test_samples()
    x_test = arranged(task, torch.from_numpy(x_test))
    return {"accuracy": accuracy_of(model, x_test, torch.from_numpy(y_test.astype(np.int64)))}


def create(setting):
    torch.set_num_threads(setting["threads"])
    kind = setting["workload"]["kind"]
    if kind == "training":
        return Training(setting)
    if kind == "inference":
        return inference(setting)
    import pytorch_kernels

    return pytorch_kernels.create(setting)
