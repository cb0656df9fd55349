"""A program without NumPy that holds to the protocol but for one thing, named by its argument."""
import json
import os
import struct
import subprocess
import sys
import time

WRONG = sys.argv[1]


def read():
    length = struct.unpack("<Q", sys.stdin.buffer.read(8))[0]
    header = json.loads(sys.stdin.buffer.read(length))
    metadata = header.pop("__metadata__")
    end = max([entry["data_offsets"][1] for entry in header.values()], default=0)
    sys.stdin.buffer.read(end)
    return metadata


def write(metadata, tensors=None, raw=None):
    header, data = {"__metadata__": metadata}, b""
    for name, (shape, values) in (tensors or {}).items():
        content = struct.pack(f"<{len(values)}d", *values)
        header[name] = {
            "dtype": "F64",
            "shape": shape,
            "data_offsets": [len(data), len(data) + len(content)],
        }
        data += content
    text = json.dumps(header).encode() if raw is None else raw
    sys.stdout.buffer.write(struct.pack("<Q", len(text)) + text + data)
    sys.stdout.buffer.flush()


def misbehave(question, answer):
    step = question["message"] == "step"
    if WRONG == "exits" and step:
        print("about to leave", file=sys.stderr, flush=True)
        sys.exit(7)
    if WRONG == "is killed" and step:
        os.kill(os.getpid(), 9)
    if WRONG == "hangs" and step:
        if len(sys.argv) > 2:
            child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
            with open(sys.argv[2], "w") as file:
                file.write(f"{os.getpid()} {child.pid}")
        time.sleep(600)
    if WRONG == "closes its output" and step:
        os.close(1)
        time.sleep(600)
    if WRONG == "answers another question" and step:
        answer["id"] = "1"
    if WRONG == "answers of another kind" and step:
        answer["message"] = "predict"
    if WRONG == "prints into the stream" and step:
        sys.stdout.buffer.write(b"epoch 1, loss 2.3\n")
    if WRONG == "prints a word and ends" and step:
        sys.stdout.buffer.write(b"bye\n")
        sys.stdout.buffer.flush()
        sys.exit(0)
    if WRONG == "huge header" and step:
        sys.stdout.buffer.write(b"\xff" * 8)
    if WRONG == "never stops talking" and step:
        sys.stderr.write("x" * 50_000_000)
        sys.exit(3)
    raw = {
        "no json": b"{oops",
        "overlapping tensors": b'{"__metadata__":{"message":"step","id":"%s"},'
        b'"loss":{"dtype":"F64","shape":[],"data_offsets":[0,8]},'
        b'"forward a/out":{"dtype":"F64","shape":[1],"data_offsets":[0,8]}}',
        "gigantic tensor": b'{"__metadata__":{"message":"step","id":"%s"},'
        b'"forward a/out":{"dtype":"U8","shape":[2000000000],"data_offsets":[0,2000000000]}}',
        "unknown phase": b'{"__metadata__":{"message":"step","id":"%s"},'
        b'"sideways a/out":{"dtype":"F64","shape":[0],"data_offsets":[0,0]}}',
    }.get(WRONG)
    if raw is not None and step:
        return raw.replace(b"%s", question["id"].encode())
    return None


if WRONG == "says nothing":
    time.sleep(600)
if WRONG == "is no program of ours":
    print("Hello, world!")
    sys.exit(0)
print("loading the network")  # before the greeting, without a line break at its end: passed over
sys.stdout.flush()
sys.stdout.buffer.write(b"\nLOCKSTEP 1\n")
sys.stdout.buffer.flush()
while True:
    question = read()
    answer = {"message": question["message"], "id": question["id"]}
    if question["message"] == "hello":
        answer.update(version="2" if WRONG == "another version" else "1", name="hostile")
    raw = misbehave(question, answer)
    tensors = {}
    if question["message"] == "step":
        tensors = {} if WRONG == "no loss" else {"loss": ([], [0.5])}
        if WRONG == "loss of two":
            tensors = {"loss": ([2], [0.5, 0.5])}
    if question["message"] == "predict":
        tensors = {"y": ([1, 2], [0.5, 0.5])}
    if question["message"] == "state":
        answer["step"] = "minus one" if WRONG == "a step that is none" else "1"
    write(answer, tensors, raw)
    if question["message"] == "close" and "model" not in question:
        break
