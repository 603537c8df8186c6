"""A process that holds one implementation of one workload, and does what the benchmarks ask for.

A request is a line of JSON on standard input, a reply a line of JSON on standard output: {"value": ...},
{"error": "..."}, or {"unavailable": "..."} where a package is not installed. What libraries print goes to standard
error.
"""

import importlib
import json
import os
import sys

MODULES = {"keras": "with_keras", "pytorch": "with_pytorch", "jax": "with_jax"}


class Host:
    def __init__(self):
        self.implementation = None

    def answer(self, request):
        method = request["method"]
        if method == "create":
            setting = request["setting"]
            module = importlib.import_module(MODULES[setting["implementation"]])
            self.implementation = module.create(setting)
            return module.version(setting)
        if self.implementation is None:
            raise RuntimeError("Nothing was created yet.")
        if method == "check":
            return self.implementation.check(request)
        if method == "round":
            return self.implementation.round()
        raise ValueError(f"expected create, check or round, received '{method}'")


def reply_of(work):
    """What `work` returns, or why it does not, as a reply."""
    try:
        return {"value": work()}
    except ImportError as error:
        return {"unavailable": f"not installed: {error} (bench/README.md says how to set up Python for the peers)"}
    except Exception as error:  # whatever goes wrong in a library is to be told, not to end the others
        return {"error": f"{type(error).__name__}: {error}".splitlines()[0]}


def open_replies():
    """A file that writes to standard output, to which nothing else does from now on."""
    replies = os.fdopen(os.dup(sys.stdout.fileno()), "w")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    return replies


def main():
    replies = open_replies()
    host = Host()
    for line in sys.stdin:
        replies.write(json.dumps(reply_of(lambda: host.answer(json.loads(line)))) + "\n")
        replies.flush()


if __name__ == "__main__":
    main()
