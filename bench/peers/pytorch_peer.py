"""The networks in PyTorch, on as many threads as OMP_NUM_THREADS says."""

import math
import os

import torch
from torch.nn import functional

from common import Task

task = Task()
torch.set_num_threads(int(os.environ["OMP_NUM_THREADS"]))

tensors = {name: torch.from_numpy(value) for name, value in task.data.items()}
labels = {i: tensors[f"t/{i}"].argmax(dim=1) for i in range(1, task.batches + 1)}
parameters = {}
for layer in task.layers:
    for path in layer["parameters"]:
        value = tensors[path]
        if layer["type"] == "affine" and path.endswith("/W"):
            value = value.T.contiguous()  # torch keeps units × inputs
        parameters[path] = value.requires_grad_()

rate = task.optimizer["learningRate"]
adam = task.optimizer["type"] == "adam"
if adam:
    betas = (task.optimizer["beta1"], task.optimizer["beta2"])
    optimizer = torch.optim.Adam(parameters.values(), lr=rate, betas=betas, fused=True)
else:
    optimizer = torch.optim.SGD(parameters.values(), lr=rate)
updates = 0


def forward(i):
    y = tensors[f"x/{i}"]
    for layer in task.layers:
        name, kind = layer["name"], layer["type"]
        if kind == "affine":
            y = functional.linear(y.flatten(1), parameters[name + "/W"], parameters[name + "/b"])
        elif kind == "conv":
            y = functional.conv2d(
                y,
                parameters[name + "/W"],
                parameters[name + "/b"],
                stride=layer["stride"],
                padding=layer["pad"],
            )
        elif kind == "pool":
            y = functional.max_pool2d(y, layer["size"], layer["stride"])
        elif kind == "dropout":
            y = y * tensors[f"mask/{name}/{i}"]
        else:
            y = functional.relu(y)
    return y


def step(i):
    global updates
    updates += 1
    if adam:
        # The book adds its epsilon to the root before that is corrected for the start at 0.
        correction = math.sqrt(1 - betas[1] ** updates)
        optimizer.param_groups[0]["eps"] = task.optimizer["epsilon"] / correction
    optimizer.zero_grad()
    functional.cross_entropy(forward(i), labels[i]).backward()
    optimizer.step()


def as_the_book_has_them():
    return {
        path: (value.T if path.endswith("/W") and value.dim() == 2 else value).detach().numpy()
        for path, value in parameters.items()
    }


task.run(step, as_the_book_has_them, "pytorch")
