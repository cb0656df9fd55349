"""Any network of the catalogue in NumPy, the book's way: float64, every pass written out."""

import numpy as np

import lockstep


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def gated(x, steepness):
    """y and dy/dx of x·sigmoid(steepness·x)."""
    s = sigmoid(steepness * x)
    return x * s, s * (1 + steepness * x * (1 - s))


SELU_SCALE, SELU_ALPHA = 1.0507009873554805, 1.6732632423543772
GELU_STEEPNESS = 1.702

# y of (x, layer), and dy/dx of (x, y, layer)
ACTIVATIONS = {
    "relu": (lambda x, l: np.maximum(x, 0), lambda x, y, l: x > 0),
    "sigmoid": (lambda x, l: sigmoid(x), lambda x, y, l: y * (1 - y)),
    "tanh": (lambda x, l: np.tanh(x), lambda x, y, l: 1 - y * y),
    "identity": (lambda x, l: x, lambda x, y, l: 1),
    "step": (lambda x, l: (x > 0).astype(x.dtype), lambda x, y, l: 0),
    "leakyRelu": (
        lambda x, l: np.where(x >= 0, x, l.slope * x),
        lambda x, y, l: np.where(x >= 0, 1, l.slope),
    ),
    "elu": (
        lambda x, l: np.where(x >= 0, x, l.alpha * (np.exp(x) - 1)),
        lambda x, y, l: np.where(x >= 0, 1, l.alpha * np.exp(x)),
    ),
    "selu": (
        lambda x, l: SELU_SCALE * np.where(x > 0, x, SELU_ALPHA * (np.exp(x) - 1)),
        lambda x, y, l: SELU_SCALE * np.where(x > 0, 1, SELU_ALPHA * np.exp(x)),
    ),
    "softplus": (
        lambda x, l: np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x))),
        lambda x, y, l: sigmoid(x),
    ),
    "softsign": (
        lambda x, l: x / (1 + np.abs(x)),
        lambda x, y, l: 1 / (1 + np.abs(x)) ** 2,
    ),
    "swish": (lambda x, l: gated(x, 1)[0], lambda x, y, l: gated(x, 1)[1]),
    "gelu": (
        lambda x, l: gated(x, GELU_STEEPNESS)[0],
        lambda x, y, l: gated(x, GELU_STEEPNESS)[1],
    ),
    "hardSigmoid": (
        lambda x, l: np.clip(0.2 * x + 0.5, 0, 1),
        lambda x, y, l: 0.2 * (np.abs(x) <= 2.5),
    ),
}


class Activation:
    keys = ()

    def __init__(self, layer):
        self.layer = layer
        self.function, self.derivative = ACTIVATIONS[layer.type]

    def forward(self, x, step):
        self.x, self.y = x, self.function(x, self.layer)
        return self.y

    def backward(self, dout):
        return dout * self.derivative(self.x, self.y, self.layer)


def parameters(layer, *weights):
    return weights if layer.bias == "none" else (*weights, "b")


class Affine:
    def __init__(self, layer):
        self.keys = parameters(layer, "W")

    def forward(self, x, step):
        self.shape = x.shape
        self.x = x.reshape(len(x), -1)  # N×D
        return self.x @ self.params["W"] + self.params.get("b", 0)  # N×M

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


def pair(value):
    """One number for rows and columns, or one for each."""
    return value if isinstance(value, list) else [value, value]


class Windows:
    """The windows of a convolution or pooling over N×C×H×W."""

    def __init__(self, layer):
        self.height, self.width = layer.size
        self.out = layer.output[1:]
        self.stride, self.dilation = pair(layer.stride), pair(layer.dilation)
        self.pads = [self._pads(layer, axis) for axis in (0, 1)]

    def _pads(self, layer, axis):
        """How many zeros stand before and behind an axis."""
        if layer.pad != "same":
            return (pair(layer.pad)[axis],) * 2
        reach = self.dilation[axis] * (layer.size[axis] - 1) + 1
        covered = (self.out[axis] - 1) * self.stride[axis] + reach
        pad = max(0, covered - layer.input[1 + axis])
        return pad // 2, pad - pad // 2

    def _of_all(self, row, column):
        """Where the element at a row and column of every window stands."""
        places = [slice(None), slice(None)]
        for place, axis in ((row, 0), (column, 1)):
            start, stride = place * self.dilation[axis], self.stride[axis]
            places.append(slice(start, start + stride * self.out[axis], stride))
        return tuple(places)

    def im2col(self, x):
        """N×C×H×W to N×C×height×width×OH×OW."""
        padded = np.pad(x, ((0, 0), (0, 0), *self.pads))
        col = np.empty((*x.shape[:2], self.height, self.width, *self.out))
        for row in range(self.height):
            for column in range(self.width):
                col[:, :, row, column] = padded[self._of_all(row, column)]
        return col

    def col2im(self, col, shape):
        """Adds up what the windows say of each element."""
        n, c, h, w = shape
        (top, bottom), (left, right) = self.pads
        padded = np.zeros((n, c, top + h + bottom, left + w + right))
        for row in range(self.height):
            for column in range(self.width):
                padded[self._of_all(row, column)] += col[:, :, row, column]
        return padded[:, :, top : top + h, left : left + w]


class Convolution(Windows):
    def __init__(self, layer):
        super().__init__(layer)
        self.keys = parameters(layer, "W")

    def forward(self, x, step):
        self.shape = x.shape
        col = self.im2col(x)
        n, c, fh, fw, oh, ow = col.shape
        # (N·OH·OW)×(C·FH·FW)
        self.col = col.transpose(0, 4, 5, 1, 2, 3).reshape(n * oh * ow, -1)
        filters = len(self.params["W"])
        y = self.col @ self.params["W"].reshape(filters, -1).T + self.params.get("b", 0)
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


class Depthwise(Windows):
    """A convolution of each channel by itself; the filters of one channel stand together."""

    indices = "hwcm"  # of W
    weights = ("W",)

    def __init__(self, layer):
        super().__init__(layer)
        self.filters = (layer.input[0], layer.multiplier)
        self.keys = parameters(layer, *self.weights)

    def biased(self, y):
        return y + self.params["b"][:, None, None] if "b" in self.keys else y

    def forward(self, x, step):
        return self.biased(self.each(x))

    def each(self, x):
        self.shape = x.shape
        self.col = self.im2col(x)
        y = np.einsum(f"nchwij,{self.indices}->ncmij", self.col, self.params["W"])
        return y.reshape(len(x), -1, *self.out)

    def backward(self, dout):
        self.grads = {"b": dout.sum(axis=(0, 2, 3))}
        return self.each_backward(dout)

    def each_backward(self, dout):
        d = dout.reshape(len(dout), *self.filters, *self.out)
        self.grads["W"] = np.einsum(f"nchwij,ncmij->{self.indices}", self.col, d)
        col = np.einsum(f"{self.indices},ncmij->nchwij", self.params["W"], d)
        return self.col2im(col, self.shape)


class Separable(Depthwise):
    """A convolution of each channel by itself, then one of 1×1 over what that puts out."""

    indices = "mchw"
    weights = ("W", "pW")

    def forward(self, x, step):
        self.between = self.each(x)  # N×(C·M)×OH×OW
        points = self.params["pW"][:, :, 0, 0]  # F×(C·M)
        return self.biased(np.einsum("fk,nkij->nfij", points, self.between))

    def backward(self, dout):
        points = np.einsum("nfij,nkij->fk", dout, self.between)
        self.grads = {"pW": points[:, :, None, None], "b": dout.sum(axis=(0, 2, 3))}
        between = np.einsum("fk,nfij->nkij", self.params["pW"][:, :, 0, 0], dout)
        return self.each_backward(between)


class LocalResponse:
    """y = x·s^−beta, s = k + alpha · the sum of x² over neighbouring channels."""

    keys = ()

    def __init__(self, layer):
        self.layer = layer

    def around(self, x):
        """The sums over the channels around each."""
        reach = self.layer.size // 2
        padded = np.pad(x, ((0, 0), (reach, reach), (0, 0), (0, 0)))
        return sum(padded[:, i : i + x.shape[1]] for i in range(2 * reach + 1))

    def forward(self, x, step):
        self.x = x
        self.s = self.layer.k + self.layer.alpha * self.around(x * x)
        self.y = x * self.s**-self.layer.beta
        return self.y

    def backward(self, dout):
        shares = self.around(dout * self.y / self.s)
        factor = 2 * self.layer.alpha * self.layer.beta
        return dout * self.s**-self.layer.beta - factor * self.x * shares


class GlobalPooling:
    """One number for each channel: the largest, the mean or the sum of N×C×H×W."""

    keys = ()

    def __init__(self, layer):
        self.kind = layer.pooling

    def forward(self, x, step):
        self.shape = x.shape
        rows = x.reshape(*x.shape[:2], -1)  # N×C×P
        if self.kind == "max":
            self.winner = rows.argmax(axis=2)[:, :, None]  # of equal ones the first
            return np.take_along_axis(rows, self.winner, axis=2)[:, :, 0]
        return rows.mean(axis=2) if self.kind == "average" else rows.sum(axis=2)

    def backward(self, dout):
        count = self.shape[2] * self.shape[3]
        dx = np.zeros((*dout.shape, count))
        if self.kind == "max":
            np.put_along_axis(dx, self.winner, dout[:, :, None], axis=2)
        else:
            dx[:] = (dout / count if self.kind == "average" else dout)[:, :, None]
        return dx.reshape(self.shape)


class ZeroPadding:
    keys = ()

    def __init__(self, layer):
        self.pads = ((0, 0), (0, 0), (layer.top, layer.bottom), (layer.left, layer.right))

    def forward(self, x, step):
        return np.pad(x, self.pads)

    def backward(self, dout):
        (top, bottom), (left, right) = self.pads[2:]
        n, c, h, w = dout.shape
        return dout[:, :, top : h - bottom, left : w - right]


class Upsampling:
    """Every element becomes a block of its like."""

    keys = ()

    def __init__(self, layer):
        self.height, self.width = layer.size

    def forward(self, x, step):
        return x.repeat(self.height, axis=2).repeat(self.width, axis=3)

    def backward(self, dout):
        n, c, h, w = dout.shape
        blocks = (n, c, h // self.height, self.height, w // self.width, self.width)
        return dout.reshape(blocks).sum(axis=(3, 5))


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
    "depthwiseConv": Depthwise,
    "separableConv": Separable,
    "localResponse": LocalResponse,
    "globalPool": GlobalPooling,
    "zeroPadding": ZeroPadding,
    "upsampling": Upsampling,
    "residual": Branches,
    "inception": Branches,
    **{function: Activation for function in ACTIVATIONS},
}


# Parameters that weight decay and L1 act on. What has none has no gradients to be clipped either.
WEIGHTS = ("W", "pW")


def shrunk(gradients, kind, threshold):
    """Makes the gradients of one layer's parameters small enough, in place."""
    if kind == "elements":
        for g in gradients:
            np.clip(g, -threshold, threshold, out=g)
        return
    together = [gradients] if kind in ("layer", "unitLayer") else [[g] for g in gradients]
    for group in together:
        norm = np.sqrt(sum((g**2).sum() for g in group))
        if kind.startswith("unit"):
            factor = 1 / (norm or 1e-5)
        else:
            factor = threshold / norm if norm > threshold else 1
        for g in group:
            g *= factor


class Sequence:
    def __init__(self, layers):
        self.layers = []
        for layer in layers:
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
            if step.clipping and any(key in WEIGHTS for key in layer.keys):
                shrunk([layer.grads[key] for key in layer.keys], *step.clipping)
            for key in layer.keys:
                path = f"{layer.name}/{key}"
                gradient = layer.grads[key]
                if key in WEIGHTS and step.weight_decay:
                    gradient = gradient + step.weight_decay * layer.params[key]
                if key in WEIGHTS and step.l1:
                    gradient = gradient + step.l1 * np.sign(layer.params[key])
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

    def __init__(self, network, training, masks=None, show=lambda *shown: None):
        self.training, self.masks, self.show = training, masks, show
        self.weight_decay, self.l1 = network.weight_decay, network.l1
        self.clipping = network.clipping and (network.clipping["type"], network.clipping["threshold"])
        self.grads = {}


def softmax(x):
    y = np.exp(x - x.max(axis=1, keepdims=True))
    return y / y.sum(axis=1, keepdims=True)


def cross_entropy(t, y, stabilizer):
    """t·log(y + stabilizer), 0 where t is, whatever y is."""
    return np.where(t != 0, t * np.log(y + stabilizer), 0)


# y of the last layer's output; the sum of losses of (y, t, stabilizer); its derivative by the output
LOSSES = {
    "softmaxCrossEntropy": (
        softmax,
        lambda y, t, e: -cross_entropy(t, y, e).sum(),
        lambda y, t: y - t,
    ),
    "sigmoidCrossEntropy": (
        sigmoid,
        lambda y, t, e: -(cross_entropy(t, y, e) + cross_entropy(1 - t, 1 - y, e)).sum(),
        lambda y, t: y - t,
    ),
    "sumOfSquares": (lambda x: x, lambda y, t, e: ((y - t) ** 2).sum() / 2, lambda y, t: y - t),
    "meanSquared": (
        lambda x: x,
        lambda y, t, e: ((y - t) ** 2).sum() / y.shape[1],
        lambda y, t: 2 * (y - t) / y.shape[1],
    ),
    "sumOfAbsolutes": (
        lambda x: x,
        lambda y, t, e: np.abs(y - t).sum(),
        lambda y, t: np.sign(y - t),
    ),
    "meanAbsolute": (
        lambda x: x,
        lambda y, t, e: np.abs(y - t).sum() / y.shape[1],
        lambda y, t: np.sign(y - t) / y.shape[1],
    ),
}


class NumPySide:
    def __init__(self, network):
        network.require("numpy", layers=KINDS, losses=LOSSES, optimizers=OPTIMIZERS)
        self.network = network
        self.sequence = Sequence(network.layers)
        self.output, self.loss, self.derivative = LOSSES[network.loss["type"]]
        self.update = OPTIMIZERS[network.optimizer["type"]]
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
        taken = Pass(self.network, True, masks, show)
        scores = self.sequence.forward(x, taken)
        y = self.output(scores.reshape(len(x), -1))
        show("forward", "loss/out", y)
        loss = self.loss(y, t, self.network.loss["stabilizer"]) / len(x) + self._decay()
        show("loss", "loss/value", loss)

        gradient = self.derivative(y, t) / len(x)
        self.sequence.backward(gradient.reshape(scores.shape), taken)

        rate = self.network.learning_rate(self.taken)
        self.taken += 1
        for path, gradient in taken.grads.items():
            name, key = path.rsplit("/", 1)
            memory = {slot: self.slots[f"{path}/{slot}"] for slot in self.network.slots}
            w = self.layers[name].params[key]
            own = rate * self.network.bias_rate if key == "b" else rate
            self.update(w, gradient, memory, own, self.taken, self.network.optimizer)
        if show.watches:
            for path, value in self.state().items():
                show("update", path, value)
        return loss

    def predict(self, x):
        return self.output(self.sequence.forward(x, Pass(self.network, False)).reshape(len(x), -1))

    def _decay(self):
        l2, l1 = self.network.weight_decay, self.network.l1
        if not l2 and not l1:
            return 0
        weights = [
            layer.params[key]
            for layer in self.layers.values()
            for key in layer.keys
            if key in WEIGHTS
        ]
        return sum(0.5 * l2 * (w**2).sum() + l1 * np.abs(w).sum() for w in weights)


# The optimizers: w and what is kept for it change in place; t counts steps from 1.


def sgd(w, g, memory, lr, t, settings):
    w -= lr * g


def momentum(w, g, memory, lr, t, settings):
    velocity = memory["velocity"]
    velocity *= settings["momentum"]
    velocity -= lr * g
    w += velocity


def nesterov(w, g, memory, lr, t, settings):
    share, velocity = settings["momentum"], memory["velocity"]
    moved = share * velocity - lr * g
    ahead = moved if settings["form"] == "printed" else velocity
    w += share * share * ahead - (1 + share) * lr * g
    velocity[...] = moved


def ada_grad(w, g, memory, lr, t, settings):
    h = memory["h"]
    h += g * g
    w -= lr * g / (np.sqrt(h) + settings["epsilon"])


def rms_prop(w, g, memory, lr, t, settings):
    h, decay = memory["h"], settings["decay"]
    h *= decay
    h += (1 - decay) * g * g
    w -= lr * g / (np.sqrt(h) + settings["epsilon"])


def moments(g, memory, settings):
    """Moves the running means of g and g² that Adam and its kin keep."""
    m, v = memory["m"], memory["v"]
    m += (1 - settings["beta1"]) * (g - m)
    v += (1 - settings["beta2"]) * (g * g - v)
    return m, v


def adam(w, g, memory, lr, t, settings):
    m, v = moments(g, memory, settings)
    step = lr * np.sqrt(1 - settings["beta2"] ** t) / (1 - settings["beta1"] ** t)
    w -= step * m / (np.sqrt(v) + settings["epsilon"])


def ams_grad(w, g, memory, lr, t, settings):
    m, v = moments(g, memory, settings)
    largest = memory["vHat"]
    np.maximum(largest, v, out=largest)
    step = lr * np.sqrt(1 - settings["beta2"] ** t) / (1 - settings["beta1"] ** t)
    w -= step * m / (np.sqrt(largest) + settings["epsilon"])


def nadam(w, g, memory, lr, t, settings):
    m, v = moments(g, memory, settings)
    beta1 = settings["beta1"]
    ahead = beta1 * m + (1 - beta1) * g
    w -= lr / (1 - beta1**t) * ahead / (np.sqrt(v) + settings["epsilon"])


def ada_max(w, g, memory, lr, t, settings):
    m, u = memory["m"], memory["u"]
    m += (1 - settings["beta1"]) * (g - m)
    u[...] = np.maximum(settings["beta2"] * u, np.abs(g)) + 1e-32
    w -= lr / (1 - settings["beta1"] ** t) * m / u


def ada_delta(w, g, memory, lr, t, settings):
    msg, msdx = memory["msg"], memory["msdx"]
    rho, epsilon = settings["rho"], settings["epsilon"]
    msg[...] = rho * msg + (1 - rho) * g * g
    d = g * np.sqrt(msdx + epsilon) / np.sqrt(msg + epsilon)
    msdx[...] = rho * msdx + (1 - rho) * d * d
    w -= lr * d


OPTIMIZERS = {
    "sgd": sgd,
    "momentum": momentum,
    "nesterov": nesterov,
    "adaGrad": ada_grad,
    "rmsProp": rms_prop,
    "adam": adam,
    "amsGrad": ams_grad,
    "nadam": nadam,
    "adaMax": ada_max,
    "adaDelta": ada_delta,
}


if __name__ == "__main__":
    np.seterr(all="ignore")  # a network that diverges is to be seen diverging
    lockstep.serve(NumPySide, name="numpy")
