"""Records Threefry-2x32 (20 rounds) words, computed twice: by the generator below and by JAX, which must agree."""

from recording import generator, versions, write

import jax
import numpy as np
from jax._src.random.threefry2x32 import threefry_2x32

ROTATIONS = ((13, 15, 26, 6), (17, 29, 16, 24))
MASK = 0xFFFFFFFF


def threefry(key, counter):
    """Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011: five groups of four rounds."""
    schedule = (key[0], key[1], 0x1BD11BDA ^ key[0] ^ key[1])
    x, y = (counter[0] + schedule[0]) & MASK, (counter[1] + schedule[1]) & MASK
    for group in range(5):
        for distance in ROTATIONS[group % 2]:
            x = (x + y) & MASK
            y = ((y << distance) & MASK) | (y >> (32 - distance))
            y ^= x
        x = (x + schedule[(group + 1) % 3]) & MASK
        y = (y + schedule[(group + 2) % 3] + group + 1) & MASK
    return [x, y]


def jax_words(key, counter):
    count = np.array(counter, np.uint32)
    return [int(word) for word in threefry_2x32(np.array(key, np.uint32), count)]


def record():
    rng = generator("threefry")
    pairs = [([0, 0], [0, 0]), ([MASK, MASK], [MASK, MASK]), ([0, 0], [1, 0]), ([0, 0], [0, 1]), ([1, 0], [0, 0]),
             ([0, 1], [0, 0]), ([1, 2], [3, 4]), ([2**31, 2**31], [2**31, 2**31]), ([42, 7], [2**31 - 1, 0])]
    pairs += [([42, 3], [step, 0]) for step in range(8)]
    pairs += [(rng.integers(0, 2**32, 2).tolist(), rng.integers(0, 2**32, 2).tolist()) for _ in range(24)]
    # The digits of pi and the all-zero and all-one rows: the answers published with the method.
    pi = ([0x13198A2E, 0x03707344], [0x243F6A88, 0x85A308D3])
    assert threefry([0, 0], [0, 0]) == [0x6B200159, 0x99BA4EFE]
    assert threefry([MASK, MASK], [MASK, MASK]) == [0x1CB996FC, 0xBB002BE7]
    assert threefry(*pi) == [0xC4923A9C, 0x483DF7A0]
    cases = []
    for key, counter in [*pairs, pi]:
        words = threefry(key, counter)
        assert words == jax_words(key, counter), (key, counter)
        cases.append({"key": key, "counter": counter, "words": words})
    write("random", "Threefry-2x32, 20 rounds: key and counter to two words, all unsigned 32-bit.", versions(jax),
          cases=cases)


if __name__ == "__main__":
    record()
