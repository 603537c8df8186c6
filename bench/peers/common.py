"""What all implementations share: the samples and weights of a run, the inputs of single computations, timing."""

import math
import time

import numpy as np

# As in timing.ts.
ROUND_SECONDS = 0.3
WARM_SECONDS = 0.1
BUNDLE_SECONDS = 0.02


# Filters and convolutions of each block of the deep cnn, as in networks.ts.
DEEP_BLOCKS = [(16, 7), (32, 6), (64, 6)]


class Data:
    """The samples and the weights that every implementation begins with."""

    def __init__(self, setting):
        self.files = data = setting["data"]
        pixels = np.fromfile(data["images"], np.uint8)
        self.images = pixels.reshape(-1, 28, 28)
        self.labels = np.fromfile(data["labels"], np.uint8).astype(np.int32)
        flat = np.fromfile(data["weights"], np.float32)
        self.weights = []
        begin = 0
        for shape in data["weightShapes"]:
            size = math.prod(shape)
            self.weights.append(flat[begin : begin + size].reshape(shape))
            begin += size

    def scaled_images(self, count):
        """float32 of 0 to 1, [count, 28, 28]."""
        return self.images[:count].astype(np.float32) / np.float32(255)

    def test_samples(self):
        """Images, float32 of 0 to 1, and labels that networks are tested with."""
        images = np.fromfile(self.files["testImages"], np.uint8).reshape(-1, 28, 28)
        labels = np.fromfile(self.files["testLabels"], np.uint8).astype(np.int32)
        return images.astype(np.float32) / np.float32(255), labels


def element_values(spec):
    """All elements of an input of a single computation: the same numbers as `values` of kernels.ts."""
    count = math.prod(spec["shape"])
    seed = (spec["seed"] * 0x7F4A7C15) & 0xFFFFFFFF
    bits = np.arange(count, dtype=np.uint32)
    bits *= np.uint32(0x9E3779B1)
    bits += np.uint32(seed)
    bits ^= bits >> np.uint32(16)
    bits *= np.uint32(0x85EBCA6B)
    bits ^= bits >> np.uint32(13)
    bits *= np.uint32(0xC2B2AE35)
    bits ^= bits >> np.uint32(16)
    between = (bits >> np.uint32(8)).astype(np.float32) / np.float32(2**23) - np.float32(1)
    return (between * np.float32(spec["scale"])).reshape(spec["shape"])


def at_spots(results, spots):
    """Some elements of each result, which are arrays by name."""
    return [np.asarray(results[spot["name"]]).reshape(-1)[spot["positions"]].astype(float).tolist() for spot in spots]


def time_calls(call, most_calls):
    """Microseconds of one call after the other, after some that are not timed."""
    call_for(WARM_SECONDS, call, most_calls)
    return call_for(ROUND_SECONDS, call, most_calls)


def call_for(seconds, call, most_calls):
    times = []
    begin = time.perf_counter()
    while True:
        before = time.perf_counter()
        call()
        after = time.perf_counter()
        times.append(1e6 * (after - before))
        if len(times) >= most_calls or after - begin >= seconds:
            return times


def time_bundles(run, most_times):
    """Microseconds of a repetition, for bundles of as many as make it worth reading the clock; `run` takes the number."""
    bundle = 1
    while True:
        before = time.perf_counter()
        run(bundle)
        elapsed = time.perf_counter() - before
        if elapsed >= BUNDLE_SECONDS or bundle >= most_times:
            break
        bundle = min(most_times, bundle * min(10, max(2, math.ceil(1.2 * BUNDLE_SECONDS / elapsed))))
    times = []
    begin = time.perf_counter()
    while True:
        before = time.perf_counter()
        run(bundle)
        after = time.perf_counter()
        times.append(1e6 * (after - before) / bundle)
        if after - begin >= ROUND_SECONDS:
            return times


class InferenceTimer:
    """Checks and times a function that takes images [count, 28, 28] to class probabilities, as arrays of NumPy's."""

    def __init__(self, setting, data, predict):
        self.size = setting["workload"]["batchSize"]
        self.most_calls = setting["samples"]
        self.images = data.scaled_images(256)
        self.predict = predict

    def check(self, request):
        rows = request["rows"]
        size = min(self.size, rows)
        parts = [self.predict(self.images[row : row + size]) for row in range(0, rows, size)]
        return np.concatenate(parts).astype(float).reshape(-1).tolist()

    def round(self):
        batch = self.images[: self.size]
        return [microseconds / self.size for microseconds in time_calls(lambda: self.predict(batch), self.most_calls)]


class KernelTimer:
    """
    Checks and times a single computation. `run(times)` does it so many times and waits for the end, `results()` are
    what it came to, as arrays by name in the layout of kernels.ts; `call()` does it once and brings the result back.
    """

    def __init__(self, setting, run, results, call):
        self.by_call = setting["workload"]["byCall"]
        self.reads = setting["workload"]["reads"]
        self.task = setting["workload"]["task"]
        self.most = setting["samples"]
        self.run = run
        self.results = results
        self.call = call

    def check(self, request):
        if self.reads:
            return at_spots({"y": self.call()}, request["spots"])
        self.run(request["steps"] if self.task["task"] == "adam" else 1)
        return at_spots(self.results(), request["spots"])

    def round(self):
        if self.by_call:
            return time_calls(self.call if self.reads else lambda: self.run(1), self.most)
        # A product counts as one, of however many a program makes a chain.
        samples = self.task.get("chain", 1)
        return [microseconds / samples for microseconds in time_bundles(self.run, self.most)]
