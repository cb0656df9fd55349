import sys

import numpy as np

import lockstep


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def softmax(x):
    y = np.exp(x - x.max(axis=1, keepdims=True))
    return y / y.sum(axis=1, keepdims=True)


random = np.random.default_rng(1)
p = {
    "affine1/W": 0.01 * random.standard_normal((784, 50)),
    "affine1/b": np.zeros(50),
    "affine2/W": 0.01 * random.standard_normal((50, 10)),
    "affine2/b": np.zeros(10),
}

with lockstep.record(sys.argv[1]) as rec:
    rec.state(p)
    for step in range(10):
        x, t = random.random((100, 784)), np.eye(10)[random.integers(0, 10, 100)]
        rec.step(x, t)
        a1 = x @ p["affine1/W"] + p["affine1/b"]
        z1 = sigmoid(a1)
        a2 = z1 @ p["affine2/W"] + p["affine2/b"]
        y = softmax(a2)
        rec("forward", "affine1/out", a1)
        rec("forward", "sigmoid1/out", z1)
        rec("forward", "affine2/out", a2)
        rec("forward", "loss/out", y)
        rec("loss", "loss/value", -np.sum(t * np.log(y + 1e-7)) / len(x))

        da2 = (y - t) / len(x)
        dz1 = da2 @ p["affine2/W"].T
        da1 = dz1 * z1 * (1 - z1)
        grads = {
            "affine2/W": z1.T @ da2,
            "affine2/b": da2.sum(axis=0),
            "affine1/W": x.T @ da1,
            "affine1/b": da1.sum(axis=0),
        }
        rec("backward", "affine2/out", da2)
        rec("backward", "sigmoid1/out", dz1)
        rec("backward", "affine1/out", da1)
        for path, gradient in grads.items():
            rec("backward", path, gradient)
            p[path] -= 0.1 * gradient
        rec.state(p)
