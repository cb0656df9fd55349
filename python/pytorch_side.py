"""Any network of the catalogue in PyTorch, by its own operations and its own backward pass.

Aligned, what PyTorch does otherwise than the book is done the book's way: batch normalization's
running variance and momentum, dropout's scaling, the optimizers' formulas, the constant in the
loss. Stock, it is what a PyTorch user would write.
"""

import os

import torch
from torch.nn import functional

import lockstep

ACTIVATIONS = {
    "relu": torch.relu,
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
    "identity": lambda x: x.clone(),  # a tensor of its own, with a gradient of its own
    "step": lambda x: (x > 0).to(x.dtype) + 0 * x,
}


class PyTorchSide:
    def __init__(self, network):
        self.network = network
        self.dtype = torch.float32 if network.precision == "float" else torch.float64
        self.stock = network.alignment == "stock"
        self.values = {}
        kinds = {"affine", "batchNorm", "dropout", "conv", "pool", "residual", "inception"}
        self.optimizer_of = (Stock if self.stock else Book)[network.optimizer["type"]]
        for layer in network.all_layers():
            if layer.type not in kinds | set(ACTIVATIONS):
                raise lockstep.Unsupported(f"pytorch: no layer of type {layer.type}")

    # State

    def restore(self, state, step):
        slots = self.optimizer_of.slots
        own = {path: torch.from_numpy(value).to(self.dtype) for path, value in state.items()}
        self.parameters = {
            path: value.requires_grad_()
            for path, value in own.items()
            if path.rsplit("/", 1)[1] in ("W", "b", "gamma", "beta")
        }
        self.statistics = {
            path: value
            for path, value in own.items()
            if path.rsplit("/", 1)[1] in ("runningMean", "runningVar")
        }
        self.optimizer = self.optimizer_of(self.parameters, self.network.optimizer, step)
        for path, parameter in self.parameters.items():
            self.optimizer.put(parameter, {slot: own[f"{path}/{slot}"] for slot in slots}, step)
        self.taken = step

    def state(self):
        found = {**self.parameters, **self.statistics}
        for path, parameter in self.parameters.items():
            for slot, value in self.optimizer.get(parameter).items():
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

        (loss + decay).backward()
        self._clear_left_out()
        for path, out in reversed(list(outs.items())):
            gradient = torch.zeros_like(out) if out.grad is None else out.grad
            show("backward", path, gradient)
        for path, parameter in self.parameters.items():
            show("backward", path, parameter.grad)

        self.optimizer.rate(self.network.learning_rate(self.taken))
        self.optimizer.step()
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
            return functional.linear(x.flatten(1), p[name + "/W"].T, p[name + "/b"])
        if kind == "conv":
            w, b = p[name + "/W"], p[name + "/b"]
            return functional.conv2d(x, w, b, stride=layer.stride, padding=layer.pad)
        if kind == "pool":
            return self._pool(layer, x)
        if kind == "batchNorm":
            return self._batch_norm(layer, x, training)
        if kind == "dropout":
            return self._dropout(layer, x, training)
        if kind in ACTIVATIONS:
            return ACTIVATIONS[kind](x)
        parts = [self._forward(branch, x, training, outs) for branch in layer.branches]
        if kind == "residual":
            return sum(parts[1:], parts[0])
        return torch.cat(parts, dim=1)

    def _pool(self, layer, x):
        size, stride, pad = layer.size, layer.stride, layer.pad
        if layer.pooling == "average":
            return functional.avg_pool2d(x, size, stride, pad)
        if pad and not self.stock:
            # a padded element counts as 0, where PyTorch's own counts as -inf
            x, pad = functional.pad(x, (pad, pad, pad, pad)), 0
        return functional.max_pool2d(x, size, stride, pad)

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
        softmax = self.network.loss["type"] == "softmaxCrossEntropy"
        return torch.softmax(rows, 1) if softmax else rows

    def _loss(self, scores, t):
        rows, kind = scores.flatten(1), self.network.loss["type"]
        if kind == "softmaxCrossEntropy":
            return -(t * torch.log_softmax(rows, 1)).sum() / len(rows)
        if kind == "meanSquared":
            return functional.mse_loss(rows, t)
        return functional.mse_loss(rows, t, reduction="sum") / 2 / len(rows)

    def _decay(self):
        weights = (p for path, p in self.parameters.items() if path.endswith("/W"))
        decay = self.network.weight_decay
        return sum(0.5 * decay * (w**2).sum() for w in weights) if decay else 0

    def _shown_loss(self, loss, y, t):
        """Aligned, the book's constant stands in the logarithm of the loss, not in its gradient."""
        stabilizer = self.network.loss["stabilizer"]
        if self.stock or not stabilizer:
            return loss.detach()
        rows = t != 0
        return -(t[rows] * torch.log(y[rows] + stabilizer)).sum() / len(y)


class Slots(torch.optim.Optimizer):
    """An optimizer whose memory goes by Lockstep's names."""

    slots = {}

    def __init__(self, parameters, settings, step):
        self.settings = settings
        super().__init__(list(parameters.values()), {"lr": settings["learningRate"]})
        self.taken = step

    def rate(self, rate):
        for group in self.param_groups:
            group["lr"] = rate

    def put(self, parameter, values, step):
        self.state[parameter].update(values)

    def get(self, parameter):
        return {slot: self.state[parameter][slot] for slot in self.slots}

    @torch.no_grad()
    def step(self):
        self.taken += 1
        for group in self.param_groups:
            for parameter in group["params"]:
                self.update(parameter, parameter.grad, self.state[parameter], group["lr"])


class Sgd(Slots):
    def update(self, w, g, memory, lr):
        w.add_(g, alpha=-lr)


class Momentum(Slots):
    slots = ("velocity",)

    def update(self, w, g, memory, lr):
        memory["velocity"].mul_(self.settings["momentum"]).add_(g, alpha=-lr)
        w.add_(memory["velocity"])


class Nesterov(Slots):
    slots = ("velocity",)

    def update(self, w, g, memory, lr):
        momentum, before = self.settings["momentum"], memory["velocity"]
        moved = momentum * before - lr * g
        ahead = moved if self.settings["form"] == "printed" else before
        w.add_(momentum**2 * ahead - (1 + momentum) * lr * g)
        before.copy_(moved)


class AdaGrad(Slots):
    slots = ("h",)

    def update(self, w, g, memory, lr):
        memory["h"].addcmul_(g, g)
        w.sub_(lr * g / (memory["h"].sqrt() + self.settings["epsilon"]))


class RmsProp(Slots):
    slots = ("h",)

    def update(self, w, g, memory, lr):
        decay = self.settings["decay"]
        memory["h"].mul_(decay).addcmul_(g, g, value=1 - decay)
        w.sub_(lr * g / (memory["h"].sqrt() + self.settings["epsilon"]))


class Adam(Slots):
    slots = ("m", "v")

    def update(self, w, g, memory, lr):
        beta1, beta2 = self.settings["beta1"], self.settings["beta2"]
        memory["m"].add_(g - memory["m"], alpha=1 - beta1)
        memory["v"].add_(g * g - memory["v"], alpha=1 - beta2)
        step = lr * (1 - beta2**self.taken) ** 0.5 / (1 - beta1**self.taken)
        w.sub_(step * memory["m"] / (memory["v"].sqrt() + self.settings["epsilon"]))


def own(optimizer, arguments, memory):
    """One of PyTorch's optimizers; memory gives for each slot its name and its factor of lr."""

    class Own:
        slots = tuple(memory)

        def __init__(self, parameters, settings, step):
            self.lr = settings["learningRate"]
            chosen = {key: value(settings) for key, value in arguments.items()}
            self.optimizer = optimizer(list(parameters.values()), lr=self.lr, **chosen)

        def rate(self, rate):
            self.lr = rate
            for group in self.optimizer.param_groups:
                group["lr"] = rate

        def put(self, parameter, values, step):
            state = self.optimizer.state[parameter]
            for slot, (name, factor) in memory.items():
                state[name] = values[slot] * factor(1 / self.lr)
            if optimizer is torch.optim.RMSprop:
                state["step"] = step
            elif optimizer is not torch.optim.SGD:
                state["step"] = torch.tensor(float(step))

        def get(self, parameter):
            state = self.optimizer.state[parameter]
            return {
                slot: state[name] * factor(self.lr) for slot, (name, factor) in memory.items()
            }

        def step(self):
            self.optimizer.step()

    return Own


def same(lr):
    return 1


def minus(lr):
    return -lr


Book = {
    "sgd": Sgd,
    "momentum": Momentum,
    "nesterov": Nesterov,
    "adaGrad": AdaGrad,
    "rmsProp": RmsProp,
    "adam": Adam,
}

VELOCITY = {"velocity": ("momentum_buffer", minus)}
Stock = {
    "sgd": own(torch.optim.SGD, {}, {}),
    "momentum": own(torch.optim.SGD, {"momentum": lambda s: s["momentum"]}, VELOCITY),
    "nesterov": own(
        torch.optim.SGD,
        {"momentum": lambda s: s["momentum"], "nesterov": lambda s: True},
        VELOCITY,
    ),
    "adaGrad": own(torch.optim.Adagrad, {}, {"h": ("sum", same)}),
    "rmsProp": own(
        torch.optim.RMSprop, {"alpha": lambda s: s["decay"]}, {"h": ("square_avg", same)}
    ),
    "adam": own(
        torch.optim.Adam,
        {"betas": lambda s: (s["beta1"], s["beta2"])},
        {"m": ("exp_avg", same), "v": ("exp_avg_sq", same)},
    ),
}


if __name__ == "__main__":
    torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", "1")))
    lockstep.serve(PyTorchSide, name="pytorch")
