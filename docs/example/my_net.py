import numpy as np

import lockstep


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def softmax(x):
    y = np.exp(x - x.max(axis=1, keepdims=True))
    return y / y.sum(axis=1, keepdims=True)


class TwoLayerNet:
    """The book's network of chapter 5: affine, sigmoid, affine, softmax; SGD."""

    def __init__(self, network):
        self.rate = network.optimizer["learningRate"]
        self.params = {}

    def restore(self, state, step):
        self.params = state

    def state(self):
        return self.params

    def predict(self, x):
        z1 = sigmoid(x @ self.params["affine1/W"] + self.params["affine1/b"])
        return softmax(z1 @ self.params["affine2/W"] + self.params["affine2/b"])

    def step(self, x, t, masks, show):
        p = self.params
        a1 = x @ p["affine1/W"] + p["affine1/b"]
        z1 = sigmoid(a1)
        a2 = z1 @ p["affine2/W"] + p["affine2/b"]
        y = softmax(a2)
        loss = -np.sum(t * np.log(y + 1e-7)) / len(x)
        show("forward", "affine1/out", a1)
        show("forward", "sigmoid1/out", z1)
        show("forward", "affine2/out", a2)
        show("forward", "loss/out", y)
        show("loss", "loss/value", loss)

        da2 = (y - t) / len(x)
        dz1 = da2 @ p["affine2/W"].T
        da1 = dz1 * z1 * (1 - z1)
        grads = {
            "affine2/W": z1.T @ da2,
            "affine2/b": da2.sum(axis=0),
            "affine1/W": x.T @ da1,
            "affine1/b": da1.sum(axis=0),
        }
        show("backward", "affine2/out", da2)
        show("backward", "sigmoid1/out", dz1)
        show("backward", "affine1/out", da1)
        for path, gradient in grads.items():
            show("backward", path, gradient)

        for path, gradient in grads.items():
            p[path] -= self.rate * gradient
            show("update", path, p[path])
        return loss


if __name__ == "__main__":
    lockstep.serve(TwoLayerNet)
