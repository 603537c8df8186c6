"""A program that trains or loads a network with one of the peers, and prints a line of JSON when it has done so.

Its only argument is a task as processes.ts has it, to train with the files of `Data`, as JSON. The line is a reply as host.py's.
"""

import importlib
import json
import sys

from host import MODULES, open_replies, reply_of


def peak_bytes():
    """The most that was resident since the process runs its program, as program.ts reads it."""
    with open("/proc/self/status") as status:
        for line in status:
            if line.startswith("VmHWM:"):
                return 1024 * int(line.split()[1])
    raise RuntimeError("/proc/self/status says nothing of VmHWM.")


def run(task):
    module = importlib.import_module(MODULES[task["implementation"]])
    result = module.run_program(task)
    if task["what"] == "memory":
        result["peakBytes"] = peak_bytes()
    return {**result, "version": module.version(task)}


def main():
    replies = open_replies()
    replies.write(json.dumps(reply_of(lambda: run(json.loads(sys.argv[1])))) + "\n")
    replies.flush()


if __name__ == "__main__":
    main()
