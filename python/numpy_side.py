"""Any network of the catalogue in NumPy, the book's way: float64, every pass written out."""

import numpy as np

import lockstep


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


# y of x, and dx of (dout, x, y)
ACTIVATIONS = {
    "relu": (lambda x: np.maximum(x, 0), lambda dout, x, y: dout * (x > 0)),
    "sigmoid": (sigmoid, lambda dout, x, y: dout * y * (1 - y)),
    "tanh": (np.tanh, lambda dout, x, y: dout * (1 - y * y)),
    "identity": (lambda x: x, lambda dout, x, y: dout),
    "step": (lambda x: (x > 0).astype(x.dtype), lambda dout, x, y: np.zeros_like(dout)),
}


class Activation:
    keys = ()

    def __init__(self, layer):
        self.function, self.derivative = ACTIVATIONS[layer.type]

    def forward(self, x, step):
        self.x, self.y = x, self.function(x)
        return self.y

    def backward(self, dout):
        return self.derivative(dout, self.x, self.y)


class Affine:
    keys = ("W", "b")

    def __init__(self, layer):
        pass

    def forward(self, x, step):
        self.shape = x.shape
        self.x = x.reshape(len(x), -1)  # N×D
        return self.x @ self.params["W"] + self.params["b"]  # N×M

    def backward(self, dout):
        self.grads = {"W": self.x.T @ dout, "b": dout.sum(axis=0)}
        return (dout @ self.params["W"].T).reshape(self.shape)


class BatchNorm:
    keys = ("gamma", "beta")

    def __init__(self, layer):
        self.layer = layer
        channels = layer.per == "channel"
        # N×C×H×W or N×D as N×C×P: P positions share a feature
        self.folded = (-1, layer.input[0] if channels else int(np.prod(layer.input)), 1)
        if channels:
            self.folded = (-1, layer.input[0], int(np.prod(layer.input[1:])))

    def forward(self, x, step):
        x3 = x.reshape(self.folded)
        if step.training:
            mean = x3.mean(axis=(0, 2))
            centered = x3 - mean[:, None]
            variance = (centered**2).mean(axis=(0, 2))  # biased
            keep = self.layer.momentum
            for key, batch in (("runningMean", mean), ("runningVar", variance)):
                self.params[key] = keep * self.params[key] + (1 - keep) * batch
        else:
            centered = x3 - self.params["runningMean"][:, None]
            variance = self.params["runningVar"]
        self.deviation = np.sqrt(variance + self.layer.epsilon)
        self.xn = centered / self.deviation[:, None]
        y = self.params["gamma"][:, None] * self.xn + self.params["beta"][:, None]
        return y.reshape(x.shape)

    def backward(self, dout):
        d = dout.reshape(self.folded)
        count = d.shape[0] * d.shape[2]
        beta = d.sum(axis=(0, 2))
        gamma = (d * self.xn).sum(axis=(0, 2))
        self.grads = {"gamma": gamma, "beta": beta}
        dx = d - (beta / count)[:, None] - self.xn * (gamma / count)[:, None]
        dx *= (self.params["gamma"] / self.deviation)[:, None]
        return dx.reshape(dout.shape)


class Dropout:
    keys = ()

    def __init__(self, layer):
        self.name, self.ratio, self.inverted = layer.name, layer.ratio, layer.form == "inverted"

    def forward(self, x, step):
        if not step.training:
            return x if self.inverted else x * (1 - self.ratio)
        self.factor = step.masks[self.name]  # 1: kept, 0: dropped
        if self.inverted:
            self.factor = self.factor * (1 / (1 - self.ratio))
        return x * self.factor

    def backward(self, dout):
        return dout * self.factor


class Windows:
    """The windows of a convolution or pooling over N×C×H×W."""

    def __init__(self, layer):
        self.height, self.width = layer.size
        self.stride, self.pad = layer.stride, layer.pad

    def im2col(self, x):
        """N×C×H×W to N×C×height×width×OH×OW."""
        n, c, h, w = x.shape
        pad = self.pad
        padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
        oh = (h + 2 * pad - self.height) // self.stride + 1
        ow = (w + 2 * pad - self.width) // self.stride + 1
        col = np.empty((n, c, self.height, self.width, oh, ow))
        for row in range(self.height):
            for column in range(self.width):
                col[:, :, row, column] = padded[
                    :,
                    :,
                    row : row + self.stride * oh : self.stride,
                    column : column + self.stride * ow : self.stride,
                ]
        return col

    def col2im(self, col, shape):
        """Adds up what the windows say of each element."""
        n, c, h, w = shape
        oh, ow = col.shape[4:]
        padded = np.zeros((n, c, h + 2 * self.pad, w + 2 * self.pad))
        for row in range(self.height):
            for column in range(self.width):
                padded[
                    :,
                    :,
                    row : row + self.stride * oh : self.stride,
                    column : column + self.stride * ow : self.stride,
                ] += col[:, :, row, column]
        return padded[:, :, self.pad : self.pad + h, self.pad : self.pad + w]


class Convolution(Windows):
    keys = ("W", "b")

    def forward(self, x, step):
        self.shape = x.shape
        col = self.im2col(x)
        n, c, fh, fw, oh, ow = col.shape
        # (N·OH·OW)×(C·FH·FW)
        self.col = col.transpose(0, 4, 5, 1, 2, 3).reshape(n * oh * ow, -1)
        filters = len(self.params["W"])
        y = self.col @ self.params["W"].reshape(filters, -1).T + self.params["b"]
        return y.reshape(n, oh, ow, filters).transpose(0, 3, 1, 2).copy()

    def backward(self, dout):
        w = self.params["W"]
        n, filters, oh, ow = dout.shape
        d = dout.transpose(0, 2, 3, 1).reshape(-1, filters)  # (N·OH·OW)×F
        self.grads = {"W": (d.T @ self.col).reshape(w.shape), "b": d.sum(axis=0)}
        col = (d @ w.reshape(filters, -1)).reshape(n, oh, ow, *w.shape[1:])
        return self.col2im(col.transpose(0, 3, 4, 5, 1, 2), self.shape)


class Pooling(Windows):
    keys = ()

    def __init__(self, layer):
        super().__init__(layer)
        self.largest = layer.pooling == "max"

    def forward(self, x, step):
        self.shape = x.shape
        col = self.im2col(x)  # a padded element counts as 0
        n, c, fh, fw, oh, ow = col.shape
        col = col.reshape(n, c, fh * fw, oh, ow)
        if not self.largest:
            return col.sum(axis=2) / (fh * fw)
        self.winner = col.argmax(axis=2)  # of equal ones the first
        return np.take_along_axis(col, self.winner[:, :, None], axis=2)[:, :, 0]

    def backward(self, dout):
        n, c, oh, ow = dout.shape
        size = self.height * self.width
        col = np.zeros((n, c, size, oh, ow))
        if self.largest:
            np.put_along_axis(col, self.winner[:, :, None], dout[:, :, None], axis=2)
        else:
            col[:] = (dout / size)[:, :, None]
        return self.col2im(col.reshape(n, c, self.height, self.width, oh, ow), self.shape)


class Branches:
    keys = ()

    def __init__(self, layer):
        self.sums = layer.type == "residual"
        self.sequences = [Sequence(branch) for branch in layer.branches]

    def forward(self, x, step):
        outs = [sequence.forward(x, step) for sequence in self.sequences]
        if self.sums:
            return sum(outs[1:], outs[0])
        self.ends = np.cumsum([out.shape[1] for out in outs])[:-1]
        return np.concatenate(outs, axis=1)

    def backward(self, dout, step):
        parts = [dout] * len(self.sequences) if self.sums else np.split(dout, self.ends, axis=1)
        dx = [sequence.backward(part, step) for sequence, part in zip(self.sequences, parts)]
        return sum(dx[1:], dx[0])


KINDS = {
    "affine": Affine,
    "batchNorm": BatchNorm,
    "dropout": Dropout,
    "conv": Convolution,
    "pool": Pooling,
    "residual": Branches,
    "inception": Branches,
    **{function: Activation for function in ACTIVATIONS},
}


class Sequence:
    def __init__(self, layers):
        self.layers = []
        for layer in layers:
            if layer.type not in KINDS:
                raise lockstep.Unsupported(f"numpy: no layer of type {layer.type}")
            made = KINDS[layer.type](layer)
            made.name = layer.name
            self.layers.append(made)

    def forward(self, x, step):
        for layer in self.layers:
            x = layer.forward(x, step)
            step.show("forward", layer.name + "/out", x)
        return x

    def backward(self, dout, step):
        for layer in reversed(self.layers):
            step.show("backward", layer.name + "/out", dout)
            if isinstance(layer, Branches):
                dout = layer.backward(dout, step)
                continue
            dout = layer.backward(dout)
            for key in layer.keys:
                path = f"{layer.name}/{key}"
                gradient = layer.grads[key]
                if key == "W" and step.weight_decay:
                    gradient = gradient + step.weight_decay * layer.params["W"]
                step.grads[path] = gradient
                step.show("backward", path, gradient)
        return dout

    def all(self):
        for layer in self.layers:
            for sequence in getattr(layer, "sequences", ()):
                yield from sequence.all()
            yield layer


class Pass:
    """One way through the network: what all layers are told, and the gradients they leave."""

    def __init__(self, training, masks=None, show=lambda *shown: None, weight_decay=0):
        self.training, self.masks, self.show = training, masks, show
        self.weight_decay = weight_decay
        self.grads = {}


def softmax(x):
    y = np.exp(x - x.max(axis=1, keepdims=True))
    return y / y.sum(axis=1, keepdims=True)


class NumPySide:
    def __init__(self, network):
        self.network = network
        self.sequence = Sequence(network.layers)
        self.taken = 0

    def restore(self, state, step):
        self.slots = {}
        self.layers = {layer.name: layer for layer in self.sequence.all()}
        for layer in self.layers.values():
            layer.params = {}
        for path, value in state.items():
            name, key = path.rsplit("/", 1)
            if name in self.layers:
                self.layers[name].params[key] = value
            else:
                self.slots[path] = value
        self.taken = step

    def state(self):
        found = dict(self.slots)
        for name, layer in self.layers.items():
            found.update({f"{name}/{key}": value for key, value in layer.params.items()})
        return {path: found[path] for path in self.network.state}

    def step(self, x, t, masks, show):
        taken = Pass(True, masks, show, self.network.weight_decay)
        scores = self.sequence.forward(x, taken)
        y = self._output(scores)
        show("forward", "loss/out", y)
        loss = self._loss(y, t) + self._decay()
        show("loss", "loss/value", loss)

        self.sequence.backward(self._gradient(y, t).reshape(scores.shape), taken)

        for path, gradient in taken.grads.items():
            name, key = path.rsplit("/", 1)
            self._update(path, self.layers[name].params[key], gradient)
        self.taken += 1
        if show.watches:
            for path, value in self.state().items():
                show("update", path, value)
        return loss

    def predict(self, x):
        return self._output(self.sequence.forward(x, Pass(False)))

    def _output(self, scores):
        rows = scores.reshape(len(scores), -1)
        return softmax(rows) if self.network.loss["type"] == "softmaxCrossEntropy" else rows

    def _loss(self, y, t):
        kind = self.network.loss["type"]
        if kind == "softmaxCrossEntropy":
            logs = np.where(t != 0, t * np.log(y + self.network.loss["stabilizer"]), 0)
            return -logs.sum() / len(y)
        squares = ((y - t) ** 2).sum()
        return squares / y.size if kind == "meanSquared" else squares / 2 / len(y)

    def _gradient(self, y, t):
        scale = 2 / y.size if self.network.loss["type"] == "meanSquared" else 1 / len(y)
        return scale * (y - t)

    def _decay(self):
        decay = self.network.weight_decay
        if not decay:
            return 0
        weights = (layer.params["W"] for layer in self.layers.values() if "W" in layer.keys)
        return sum(0.5 * decay * (w**2).sum() for w in weights)

    def _update(self, path, w, g):
        """The book's optimizers; w and what is kept for it change in place."""
        optimizer = self.network.optimizer
        rate = self.network.learning_rate(self.taken)
        kind = optimizer["type"]
        if kind == "sgd":
            w -= rate * g
        elif kind == "momentum":
            velocity = self.slots[path + "/velocity"]
            velocity *= optimizer["momentum"]
            velocity -= rate * g
            w += velocity
        elif kind == "nesterov":
            momentum, velocity = optimizer["momentum"], self.slots[path + "/velocity"]
            moved = momentum * velocity - rate * g
            ahead = moved if optimizer["form"] == "printed" else velocity
            w += momentum * momentum * ahead - (1 + momentum) * rate * g
            velocity[...] = moved
        elif kind == "adaGrad":
            h = self.slots[path + "/h"]
            h += g * g
            w -= rate * g / (np.sqrt(h) + optimizer["epsilon"])
        elif kind == "rmsProp":
            h, decay = self.slots[path + "/h"], optimizer["decay"]
            h *= decay
            h += (1 - decay) * g * g
            w -= rate * g / (np.sqrt(h) + optimizer["epsilon"])
        elif kind == "adam":
            m, v = self.slots[path + "/m"], self.slots[path + "/v"]
            beta1, beta2, t = optimizer["beta1"], optimizer["beta2"], self.taken + 1
            m += (1 - beta1) * (g - m)
            v += (1 - beta2) * (g * g - v)
            step = rate * np.sqrt(1 - beta2**t) / (1 - beta1**t)
            w -= step * m / (np.sqrt(v) + optimizer["epsilon"])
        else:
            raise lockstep.Unsupported(f"numpy: no optimizer of type {kind}")


if __name__ == "__main__":
    np.seterr(all="ignore")  # a network that diverges is to be seen diverging
    lockstep.serve(NumPySide, name="numpy")
