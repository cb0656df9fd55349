"""Affine layers and ReLU, softmax with cross entropy, SGD: in NumPy, as the book writes them."""

import numpy as np

from common import Task

task = Task()
parameters = {path: task.data[path] for layer in task.layers for path in layer["parameters"]}
rate = task.optimizer["learningRate"]


def step(i):
    x, t = task.data[f"x/{i}"], task.data[f"t/{i}"]
    inputs = []
    y = x.reshape(len(x), -1)
    for layer in task.layers:
        inputs.append(y)
        if layer["type"] == "affine":
            y = y @ parameters[layer["name"] + "/W"] + parameters[layer["name"] + "/b"]
        else:
            y = np.maximum(y, 0)
    y = np.exp(y - y.max(axis=1, keepdims=True))
    y /= y.sum(axis=1, keepdims=True)

    gradients = {}
    d = (y - t) / len(x)
    for layer, x in zip(reversed(task.layers), reversed(inputs)):
        if layer["type"] == "affine":
            w = layer["name"] + "/W"
            gradients[w] = x.T @ d
            gradients[layer["name"] + "/b"] = d.sum(axis=0)
            if layer is not task.layers[0]:
                d = d @ parameters[w].T
        else:
            d = d * (x > 0)
    for path, gradient in gradients.items():
        parameters[path] -= rate * gradient


task.run(step, lambda: parameters, "numpy")
