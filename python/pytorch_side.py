"""Any network of the catalogue in PyTorch, by its own operations and its own backward pass.

Aligned, what PyTorch does otherwise than the book is done the book's way: batch normalization's
running variance and momentum, dropout's scaling, the optimizers' formulas, the constant in the
loss. Stock, it is what a PyTorch user would write.
"""

import os

import torch
from torch.nn import functional

import lockstep

SELU_SCALE, SELU_ALPHA = 1.0507009873554805, 1.6732632423543772


def exponential(x, alpha):
    """alpha·(exp(x) − 1), where x is not positive; elsewhere finite."""
    return alpha * (torch.exp(x.clamp(max=0)) - 1)


# By PyTorch's operations, with the book's derivative where a function has a kink.
ACTIVATIONS = {
    "relu": lambda x, l: torch.relu(x),
    "sigmoid": lambda x, l: torch.sigmoid(x),
    "tanh": lambda x, l: torch.tanh(x),
    "identity": lambda x, l: x.clone(),  # a tensor of its own, with a gradient of its own
    "step": lambda x, l: (x > 0).to(x.dtype) + 0 * x,
    "leakyRelu": lambda x, l: torch.where(x >= 0, x, l.slope * x),
    "elu": lambda x, l: torch.where(x >= 0, x, exponential(x, l.alpha)),
    "selu": lambda x, l: SELU_SCALE * torch.where(x > 0, x, exponential(x, SELU_ALPHA)),
    "softplus": lambda x, l: torch.logaddexp(x, torch.zeros_like(x)),
    "softsign": lambda x, l: functional.softsign(x),
    "swish": lambda x, l: x * torch.sigmoid(x),
    "gelu": lambda x, l: x * torch.sigmoid(1.702 * x),
    "hardSigmoid": lambda x, l: (0.2 * x + 0.5).clamp(0, 1),
}

# What a PyTorch user would write, where it is something else.
STOCK_ACTIVATIONS = {
    **ACTIVATIONS,
    "leakyRelu": lambda x, l: functional.leaky_relu(x, l.slope),
    "elu": lambda x, l: functional.elu(x, l.alpha),
    "selu": lambda x, l: functional.selu(x),
    "softplus": lambda x, l: functional.softplus(x),
    "swish": lambda x, l: functional.silu(x),
    "gelu": lambda x, l: functional.gelu(x),
    "hardSigmoid": lambda x, l: functional.hardsigmoid(x),
}

# The sum over the outputs, or their mean for each sample; averaged over the batch by the caller.
LOSSES = {
    "softmaxCrossEntropy": lambda x, t: -(t * torch.log_softmax(x, 1)).sum(),
    "sigmoidCrossEntropy": lambda x, t: functional.binary_cross_entropy_with_logits(
        x, t, reduction="sum"
    ),
    "sumOfSquares": lambda x, t: functional.mse_loss(x, t, reduction="sum") / 2,
    "meanSquared": lambda x, t: functional.mse_loss(x, t) * len(x),
    "sumOfAbsolutes": lambda x, t: functional.l1_loss(x, t, reduction="sum"),
    "meanAbsolute": lambda x, t: functional.l1_loss(x, t) * len(x),
}

OUTPUTS = {
    "softmaxCrossEntropy": lambda x: torch.softmax(x, 1),
    "sigmoidCrossEntropy": torch.sigmoid,
}


KINDS = {
    *("affine", "batchNorm", "dropout", "conv", "pool", "residual", "inception"),
    *("depthwiseConv", "separableConv", "localResponse", "globalPool", "zeroPadding", "upsampling"),
}


class PyTorchSide:
    def __init__(self, network):
        self.network = network
        self.dtype = torch.float32 if network.precision == "float" else torch.float64
        self.stock = network.alignment == "stock"
        self.activations = STOCK_ACTIVATIONS if self.stock else ACTIVATIONS
        network.require("pytorch", KINDS | set(ACTIVATIONS), LOSSES, BOOK)
        self.optimizer_of = (STOCK if self.stock else BOOK)[network.optimizer["type"]]

    # State

    def restore(self, state, step):
        slots = self.network.slots
        own = {path: torch.from_numpy(value).to(self.dtype) for path, value in state.items()}
        self.parameters = {
            path: value.requires_grad_()
            for path, value in own.items()
            if path.rsplit("/", 1)[1] in ("W", "pW", "b", "gamma", "beta")
        }
        self.statistics = {
            path: value
            for path, value in own.items()
            if path.rsplit("/", 1)[1] in ("runningMean", "runningVar")
        }
        optimizer = self.optimizer_of(self._groups(), self.network.optimizer)
        self.memory = self.optimizer = optimizer
        if self.stock:
            self.memory = lockstep.TorchMemory(optimizer)
        self._set_rate(max(0, step - 1))  # the one by which the memory was moved last
        self.memory.put(
            {
                parameter: {slot: own[f"{path}/{slot}"] for slot in slots}
                for path, parameter in self.parameters.items()
            },
            step,
        )
        self.taken = step

    def _groups(self):
        """The parameters, biases by themselves where they have a learning rate of their own."""
        share = self.network.bias_rate
        if share == 1:
            return list(self.parameters.values())
        biases = [p for path, p in self.parameters.items() if path.endswith("/b")]
        others = [p for path, p in self.parameters.items() if not path.endswith("/b")]
        return [{"params": others, "share": 1}, {"params": biases, "share": share}]

    def _set_rate(self, taken):
        for group in self.optimizer.param_groups:
            group["lr"] = self.network.learning_rate(taken) * group.get("share", 1)

    def state(self):
        found = {**self.parameters, **self.statistics}
        for path, parameter in self.parameters.items():
            for slot, value in self.memory.get(parameter).items():
                found[f"{path}/{slot}"] = value
        return {path: found[path] for path in self.network.state}

    # One step

    def step(self, x, t, masks, show):
        x, t = self._own(x).requires_grad_(show.watches), self._own(t)
        self.masks = {name: self._own(mask) for name, mask in masks.items()}
        outs = {}
        for parameter in self.parameters.values():
            parameter.grad = None
        scores = self._forward(self.network.layers, x, True, outs if show.watches else None)
        loss, decay = self._loss(scores, t), self._decay()
        y = self._output(scores.detach())
        shown = self._shown_loss(loss, y, t) + float(decay)
        for path, out in outs.items():
            show("forward", path, out)
        show("forward", "loss/out", y)
        show("loss", "loss/value", shown)

        if self.network.clipping:
            loss.backward()
            self._clear_left_out()
            self._clip(**self.network.clipping)
            if torch.is_tensor(decay):
                decay.backward()
        else:
            (loss + decay).backward()
            self._clear_left_out()
        for path, out in reversed(list(outs.items())):
            gradient = torch.zeros_like(out) if out.grad is None else out.grad
            show("backward", path, gradient)
        for path, parameter in self.parameters.items():
            show("backward", path, parameter.grad)

        self._set_rate(self.taken)
        self.optimizer.step()
        self.memory.stepped()
        self.taken += 1
        if show.watches:
            for path, tensor in self.state().items():
                show("update", path, tensor)
        return float(shown)

    def predict(self, x):
        with torch.no_grad():
            return self._output(self._forward(self.network.layers, self._own(x), False, None))

    def _own(self, array):
        return torch.from_numpy(array).to(self.dtype)

    def _clear_left_out(self):
        """PyTorch leaves the gradient out of what the loss does not depend on; the book has 0."""
        for parameter in self.parameters.values():
            if parameter.grad is None:
                parameter.grad = torch.zeros_like(parameter)

    def _clip(self, type, threshold):
        """The gradients of each layer with weights are kept small, before those are decayed."""
        for name in (path[:-2] for path in self.parameters if path.endswith("/W")):
            grads = [p.grad for path, p in self.parameters.items() if path.rsplit("/", 1)[0] == name]
            if type == "elements":
                for g in grads:
                    g.clamp_(-threshold, threshold)
                continue
            for group in [grads] if type in ("layer", "unitLayer") else [[g] for g in grads]:
                norm = float(torch.sqrt(sum((g**2).sum() for g in group)))
                if type.startswith("unit"):
                    factor = 1 / (norm or 1e-5)
                else:
                    factor = threshold / norm if norm > threshold else 1
                for g in group:
                    g.mul_(factor)

    # Layers

    def _forward(self, layers, x, training, outs):
        for layer in layers:
            x = self._layer(layer, x, training, outs)
            if outs is not None:
                if x.requires_grad:
                    x.retain_grad()
                outs[layer.name + "/out"] = x
        return x

    def _layer(self, layer, x, training, outs):
        kind, name, p = layer.type, layer.name, self.parameters
        if kind == "affine":
            # PyTorch's own weights are units × inputs
            return functional.linear(x.flatten(1), p[name + "/W"].T, p.get(name + "/b"))
        if kind == "conv":
            x, pad = _padded(layer, x)
            w, b = p[name + "/W"], p.get(name + "/b")
            return functional.conv2d(x, w, b, layer.stride, pad, layer.dilation)
        if kind in ("depthwiseConv", "separableConv"):
            return self._depthwise(layer, x)
        if kind == "localResponse":
            reach = layer.size // 2
            squares = functional.pad(x * x, (0, 0, 0, 0, reach, reach))
            around = sum(squares[:, i : i + x.shape[1]] for i in range(2 * reach + 1))
            return x * (layer.k + layer.alpha * around) ** -layer.beta
        if kind == "globalPool":
            rows = x.flatten(2)  # N×C×P
            if layer.pooling == "max":
                return rows.max(dim=2).values
            return rows.mean(dim=2) if layer.pooling == "average" else rows.sum(dim=2)
        if kind == "zeroPadding":
            return functional.pad(x, (layer.left, layer.right, layer.top, layer.bottom))
        if kind == "upsampling":
            height, width = layer.size
            return x.repeat_interleave(height, dim=2).repeat_interleave(width, dim=3)
        if kind == "pool":
            return self._pool(layer, x)
        if kind == "batchNorm":
            return self._batch_norm(layer, x, training)
        if kind == "dropout":
            return self._dropout(layer, x, training)
        if kind in self.activations:
            return self.activations[kind](x, layer)
        parts = [self._forward(branch, x, training, outs) for branch in layer.branches]
        if kind == "residual":
            return sum(parts[1:], parts[0])
        return torch.cat(parts, dim=1)

    def _depthwise(self, layer, x):
        """A convolution of each channel by itself: in PyTorch one in as many groups as channels."""
        name, p = layer.name, self.parameters
        b = p.get(name + "/b")
        separable = layer.type == "separableConv"
        # C×M×KH×KW, the filters of one channel together
        w = p[name + "/W"].permute(1, 0, 2, 3) if separable else p[name + "/W"].permute(2, 3, 0, 1)
        w = w.flatten(0, 1).unsqueeze(1)
        x, pad = _padded(layer, x)
        own = None if separable else b
        y = functional.conv2d(x, w, own, layer.stride, pad, layer.dilation, groups=x.shape[1])
        return functional.conv2d(y, p[name + "/pW"], b) if separable else y

    def _pool(self, layer, x):
        largest = layer.pooling == "max"
        if largest and not self.stock:
            # a padded element counts as 0, where PyTorch's own counts as -inf
            x, pad = _padded(layer, x, always=True)
        else:
            x, pad = _padded(layer, x, value=-torch.inf if largest else 0)
        if largest:
            return functional.max_pool2d(x, layer.size, layer.stride, pad, layer.dilation)
        if layer.dilation in (1, [1, 1]):
            return functional.avg_pool2d(x, layer.size, layer.stride, pad)
        # PyTorch averages no dilated windows: each as a column of its own
        columns = functional.unfold(x, layer.size, layer.dilation, pad, layer.stride)
        return columns.unflatten(1, (x.shape[1], -1)).mean(dim=2).unflatten(2, layer.output[1:])

    def _batch_norm(self, layer, x, training):
        name = layer.name
        mean, var = self.statistics[name + "/runningMean"], self.statistics[name + "/runningVar"]
        gamma, beta = self.parameters[name + "/gamma"], self.parameters[name + "/beta"]
        folded = x if layer.per == "channel" else x.flatten(1)
        if not training or self.stock:
            y = functional.batch_norm(
                folded, mean, var, gamma, beta, training, 1 - layer.momentum, layer.epsilon
            )
        else:
            y = functional.batch_norm(folded, None, None, gamma, beta, True, 0, layer.epsilon)
            axes = [0, 2, 3] if folded.dim() == 4 else [0]
            with torch.no_grad():
                for running, batch in (
                    (mean, folded.mean(axes)),
                    (var, folded.var(axes, unbiased=False)),  # PyTorch's own: unbiased
                ):
                    running.mul_(layer.momentum).add_(batch, alpha=1 - layer.momentum)
        return y.reshape(x.shape)

    def _dropout(self, layer, x, training):
        inverted = self.stock or layer.form == "inverted"
        keep = 1 - layer.ratio
        if training:
            mask = self.masks[layer.name]
            return x * (mask / keep if inverted else mask)
        return x.clone() if inverted else x * keep

    # Loss

    def _output(self, scores):
        rows = scores.flatten(1)
        return OUTPUTS.get(self.network.loss["type"], lambda x: x)(rows)

    def _loss(self, scores, t):
        return LOSSES[self.network.loss["type"]](scores.flatten(1), t) / len(scores)

    def _decay(self):
        weights = [p for path, p in self.parameters.items() if path.endswith(("/W", "/pW"))]
        l2, l1 = self.network.weight_decay, self.network.l1
        decay = sum(0.5 * l2 * (w**2).sum() for w in weights) if l2 else 0
        return decay + sum(l1 * w.abs().sum() for w in weights) if l1 else decay

    def _shown_loss(self, loss, y, t):
        """Aligned, the book's constant stands in the logarithm of the loss, not in its gradient."""
        stabilizer = self.network.loss["stabilizer"]
        if self.stock or not stabilizer:
            return loss.detach()
        total = cross_entropy(t, y, stabilizer)
        if self.network.loss["type"] == "sigmoidCrossEntropy":
            total = total + cross_entropy(1 - t, 1 - y, stabilizer)
        return -total / len(y)


def _padded(layer, x, value=0, always=False):
    """What a window slides over, and how much PyTorch's operation is still to pad it by itself.

    always: by itself nothing
    """
    if layer.pad == "same":
        return functional.pad(x, _same(layer), value=value), 0
    if not always:
        return x, layer.pad
    rows, columns = layer.pad if isinstance(layer.pad, list) else (layer.pad, layer.pad)
    return functional.pad(x, (columns, columns, rows, rows), value=value), 0


def _same(layer):
    """How many zeros stand left, right, above and below: an odd one behind."""
    pads = []
    for axis in (1, 0):
        stride, dilation = layer.stride[axis], layer.dilation[axis]
        covered = (layer.output[1 + axis] - 1) * stride + dilation * (layer.size[axis] - 1) + 1
        pad = max(0, covered - layer.input[1 + axis])
        pads += [pad // 2, pad - pad // 2]
    return pads


def cross_entropy(t, y, stabilizer):
    """The sum of t·log(y + stabilizer), 0 where t is, whatever y is."""
    there = t != 0
    return (t[there] * torch.log(y[there] + stabilizer)).sum()


class Book(torch.optim.Optimizer):
    """An optimizer by the book's formula, whose memory goes by Lockstep's names."""

    def __init__(self, parameters, settings):
        self.settings = settings
        super().__init__(parameters, {"lr": settings["learningRate"]})

    def put(self, values, step):
        for parameter, memory in values.items():
            self.state[parameter] = memory
        self.taken = step

    def get(self, parameter):
        return self.state[parameter]

    def stepped(self):
        pass

    @torch.no_grad()
    def step(self):
        self.taken += 1
        for group in self.param_groups:
            for parameter in group["params"]:
                self.update(parameter, parameter.grad, self.state[parameter], group["lr"])

    def moments(self, g, memory):
        memory["m"].add_(g - memory["m"], alpha=1 - self.settings["beta1"])
        memory["v"].add_(g * g - memory["v"], alpha=1 - self.settings["beta2"])

    def corrected(self, lr):
        """The learning rate with both of Adam's corrections."""
        beta1, beta2 = self.settings["beta1"], self.settings["beta2"]
        return lr * (1 - beta2**self.taken) ** 0.5 / (1 - beta1**self.taken)


class Sgd(Book):
    def update(self, w, g, memory, lr):
        w.add_(g, alpha=-lr)


class Momentum(Book):
    def update(self, w, g, memory, lr):
        memory["velocity"].mul_(self.settings["momentum"]).add_(g, alpha=-lr)
        w.add_(memory["velocity"])


class Nesterov(Book):
    def update(self, w, g, memory, lr):
        momentum, before = self.settings["momentum"], memory["velocity"]
        moved = momentum * before - lr * g
        ahead = moved if self.settings["form"] == "printed" else before
        w.add_(momentum**2 * ahead - (1 + momentum) * lr * g)
        before.copy_(moved)


class AdaGrad(Book):
    def update(self, w, g, memory, lr):
        memory["h"].addcmul_(g, g)
        w.sub_(lr * g / (memory["h"].sqrt() + self.settings["epsilon"]))


class RmsProp(Book):
    def update(self, w, g, memory, lr):
        decay = self.settings["decay"]
        memory["h"].mul_(decay).addcmul_(g, g, value=1 - decay)
        w.sub_(lr * g / (memory["h"].sqrt() + self.settings["epsilon"]))


class Adam(Book):
    def update(self, w, g, memory, lr):
        self.moments(g, memory)
        w.sub_(self.corrected(lr) * memory["m"] / (memory["v"].sqrt() + self.settings["epsilon"]))


class AmsGrad(Book):
    def update(self, w, g, memory, lr):
        self.moments(g, memory)
        largest = memory["vHat"]
        largest.copy_(torch.maximum(largest, memory["v"]))
        w.sub_(self.corrected(lr) * memory["m"] / (largest.sqrt() + self.settings["epsilon"]))


class Nadam(Book):
    def update(self, w, g, memory, lr):
        self.moments(g, memory)
        beta1 = self.settings["beta1"]
        ahead = beta1 * memory["m"] + (1 - beta1) * g
        step = lr / (1 - beta1**self.taken)
        w.sub_(step * ahead / (memory["v"].sqrt() + self.settings["epsilon"]))


class AdaMax(Book):
    def update(self, w, g, memory, lr):
        beta1, m, u = self.settings["beta1"], memory["m"], memory["u"]
        m.add_(g - m, alpha=1 - beta1)
        u.copy_(torch.maximum(self.settings["beta2"] * u, g.abs()) + 1e-32)
        w.sub_(lr / (1 - beta1**self.taken) * m / u)


class AdaDelta(Book):
    def update(self, w, g, memory, lr):
        rho, epsilon = self.settings["rho"], self.settings["epsilon"]
        msg, msdx = memory["msg"], memory["msdx"]
        msg.mul_(rho).addcmul_(g, g, value=1 - rho)
        d = g * (msdx + epsilon).sqrt() / (msg + epsilon).sqrt()
        msdx.mul_(rho).addcmul_(d, d, value=1 - rho)
        w.sub_(lr * d)


BOOK = {
    "sgd": Sgd,
    "momentum": Momentum,
    "nesterov": Nesterov,
    "adaGrad": AdaGrad,
    "rmsProp": RmsProp,
    "adam": Adam,
    "amsGrad": AmsGrad,
    "nadam": Nadam,
    "adaMax": AdaMax,
    "adaDelta": AdaDelta,
}


def own(optimizer, **chosen):
    """One of PyTorch's optimizers: of its settings those that a user would not leave out."""
    return lambda parameters, settings: optimizer(
        parameters,
        lr=settings["learningRate"],
        **{key: value(settings) for key, value in chosen.items()},
    )


def of_setting(name):
    return lambda settings: settings[name]


def betas(settings):
    return settings["beta1"], settings["beta2"]


def yes(settings):
    return True


STOCK = {
    "sgd": own(torch.optim.SGD),
    "momentum": own(torch.optim.SGD, momentum=of_setting("momentum")),
    "nesterov": own(torch.optim.SGD, momentum=of_setting("momentum"), nesterov=yes),
    "adaGrad": own(torch.optim.Adagrad),
    "rmsProp": own(torch.optim.RMSprop, alpha=of_setting("decay")),
    "adam": own(torch.optim.Adam, betas=betas),
    "amsGrad": own(torch.optim.Adam, betas=betas, amsgrad=yes),
    "nadam": own(torch.optim.NAdam, betas=betas),
    "adaMax": own(torch.optim.Adamax, betas=betas),
    "adaDelta": own(torch.optim.Adadelta, rho=of_setting("rho")),
}


if __name__ == "__main__":
    torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", "1")))
    lockstep.serve(PyTorchSide, name="pytorch")
