import numpy as np

import lockstep


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


class MyLstm:
    """An LSTM and a softmax over classes after each of its steps, trained by Adam.

    Sequences are samples × features × steps. Behind its end a sequence is NaN, and so is a target
    where no answer is asked for; what a layer puts out there is 0.
    """

    def __init__(self, network):
        self.adam = network.optimizer
        self.values, self.taken = {}, 0

    def restore(self, state, step):
        self.values, self.taken = state, step

    def state(self):
        return self.values

    def forward(self, x):
        v = self.values
        units = len(v["lstm/RW"])
        there = ~np.isnan(x[:, :1, :])
        x = np.where(there, x, 0)
        h = c = np.zeros((len(x), units))
        steps = []
        for t in range(x.shape[2]):
            z = x[:, :, t] @ v["lstm/W"] + h @ v["lstm/RW"] + v["lstm/b"]
            g, f, o, i = np.split(z, 4, axis=1)  # the blocks stand in this order
            g, f, o, i = np.tanh(g), sigmoid(f), sigmoid(o), sigmoid(i)
            before = h, c
            c = (f * c + i * g) * there[:, :, t]
            h = o * np.tanh(c) * there[:, :, t]
            a = (h @ v["output/W"] + v["output/b"]) * there[:, :, t]
            y = np.exp(a)
            y = y / y.sum(axis=1, keepdims=True) * there[:, :, t]
            steps.append((x[:, :, t], there[:, :, t], g, f, o, i, before, c, h, a, y))
        return steps

    def predict(self, x):
        return np.stack([step[-1] for step in self.forward(x)], axis=2).reshape(len(x), -1)

    def step(self, x, t, masks, show):
        v = self.values
        passed = self.forward(x)
        show("forward", "lstm/out", np.stack([s[-3] for s in passed], axis=2))
        show("forward", "output/out", np.stack([s[-2] for s in passed], axis=2))
        y = np.stack([s[-1] for s in passed], axis=2)
        show("forward", "loss/out", y)
        asked = ~np.isnan(t)
        loss = -np.sum(t[asked] * np.log(y[asked])) / len(x)
        show("loss", "loss/value", loss)

        da = np.where(asked, y - t, 0) / len(x)
        dh = np.einsum("nkt,uk->nut", da, v["output/W"])
        show("backward", "output/out", da)
        show("backward", "lstm/out", dh)
        grads = {path: np.zeros_like(v[path]) for path in v if path.count("/") == 1}
        dz_next, dc_next = np.zeros((len(x), v["lstm/b"].size)), 0
        for s in range(len(passed) - 1, -1, -1):
            x_s, there, g, f, o, i, (h_before, c_before), c, h, _, _ = passed[s]
            memory = np.tanh(c)
            d = (dh[:, :, s] + dz_next @ v["lstm/RW"].T) * there
            dc = (d * o * (1 - memory**2) + dc_next) * there
            dz = np.concatenate(
                [
                    dc * i * (1 - g**2),
                    dc * c_before * f * (1 - f),
                    d * memory * o * (1 - o),
                    dc * g * i * (1 - i),
                ],
                axis=1,
            )
            grads["lstm/W"] += x_s.T @ dz
            grads["lstm/RW"] += h_before.T @ dz
            grads["lstm/b"] += dz.sum(axis=0)
            grads["output/W"] += h.T @ da[:, :, s]
            grads["output/b"] += da[:, :, s].sum(axis=0)
            dz_next, dc_next = dz, dc * f
        for path, gradient in grads.items():
            show("backward", path, gradient)

        self.taken += 1
        b1, b2 = self.adam["beta1"], self.adam["beta2"]
        rate = self.adam["learningRate"] * np.sqrt(1 - b2**self.taken) / (1 - b1**self.taken)
        for path, gradient in grads.items():
            m, s = v[path + "/m"], v[path + "/v"]
            m += (1 - b1) * (gradient - m)
            s += (1 - b2) * (gradient**2 - s)
            v[path] -= rate * m / (np.sqrt(s) + self.adam["epsilon"])
        for path, value in v.items():
            show("update", path, value)
        return loss


if __name__ == "__main__":
    lockstep.serve(MyLstm)
