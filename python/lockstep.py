"""Lets a Python program take part in a comparison with Lockstep, or record a run for it.

One file, Python 3.9 or later, NumPy the only need: copy it beside your program. Three ways to use it:

    lockstep.serve(build)          your program takes its own steps, Lockstep asks for them
    lockstep.torch_side(...)       a PyTorch module as such a program
    lockstep.record("run.npz")     write down a run that goes on by itself; lockstep audit judges it

docs/python.md starts from an empty folder; docs/protocol.md says what goes through the pipe.
"""

import datetime
import io
import json
import os
import platform
import select
import signal
import sys
import threading
import traceback
import types
import zipfile

import numpy as np

VERSION = "1"
GREETING = b"\nLOCKSTEP 1\n"
PHASES = ("forward", "loss", "backward", "update")

_TYPES = {"F64": "<f8", "F32": "<f4", "I64": "<i8", "U8": "|u1"}
_MAX_HEADER = 16 << 20


class Unsupported(Exception):
    """Raised by a program that does not have a part of the network: its text says which."""


# --- The network ---------------------------------------------------------------------------------


class Layer:
    """One layer: its type and full name, the shape of one sample before and after it, its settings.

    Settings are attributes, named as in experiment files: layer.units, layer.ratio. The layers of a
    residual or inception block are in layer.branches, a list of lists. What a pool or globalPool layer
    calls type, such as "max" or "average", is layer.pooling. Of an open layer what the other side calls it is layer.kind.

    dilation  of a window; as stride and pad one number, or one for rows and one for columns
    bias      what biases start at; "none": there are none
    """

    dilation = 1
    bias = 0

    def __init__(self, kind, name, settings, inputs, outputs):
        self.type = kind
        self.name = name
        self.input = inputs
        self.output = outputs
        self.branches = []
        for key, value in settings.items():
            setattr(self, key, value)

    def __repr__(self):
        return f"{self.type} {self.name}"


class Network:
    """What is to be trained, as an experiment file says it, with every default written out.

    layers        in the order of the forward pass
    loss          {"type": "softmaxCrossEntropy", "stabilizer": 1e-07}
    optimizer     {"type": "sgd", "learningRate": 0.1}
    weight_decay  λ of ½ λ Σ W²
    l1            λ of λ Σ |W|
    clipping      how gradients are kept small before both are added, or None:
                  {"type": "layer", "threshold": 1.0}
    bias_rate     what the learning rate of biases is multiplied with
    slots         what the optimizer keeps for each parameter: ("m", "v"), of affine1/W/m
    state         the shape of everything that a step may change, by path
    precision     "double" or "float"
    alignment     "aligned": the book's formulas; "stock": those of the framework
    """

    def __init__(self, text, shapes, precision="double", alignment="aligned"):
        description = json.loads(text)
        shapes = json.loads(shapes)
        more = [key for key in description if key not in _NETWORK]
        if more:
            raise Unsupported(f"lockstep.py knows no {', '.join(more)} of a network")
        self.input = tuple(description["input"])
        self.loss = description["loss"]
        self.optimizer = description["optimizer"]
        self.weight_decay = description["weightDecay"]
        self.l1 = description.get("l1", 0)
        self.clipping = description.get("clipping")
        self.bias_rate = description.get("biasRate", 1)
        self.precision = precision
        self.alignment = alignment
        self.state = {path: tuple(shape) for path, shape in shapes["state"].items()}
        self.slots = tuple(shapes["slots"])
        self._outputs = {name: tuple(shape) for name, shape in shapes["outputs"].items()}
        self.layers = self._read(description["layers"], "", self.input)
        decay = self.optimizer.get("decayed")
        if decay is not None and decay["type"] not in _DECAYS:
            raise Unsupported(f"lockstep.py knows no learning rate decayed by {decay['type']}")

    def _read(self, layers, prefix, shape):
        read = []
        for entry in layers:
            ((kind, settings),) = entry.items()
            settings = dict(settings)
            name = prefix + settings.pop("name")
            _require_known("layer", kind, settings, _SETTINGS)
            branches = settings.pop("branches", [])
            settings.pop("output", None)
            if "type" in settings:
                settings["pooling"] = settings.pop("type")
            layer = Layer(kind, name, settings, shape, self._outputs[name])
            layer.branches = [self._read(branch, name + "/", shape) for branch in branches]
            read.append(layer)
            shape = layer.output
        return read

    def all_layers(self):
        """Every layer, branches and what is in them included, in the order of the forward pass."""
        return list(_flat(self.layers))

    def learning_rate(self, taken):
        """The learning rate of a step, given the number of steps taken before it."""
        rate, decay = self.optimizer["learningRate"], self.optimizer.get("decayed")
        return rate if decay is None else _DECAYS[decay["type"]](rate, decay, taken)

    def require(self, who, layers, losses, optimizers):
        """Raises Unsupported, naming the part, where the network has one that is not among these.

        who: whose limit it is. Each of the others holds the types that are known.
        """
        for layer in self.all_layers():
            if layer.type not in layers:
                raise Unsupported(f"{who}: expected no layer of type {layer.type}, found {layer.name}")
        for part, kind, known in (
            ("loss", self.loss["type"], losses),
            ("optimizer", self.optimizer["type"], optimizers),
        ):
            if kind not in known:
                raise Unsupported(f"{who}: expected one of {', '.join(known)} as {part}, found {kind}")


def _polynomial(rate, decay, taken):
    left = max(0, 1 - taken / decay["steps"])
    return rate * left ** decay["power"] if left else 0


def _in_steps(rate, decay, taken):
    begun = [int(step) for step in decay["rates"] if taken >= int(step)]
    return decay["rates"][str(max(begun))] if begun else rate


_DECAYS = {
    "step": lambda rate, decay, taken: rate * decay["factor"] ** (taken // decay["every"]),
    "exponential": lambda rate, decay, taken: rate * decay["factor"] ** taken,
    "inverseTime": lambda rate, decay, taken: rate / (1 + decay["rate"] * taken) ** decay["power"],
    "polynomial": _polynomial,
    "steps": _in_steps,
}

# What an experiment file may say of a part. A setting that a part has beside these is refused: it
# would change what is computed without anybody's notice.
_NETWORK = ("input", "layers", "loss", "weightDecay", "l1", "clipping", "biasRate", "optimizer")
_WINDOW = ("size", "stride", "pad", "dilation")
_WEIGHTS = ("initial", "bias")
_SETTINGS = {
    "affine": ("units", *_WEIGHTS),
    "conv": ("filters", *_WEIGHTS, *_WINDOW),
    "pool": ("type", *_WINDOW),
    "batchNorm": ("momentum", "epsilon", "per"),
    "dropout": ("ratio", "form"),
    "residual": ("branches",),
    "inception": ("branches",),
    "leakyRelu": ("slope",),
    "elu": ("alpha",),
    "globalPool": ("type",),
    "zeroPadding": ("top", "bottom", "left", "right"),
    "upsampling": ("size",),
    "localResponse": ("k", "size", "alpha", "beta"),
    "depthwiseConv": ("multiplier", *_WEIGHTS, *_WINDOW),
    "separableConv": ("filters", "multiplier", *_WEIGHTS, *_WINDOW),
    "open": ("kind", "reads", "output", "parameters", "decayed", "statistics"),
}
for _name in "relu sigmoid tanh identity step selu softplus softsign swish gelu hardSigmoid".split():
    _SETTINGS[_name] = ()


def _require_known(part, kind, settings, known):
    if kind not in known:
        raise Unsupported(
            f"lockstep.py knows no {part} of type {kind}: copy it anew from the Lockstep that you start"
        )
    more = [key for key in settings if key not in known[kind]]
    if more:
        raise Unsupported(
            f"lockstep.py knows no {', '.join(more)} of {part} {kind}:"
            " copy it anew from the Lockstep that you start"
        )


def _flat(layers):
    for layer in layers:
        for branch in layer.branches:
            yield from _flat(branch)
        yield layer


# --- Frames: the layout of safetensors -----------------------------------------------------------


def _array(value):
    """A NumPy array of a type that a frame can hold, of whatever holds numbers."""
    if hasattr(value, "detach"):
        value = value.detach().cpu().numpy()
    array = np.asarray(value)
    if array.dtype == np.float32:
        kind = "F32"
    elif array.dtype == np.bool_ or array.dtype == np.uint8:
        kind = "U8"
    elif array.dtype.kind in "iu":
        kind = "I64"
    elif array.dtype.kind == "f":
        kind = "F64"
    else:
        raise TypeError(f"expected numbers, found an array of {array.dtype}")
    # ascontiguousarray makes rank 1 of a scalar
    return kind, np.ascontiguousarray(array, _TYPES[kind]).reshape(array.shape)


def _write_frame(out, metadata, tensors):
    header, content, end = {"__metadata__": metadata}, [], 0
    for name, value in tensors.items():
        kind, array = _array(value)
        header[name] = {
            "dtype": kind,
            "shape": list(array.shape),
            "data_offsets": [end, end + array.nbytes],
        }
        end += array.nbytes
        content.append(array)
    text = json.dumps(header).encode()
    out.write(len(text).to_bytes(8, "little"))
    out.write(text)
    for array in content:
        if array.nbytes:
            out.write(memoryview(array.reshape(-1)).cast("B"))
    out.flush()


def _read_exactly(stream, count):
    content = bytearray(count)
    view, filled = memoryview(content), 0
    while filled < count:
        read = stream.readinto(view[filled:])
        if not read:
            raise EOFError
        filled += read
    return content


def _read_frame(stream):
    """The metadata and the tensors of a frame; EOFError where there is none."""
    length = int.from_bytes(_read_exactly(stream, 8), "little")
    if length > _MAX_HEADER:
        raise ValueError(f"expected a header of at most {_MAX_HEADER} bytes, found {length}")
    header = json.loads(_read_exactly(stream, length))
    metadata = header.pop("__metadata__")
    tensors = {}
    for name, entry in header.items():
        begin, end = entry["data_offsets"]
        content = _read_exactly(stream, end - begin)
        tensors[name] = np.frombuffer(content, _TYPES[entry["dtype"]]).reshape(entry["shape"])
    return metadata, tensors


# --- A program as a side -------------------------------------------------------------------------


class _Show:
    """Called by a model in a step: show("forward", "affine1/out", y). Free where nobody looks."""

    def __init__(self, watches):
        self.watches = watches
        self.tensors = {}

    def __call__(self, phase, path, value):
        if not self.watches:
            return
        if phase not in PHASES:
            raise ValueError(f"show: expected one of {', '.join(PHASES)}, found {phase!r}")
        key = f"{phase} {path}"
        if key in self.tensors:
            raise ValueError(f"show: {key} has been shown in this step already")
        # a copy: the program may go on to change what it has shown
        self.tensors[key] = _array(value)[1].copy()


def serve(build, name=None):
    """Answers Lockstep until it has no more questions.

    build(network) returns a model with four methods:

        restore(state, step)        go on from here: arrays by path, and the number of steps taken
        step(x, t, masks, show)     take one training step, return the loss before the update;
                                    show(phase, path, array) every tensor as it comes about
        predict(x)                  probabilities (or outputs, where the loss has no softmax)
        state()                     everything that a step may change, arrays by path

    What the program prints goes to standard error: standard output carries the answers.

    name: shown in reports; the name of the program's file if left out.
    """
    stream, out = _take_pipe()
    answered = _end_with(stream)
    out.write(GREETING)
    out.flush()
    _Server(build, name or _program_name(), stream, out).run()
    answered.set()


def _program_name():
    return os.path.splitext(os.path.basename(sys.argv[0]))[0] or "python"


def _take_pipe():
    """Keeps the two ends of the pipe, and gives the program others in their place."""
    if sys.stdin is not None and sys.stdin.isatty():
        raise SystemExit(
            "lockstep: this program is started by Lockstep, not by hand:"
            ' ./lockstep compare … --candidate-command "python3 ' + sys.argv[0] + '"'
        )
    sys.stdout.flush()
    if threading.current_thread() is threading.main_thread():
        # Ctrl-C in a terminal reaches this program too: Lockstep ends it when it is done
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    stream = io.BufferedReader(io.FileIO(os.dup(0)), 1 << 20)
    out = io.BufferedWriter(io.FileIO(os.dup(1), "w"), 1 << 20)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    return stream, out


def _end_with(stream):
    """Ends the program in the middle of a step if nobody is left to hear the answer.

    Returns an event: once it is set, the program goes on as it likes.
    """
    answered = threading.Event()

    def wait():
        hung_up = select.poll()
        hung_up.register(stream.fileno(), 0)
        hung_up.poll()
        if not answered.is_set():
            os._exit(0)

    if hasattr(select, "poll"):
        threading.Thread(target=wait, daemon=True).start()
    return answered


class _Server:
    def __init__(self, build, name, stream, out):
        self.build = build
        self.name = name
        self.stream = stream
        self.out = out
        self.models = {}
        self.steps = {}

    def run(self):
        while True:
            try:
                question, tensors = _read_frame(self.stream)
            except EOFError:
                return
            answer = {"message": question["message"], "id": question["id"]}
            try:
                found = getattr(self, "_" + question["message"])(question, tensors, answer)
            except Unsupported as e:
                found = {}
                answer.update(message="error", kind="unsupported", text=str(e))
            except Exception as e:
                traceback.print_exc()
                found = {}
                answer.update(message="error", kind="failed", text=_described(e))
            try:
                _write_frame(self.out, answer, found or {})
            except BrokenPipeError:
                return
            if question["message"] == "close" and "model" not in question:
                return

    def _hello(self, question, tensors, answer):
        if question["version"] != VERSION:
            raise Unsupported(
                f"expected version {VERSION} of the protocol, found {question['version']}:"
                " copy lockstep.py anew from the Lockstep that you start"
            )
        answer.update(version=VERSION, name=self.name)

    def _create(self, question, tensors, answer):
        network = Network(
            question["network"], question["shapes"], question["precision"], question["alignment"]
        )
        model = self.build(network)
        if isinstance(model, _TorchParts):
            model = _TorchSide(model, network)
        missing = [m for m in ("restore", "step", "predict", "state") if not hasattr(model, m)]
        if missing:
            raise TypeError(
                f"build returned {type(model).__name__}, which has no {', '.join(missing)}"
            )
        self.models[question["model"]] = model
        self.steps[question["model"]] = 0

    def _restore(self, question, tensors, answer):
        step = int(question["step"])
        self.models[question["model"]].restore(tensors, step)
        self.steps[question["model"]] = step

    def _step(self, question, tensors, answer):
        masks = {
            name[len("mask ") :]: tensors.pop(name)
            for name in list(tensors)
            if name.startswith("mask ")
        }
        show = _Show(question["observe"] == "true")
        model = self.models[question["model"]]
        loss = model.step(tensors["x"], tensors["t"], masks, show)
        self.steps[question["model"]] += 1
        return {"loss": np.float64(loss), **show.tensors}

    def _predict(self, question, tensors, answer):
        return {"y": self.models[question["model"]].predict(tensors["x"])}

    def _state(self, question, tensors, answer):
        answer["step"] = str(self.steps[question["model"]])
        return dict(self.models[question["model"]].state())

    def _close(self, question, tensors, answer):
        model = self.models.pop(question.get("model"), None)
        if hasattr(model, "close"):
            model.close()


def _described(error):
    """What went wrong, and where in the program."""
    text = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    frames = [f for f in traceback.extract_tb(error.__traceback__) if f.filename != __file__]
    if frames:
        text += f" ({os.path.basename(frames[-1].filename)}, line {frames[-1].lineno})"
    return text


# --- A PyTorch module as a side ------------------------------------------------------------------


def torch_side(module, optimizer, loss, names, not_shown=()):
    """A PyTorch module, its optimizer and its loss as a model for lockstep.serve.

    names maps what the module calls its tensors to Lockstep's paths, the layout said in words:

        {"fc1.weight": "affine1/W transposed", "fc1.bias": "affine1/b", "fc1": "affine1/out"}

    A module's own name stands for its output, whose gradient is shown too. Layout words:
    transposed (two axes exchanged) and flattened (the same numbers in Lockstep's shape). What is
    not mapped, on either side, is an error that lists what is free; None in place of a path leaves
    one of the module's tensors out, and not_shown names layers whose output no module computes.

    loss(output, t) gets the module's output and one-hot targets.

    Use it in what you give to lockstep.serve:

        def build(network):
            net = Net().double()
            return lockstep.torch_side(net, torch.optim.SGD(net.parameters(), 0.1), loss, NAMES)

        lockstep.serve(build)
    """
    return _TorchParts(module, optimizer, loss, dict(names), tuple(not_shown))


class _TorchParts:
    def __init__(self, module, optimizer, loss, names, not_shown):
        self.module, self.optimizer, self.loss = module, optimizer, loss
        self.names, self.not_shown = names, not_shown


# What PyTorch's optimizers keep, by Lockstep's names.
_SLOTS = {
    "SGD": {"velocity": "momentum_buffer"},
    "Adam": {"m": "exp_avg", "v": "exp_avg_sq"},
    "AdamW": {"m": "exp_avg", "v": "exp_avg_sq"},
    "NAdam": {"m": "exp_avg", "v": "exp_avg_sq"},
    "Adamax": {"m": "exp_avg", "u": "exp_inf"},
    "RMSprop": {"h": "square_avg"},
    "Adagrad": {"h": "sum"},
    "Adadelta": {"msg": "square_avg", "msdx": "acc_delta"},
}


class TorchMemory:
    """What one of PyTorch's optimizers keeps of each parameter, by Lockstep's names.

    PyTorch's momentum keeps a sum of gradients and multiplies it by the learning rate, Lockstep's
    velocity is the product: velocity = −lr · momentum_buffer.
    """

    def __init__(self, optimizer):
        self.optimizer = optimizer
        self.slots = dict(_SLOTS.get(type(optimizer).__name__, {}))
        if any(group.get("amsgrad") for group in optimizer.param_groups):
            self.slots["vHat"] = "max_exp_avg_sq"
        if not any(group.get("momentum", 1) for group in optimizer.param_groups):
            self.slots.pop("velocity", None)
        self.put_back = {}

    def put(self, values, step):
        """Takes over tensors by parameter and slot. The parameters' own values must be put anew."""
        import torch

        parameters = [p for group in self.optimizer.param_groups for p in group["params"]]
        if not self.optimizer.state:
            # a step along no gradient makes the optimizer set up what it keeps
            for parameter in parameters:
                parameter.grad = torch.zeros_like(parameter)
            kept = [parameter.detach().clone() for parameter in parameters]
            self.optimizer.step()
            self.optimizer.zero_grad()
            with torch.no_grad():
                for parameter, value in zip(parameters, kept):
                    parameter.copy_(value)
        for group in self.optimizer.param_groups:
            for parameter in group["params"]:
                memory = self.optimizer.state[parameter]
                for slot, value in values.get(parameter, {}).items():
                    memory[self.slots[slot]] = value / (self._factor(slot, group) or 1)
                self._put_counts(memory, group, step)
        self.put_back = values

    def _put_counts(self, memory, group, step):
        import torch

        if "step" in memory:
            tensor = isinstance(memory["step"], torch.Tensor)
            memory["step"] = torch.full_like(memory["step"], step) if tensor else step
        if "momentum_buffer" in memory and step == 0:
            memory["momentum_buffer"] = None  # the first gradient goes in as it is
        if "mu_product" in memory:
            product = 1.0
            for taken in range(1, step + 1):
                warm = 0.96 ** (taken * group["momentum_decay"])
                product *= group["betas"][0] * (1 - 0.5 * warm)
            memory["mu_product"] = torch.full_like(memory["mu_product"], product)

    @staticmethod
    def _factor(slot, group):
        return -group["lr"] if slot == "velocity" else 1

    def get(self, parameter):
        """Tensors by slot."""
        import torch

        if parameter in self.put_back:
            return self.put_back[parameter]
        found = {slot: torch.zeros_like(parameter) for slot in self.slots}
        for group in self.optimizer.param_groups:
            if any(parameter is other for other in group["params"]):
                memory = self.optimizer.state[parameter]
                for slot, name in self.slots.items():
                    if memory.get(name) is not None:
                        found[slot] = memory[name] * self._factor(slot, group)
        return found

    def stepped(self):
        """What was put is no longer what there is."""
        self.put_back = {}


def _decays(optimizer):
    """The λ of weight decay by parameter, where the optimizer adds λ·w to the gradient itself.

    Lockstep's gradients and losses include weight decay; PyTorch's do not show it.
    """
    if type(optimizer).__name__ == "AdamW":
        return {}
    return {
        parameter: group["weight_decay"]
        for group in optimizer.param_groups
        if group.get("weight_decay")
        for parameter in group["params"]
    }


def _decayed_gradient(parameter, decays):
    return parameter.grad.detach() + decays.get(parameter, 0) * parameter.detach()


def _decayed_loss(loss, decays):
    more = sum(0.5 * decay * (w.detach() ** 2).sum() for w, decay in decays.items())
    return loss.detach() + more if decays else loss


_WORDS = ("transposed", "flattened")


def _layout(target):
    """The path and the layout words of 'affine1/W transposed', and what is no such word."""
    path, *words = target.replace(",", " ").split()
    return path, words, [word for word in words if word not in _WORDS]


def _own_tensors(module):
    """Parameters and running statistics by PyTorch's name."""
    own = dict(module.named_parameters())
    own.update(
        (name, buffer)
        for name, buffer in module.named_buffers()
        if not name.endswith("num_batches_tracked")
    )
    return own


class _Place:
    """Where one of Lockstep's tensors is in a module, and how it lies there."""

    def __init__(self, path, words, find):
        self.path, self.words, self.find = path, words, find

    def give(self, tensor, shape):
        """The module's numbers in Lockstep's layout."""
        array = _array(tensor)[1]
        if "transposed" in self.words:
            array = array.T
        if "flattened" in self.words:
            array = np.ascontiguousarray(array).reshape(shape)
        if shape is not None and array.shape != tuple(shape):
            raise ValueError(
                f"{self.path}: expected shape {tuple(shape)}, found {array.shape}:"
                " add 'transposed' or 'flattened' after the path in names"
            )
        return array

    def take(self, array, tensor):
        """Lockstep's numbers into the module's layout."""
        array = array.T if "transposed" in self.words else array
        if "flattened" in self.words:
            array = array.reshape(tensor.shape)
        if array.shape != tuple(tensor.shape):
            raise ValueError(
                f"{self.path}: expected shape {array.shape}, found {tuple(tensor.shape)} in the"
                " module: add 'transposed' or 'flattened' after the path in names"
            )
        import torch

        with torch.no_grad():
            tensor.copy_(torch.from_numpy(np.ascontiguousarray(array)).to(tensor.dtype))


class _TorchSide:
    def __init__(self, parts, network):
        import torch

        self.torch, self.network = torch, network
        self.module, self.optimizer, self.loss = parts.module, parts.optimizer, parts.loss
        self.memory = TorchMemory(self.optimizer)
        if network.optimizer.get("decayed"):
            raise Unsupported(
                "torch_side: expected a learning rate that stays, found one decayed by"
                f" {network.optimizer['decayed']['type']}: write a side of your own"
            )
        self.tensors, self.outputs, self.dropouts = {}, {}, {}
        self._map(parts.names, parts.not_shown)
        self.masks, self.shown = None, None
        self.dtype = next(self.module.parameters()).dtype
        for path, name in self.outputs.items():
            dict(self.module.named_modules())[name].register_forward_hook(self._hook(path))
        self.taken = 0

    def _map(self, names, not_shown):
        own = _own_tensors(self.module)
        modules = {name for name, _ in self.module.named_modules() if name}
        layers = [layer.name + "/out" for layer in self.network.all_layers()]
        kept = set(self.memory.slots)
        if kept != set(self.network.slots):
            raise Unsupported(
                f"optimizer: the experiment trains with {self.network.optimizer['type']}, which keeps"
                f" {', '.join(self.network.slots) or 'nothing'}; {type(self.optimizer).__name__} keeps"
                f" {', '.join(kept) or 'nothing'}: use the same in both, such as optimizer.type=adam"
                " on the command line"
            )
        paths = [path for path in self.network.state if path.rsplit("/", 1)[1] not in kept]
        mistakes = []
        for name, target in names.items():
            if target is None:
                own.pop(name, None)
                continue
            path, words, wrong = _layout(target)
            if wrong:
                mistakes.append(f"'{target}': a layout is {' or '.join(_WORDS)}")
            if name in own and path in paths:
                self.tensors[path] = _Place(path, words, own.pop(name))
                paths.remove(path)
            elif name in modules and path in layers:
                self.outputs[path] = name
                layers.remove(path)
            else:
                mistakes.append(f"'{name}': '{target}' maps nothing that is there, or is there twice")
        layers = [path for path in layers if path[: -len("/out")] not in not_shown]
        if mistakes or own or paths or layers:
            used = set(self.outputs.values())
            raise Unsupported(
                "names: "
                + "; ".join(mistakes + ["expected every tensor to be mapped"])
                + f"\n  free in the module: {', '.join(own) or 'none'}"
                + f"\n  modules without a path: {', '.join(sorted(modules - used)) or 'none'}"
                + f"\n  free in the network: {', '.join(paths + layers) or 'none'}"
            )
        self.paths = {place.find: path for path, place in self.tensors.items()}

    def _hook(self, path):
        layer = path[: -len("/out")]

        def after(module, inputs, output):
            if isinstance(module, self.torch.nn.Dropout) and module.training and self.masks:
                # the plan's mask, with the module's own scaling
                output = inputs[0] * self.masks[layer] / (1 - module.p)
            if self.shown is not None:
                if output.requires_grad:
                    output.retain_grad()
                self.shown[path] = output
            return output

        return after

    def restore(self, state, step):
        for path, place in self.tensors.items():
            place.take(state[path], place.find)
        self.memory.put(
            {
                parameter: self._memory_of(path, parameter, state)
                for parameter, path in self._trained()
            },
            step,
        )
        self.taken = step

    def _memory_of(self, path, parameter, state):
        values = {slot: self.torch.zeros_like(parameter) for slot in self.memory.slots}
        for slot, value in values.items():
            self.tensors[path].take(state[f"{path}/{slot}"], value)
        return values

    def _trained(self):
        return [(p, self.paths[p]) for p in self.module.parameters() if p in self.paths]

    def state(self):
        found = {
            path: place.give(place.find, self.network.state[path])
            for path, place in self.tensors.items()
        }
        for parameter, path in self._trained():
            for slot, value in self.memory.get(parameter).items():
                shape = self.network.state.get(f"{path}/{slot}")
                found[f"{path}/{slot}"] = self.tensors[path].give(value, shape)
        return {path: found[path] for path in self.network.state if path in found}

    def step(self, x, t, masks, show):
        own = {name: self._own(mask) for name, mask in masks.items()}
        self.masks, self.shown = own, {} if show.watches else None
        self.module.train()
        self.optimizer.zero_grad()
        output = self.module(self._own(x).requires_grad_(show.watches))
        loss = self.loss(output, self._own(t))
        loss.backward()
        decays = _decays(self.optimizer)
        returned = float(_decayed_loss(loss, decays))
        if show.watches:
            outs = self.shown
            for path, out in outs.items():
                show("forward", path, out)
            show("forward", "loss/out", self._probabilities(output))
            show("loss", "loss/value", _decayed_loss(loss, decays))
            for path, out in outs.items():
                show("backward", path, self.torch.zeros_like(out) if out.grad is None else out.grad)
            for parameter, path in self._trained():
                place = self.tensors[path]
                gradient = _decayed_gradient(parameter, decays)
                show("backward", path, place.give(gradient, self.network.state[path]))
        self.optimizer.step()
        self.memory.stepped()
        self.shown = self.masks = None
        self.taken += 1
        if show.watches:
            for path, value in self.state().items():
                show("update", path, value)
        return returned

    def predict(self, x):
        self.module.eval()
        with self.torch.no_grad():
            return self._probabilities(self.module(self._own(x)))

    def _probabilities(self, output):
        rows = output.detach().flatten(1)
        kind = self.network.loss["type"]
        if kind == "softmaxCrossEntropy":
            return self.torch.softmax(rows, 1)
        return self.torch.sigmoid(rows) if kind == "sigmoidCrossEntropy" else rows

    def _own(self, array):
        return self.torch.from_numpy(np.ascontiguousarray(array)).to(self.dtype)


# --- A run, recorded -----------------------------------------------------------------------------


def record(path=None, every=1):
    """Writes a run to a file that lockstep audit judges.

    path: where to; if left out, what the environment variable LOCKSTEP_RECORD names; if that is
    not set either, nothing is recorded and nothing costs anything.
    every: which steps are recorded: 1, 1 + every, 1 + 2·every, and so on.

        with lockstep.record("run.npz") as rec:
            rec.state(params)                           before the first step
            for x, t in batches:
                rec.step(x, t, masks)                   a step begins
                rec("forward", "affine1/out", a1)       what it computes
                rec("loss", "loss/value", loss)
                rec.state(params)                       and what it leaves

    With PyTorch, rec.watch(module, optimizer, names) takes the place of every rec.state and of
    most taps. Each step is on disk once its state is: after a kill, what is complete can be read.
    """
    path = path or os.environ.get("LOCKSTEP_RECORD")
    return Recorder(path, every) if path else _Nothing()


class _Nothing:
    """A recorder that records nothing."""

    recording = False

    def __enter__(self):
        return self

    def __exit__(self, *error):
        pass

    def __call__(self, phase, path, value):
        pass

    def step(self, x, t, masks=None):
        pass

    def state(self, state):
        pass

    def watch(self, module, optimizer, names):
        pass


class Recorder:
    """See record. Where recording is true, what the program computes now is written down."""

    def __init__(self, path, every=1):
        if every < 1:
            raise ValueError(f"record: expected every to be at least 1, found {every}")
        self.every, self.taken, self.recording = every, 0, False
        self.begun, self.before, self.open = False, False, False
        self.seen, self.taps, self.watched = set(), {}, None
        self.file = open(path, "wb")
        self.archive = zipfile.ZipFile(self.file, "w", zipfile.ZIP_STORED, allowZip64=True)

    def __enter__(self):
        return self

    def __exit__(self, *error):
        if self.watched:
            self.watched.let_go()
        self.archive.close()
        self.file.close()

    def _text(self, name, value):
        self.archive.writestr(zipfile.ZipInfo(name), json.dumps(value, indent=1))

    def _write(self, what, value, step=None):
        kind, array = _array(value)
        content = io.BytesIO()
        np.lib.format.write_array(content, array, version=(1, 0), allow_pickle=False)
        name = f"step-{step or self.taken}/{what}.npy"
        self.archive.writestr(zipfile.ZipInfo(name), content.getvalue())

    def _tap(self, name, where=None):
        """Writes down which line recorded a tensor, at its first time."""
        if name in self.taps:
            return
        if where is None:
            frame = sys._getframe(1)
            while frame.f_back and frame.f_code.co_filename == __file__:
                frame = frame.f_back
            where = f"{os.path.basename(frame.f_code.co_filename)}:{frame.f_lineno}"
        self.taps[name] = where
        self._text(f"step-{self.taken}/tap/{name}.json", where)

    def _begin(self, state):
        if not self.begun:
            self._text("manifest.json", _manifest(self.every, state))
            self.begun = True

    def _is_due(self, step):
        return (step - 1) % self.every == 0

    def step(self, x, t, masks=None):
        """A step begins; its batch, and the masks of its dropout layers by name (1: kept)."""
        if self.watched is None and not self.begun:
            raise ValueError("record: expected rec.state(...) before the first rec.step")
        if self.open:
            raise ValueError(
                f"record: expected the state after step {self.taken}"
                " (rec.state, or optimizer.step() where rec.watch is used) before the next rec.step"
            )
        self.taken += 1
        self.open = True
        self.seen.clear()
        self.recording = self._is_due(self.taken)
        if self.recording:
            if self.watched:
                self._before(self.watched.state(), self.taken)
            self._write("x", x)
            self._write("t", t)
            for layer, mask in (masks or {}).items():
                self._write(f"mask/{layer}", mask)

    def __call__(self, phase, path, value):
        """What the step computes."""
        if self.recording:
            if phase == "loss" and self.watched:
                value = self.watched.loss(value)
            self._record(phase, path, value)

    def _record(self, phase, path, value, where=None):
        name = f"{phase}/{path}"
        if phase not in PHASES or name in self.seen:
            raise ValueError(f"record: {name} is shown twice, or its phase is none of {PHASES}")
        self.seen.add(name)
        self._write(name, value)
        self._tap(name, where)

    def state(self, state):
        """What there is between two steps: parameters, optimizer state, statistics, by path."""
        if self.watched:
            raise ValueError("record: expected no rec.state where rec.watch is used")
        if self.before and not self.open:
            raise ValueError("record: expected one rec.state after each step, found two")
        self._after(state)
        self.before = self._is_due(self.taken + 1)
        if self.before:
            self._before(state, self.taken + 1)
        self.file.flush()

    def _before(self, state, step):
        self._begin(state)
        for path, value in state.items():
            self._write(f"before/{path}", value, step)

    def _after(self, state):
        if self.recording:
            for path, value in state.items():
                self._record("update", path, value)
            # comes last: a step without it is not complete
            self._write("complete", np.int64(self.taken))
            self.recording = False
        self.open = False
        self.file.flush()

    def watch(self, module, optimizer, names):
        """Records a PyTorch module: states, outputs, gradients, masks of nn.Dropout.

        names: as for torch_side: {"fc1.weight": "affine1/W transposed", "fc1": "affine1/out"}; None
        in place of a path leaves one of the module's tensors out.

        A step goes from rec.step(x, t) to the end of optimizer.step(). The loss and the
        probabilities are the program's own to record, as in rec("loss", "loss/value", loss).
        """
        if self.watched or self.begun:
            raise ValueError("record: expected one rec.watch, before the first step")
        self.watched = _Watched(self, module, optimizer, names)


class _Watched:
    """What a recorder hangs on a PyTorch module and its optimizer, and takes away again."""

    def __init__(self, rec, module, optimizer, names):
        self.rec, self.optimizer, self.memory = rec, optimizer, TorchMemory(optimizer)
        self.places, self.drawn_from, self.handles = {}, {}, []
        own, modules = _own_tensors(module), dict(module.named_modules())
        modules.pop("", None)
        mistakes = []
        for name, target in names.items():
            if target is None:
                own.pop(name, None)
                continue
            path, words, wrong = _layout(target)
            if wrong or "flattened" in words:
                mistakes.append(f"'{target}': the layout of a recorded tensor is 'transposed' or none")
            elif name in own:
                self.places[path] = _Place(path, words, own.pop(name))
            elif name in modules and path.endswith("/out"):
                self._hang(modules[name], name, path)
            else:
                mistakes.append(f"'{name}': '{target}' maps nothing that is there")
        if mistakes or own:
            self.let_go()
            raise ValueError(
                "; ".join(["names"] + mistakes + ["expected every tensor to be mapped"])
                + f"\n  free in the module: {', '.join(own) or 'none'}"
            )
        self.step = optimizer.step
        # a method of the optimizer still: learning rate schedules ask for that
        optimizer.step = types.MethodType(self._stepped(optimizer.step), optimizer)

    def _hang(self, module, name, path):
        import torch

        where = f"{name}: {type(module).__name__}"
        dropout = isinstance(module, torch.nn.Dropout)
        if dropout and module.inplace:
            raise ValueError(f"record: {where}: expected Dropout with inplace=False")

        def ahead(module, inputs):
            if self.rec.recording and dropout and module.training:
                self.drawn_from[name] = _generator_state(inputs[0])

        def after(module, inputs, output):
            if not self.rec.recording:
                return
            if name in self.drawn_from:
                mask = _drawn_again(module.p, inputs[0], output, self.drawn_from.pop(name))
                self.rec._write(f"mask/{path[: -len('/out')]}", mask)
            self.rec._record("forward", path, output, where)
            if output.requires_grad:
                output.register_hook(
                    lambda gradient: self.rec._record("backward", path, gradient, where)
                )

        self.handles.append(module.register_forward_pre_hook(ahead))
        self.handles.append(module.register_forward_hook(after))

    def _stepped(self, step):
        def stepped(optimizer, *arguments, **named):
            if self.rec.recording:
                decays = _decays(optimizer)
                for path, place in self.places.items():
                    if place.find.grad is not None:
                        gradient = _decayed_gradient(place.find, decays)
                        self.rec._record("backward", path, place.give(gradient, None))
            result = step(*arguments, **named)
            if self.rec.open:
                self.rec._after(self.state() if self.rec.recording else {})
            return result

        return stepped

    def state(self):
        found = {path: place.give(place.find, None) for path, place in self.places.items()}
        for path, place in self.places.items():
            if place.find.requires_grad:
                for slot, value in self.memory.get(place.find).items():
                    found[f"{path}/{slot}"] = place.give(value, None)
        return found

    def loss(self, value):
        return _decayed_loss(value, _decays(self.optimizer)) if hasattr(value, "detach") else value

    def let_go(self):
        for handle in self.handles:
            handle.remove()
        if "step" in vars(self.optimizer):
            self.optimizer.step = self.step


def _generator_state(like):
    """Where the generator stands from which PyTorch draws on the device of a tensor."""
    import torch

    return torch.cuda.get_rng_state(like.device) if like.is_cuda else torch.get_rng_state()


def _drawn_again(ratio, dropped_from, output, state):
    """The mask of a dropout layer: drawn once more from where it was drawn, and nothing moved."""
    import torch

    with torch.no_grad():
        now = _generator_state(dropped_from)
        _put_generator_state(dropped_from, state)
        factor = torch.nn.functional.dropout(torch.ones_like(dropped_from), ratio, True)
        _put_generator_state(dropped_from, now)
        if not torch.equal(factor * dropped_from, output):
            raise ValueError("record: a dropout mask cannot be told from the layer's output")
        return factor != 0


def _put_generator_state(like, state):
    import torch

    if like.is_cuda:
        torch.cuda.set_rng_state(state, like.device)
    else:
        torch.set_rng_state(state)


def _manifest(every, state):
    modules = {"numpy": np.__version__}
    threads = {name: os.environ[name] for name in os.environ if name.endswith("_NUM_THREADS")}
    torch = sys.modules.get("torch")
    if torch is not None:
        modules["torch"] = torch.__version__
        threads["torch"] = str(torch.get_num_threads())
    kinds = {_array(value)[0] for value in state.values()}
    return {
        "lockstepTrace": 1,
        "program": _program_name(),
        "every": every,
        "precision": "float" if "F32" in kinds else "double",
        "python": platform.python_version(),
        "modules": modules,
        "threads": threads,
        "machine": platform.platform(),
        "started": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
    }
