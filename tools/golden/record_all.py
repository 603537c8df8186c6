"""Runs every recorder, or those named: `python tools/golden/record_all.py losses metrics`.

Each runs in a process of its own, since the names that Keras gives to layers count on from one to the next.
"""

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
# tfjs_converted needs an environment of its own.
NO_RECORDERS = ("record_all", "recording", "tfjs_converted")
RECORDERS = sorted(path.stem for path in HERE.glob("*.py") if path.stem not in NO_RECORDERS)


def main():
    names = sys.argv[1:] or RECORDERS
    unknown = [name for name in names if name not in RECORDERS]
    if unknown:
        sys.exit(f"Unknown recorders {unknown}; known: {RECORDERS}")
    for name in names:
        subprocess.run([sys.executable, "-B", "-W", "ignore", HERE / f"{name}.py"], check=True)


if __name__ == "__main__":
    main()
