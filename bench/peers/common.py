"""What the scripts beside this one share: reading a network, telling what was measured.

A script is called with a directory, a precision, and the seconds to warm up and to measure. In the
directory are network.json, the layers and the optimizer; data.npz, the parameters by path, batches
x/1, t/1 and so on, and the masks of dropout, mask/LAYER/1. It takes `steps` steps, writes the
parameters to SCRIPT-PRECISION.npz, and goes on while the clock runs.
"""

import json
import sys
import time

import numpy as np

MARK = "measured "


class Task:
    def __init__(self):
        self.directory, self.precision = sys.argv[1], sys.argv[2]
        self.warm_up, self.seconds = float(sys.argv[3]), float(sys.argv[4])
        with open(f"{self.directory}/network.json", encoding="utf-8") as file:
            network = json.load(file)
        self.layers = network["layers"]
        self.optimizer = network["optimizer"]
        self.steps = network["steps"]
        self.batches = network["batches"]
        dtype = np.float64 if self.precision == "double" else np.float32
        with np.load(f"{self.directory}/data.npz") as data:
            self.data = {name: data[name].astype(dtype) for name in data.files}

    def run(self, step, parameters, script):
        """Calls step(i) with i from 1; parameters() gives them by path."""
        for i in range(1, self.steps + 1):
            step(i)
        np.savez(
            f"{self.directory}/{script}-{self.precision}.npz",
            **{path: value.astype(np.float64) for path, value in parameters().items()},
        )
        self._repeat(step, self.warm_up)
        steps, seconds = self._repeat(step, self.seconds)
        samples = len(self.data["x/1"])
        print(MARK + json.dumps({"samplesPerSecond": steps * samples / seconds}))

    def _repeat(self, step, seconds):
        taken = 0
        start = time.perf_counter()
        while True:
            step(taken % self.batches + 1)
            taken += 1
            elapsed = time.perf_counter() - start
            if elapsed >= seconds:
                return taken, elapsed
