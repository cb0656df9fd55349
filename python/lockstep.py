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
import sys
import threading
import traceback
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
    residual or inception block are in layer.branches, a list of lists. What a pool layer calls type,
    "max" or "average", is layer.pooling.
    """

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
    state         the shape of everything that a step may change, by path
    precision     "double" or "float"
    alignment     "aligned": the book's formulas; "stock": those of the framework
    """

    def __init__(self, text, shapes, precision="double", alignment="aligned"):
        description = json.loads(text)
        shapes = json.loads(shapes)
        self.input = tuple(description["input"])
        self.loss = description["loss"]
        self.optimizer = description["optimizer"]
        self.weight_decay = description["weightDecay"]
        self.precision = precision
        self.alignment = alignment
        self.state = {path: tuple(shape) for path, shape in shapes["state"].items()}
        self._outputs = {name: tuple(shape) for name, shape in shapes["outputs"].items()}
        self.layers = self._read(description["layers"], "", self.input)

    def _read(self, layers, prefix, shape):
        read = []
        for entry in layers:
            ((kind, settings),) = entry.items()
            settings = dict(settings)
            name = prefix + settings.pop("name")
            branches = settings.pop("branches", [])
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
        if decay is None:
            return rate
        if decay["type"] == "step":
            return rate * decay["factor"] ** (taken // decay["every"])
        if decay["type"] == "exponential":
            return rate * decay["factor"] ** taken
        return rate / (1 + decay["rate"] * taken)


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
