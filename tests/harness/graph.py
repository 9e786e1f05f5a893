"""ONNX graphs, written by hand: what a test needs of the file format, and no more."""

import struct
from pathlib import Path

FLOAT, INT64, BOOL = 1, 7, 9


def number(field: int, value: int) -> bytes:
    return varint(field << 3) + varint(value & 0xFFFF_FFFF_FFFF_FFFF)


def varint(value: int) -> bytes:
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes(out + bytes([value]))


def part(field: int, content: bytes | str) -> bytes:
    content = content.encode() if isinstance(content, str) else content
    return varint(field << 3 | 2) + varint(len(content)) + content


def port(name: str, kind: int, axes: list[int | str]) -> bytes:
    dims = b"".join(part(1, part(2, axis) if isinstance(axis, str) else number(1, axis)) for axis in axes)
    return part(1, name) + part(2, part(1, number(1, kind) + part(2, dims)))


def node(op: str, inputs: list[str], outputs: list[str], *attributes: bytes) -> bytes:
    names = [part(1, name) for name in inputs] + [part(2, name) for name in outputs]
    return b"".join(names) + part(3, outputs[0]) + part(4, op) + b"".join(part(5, one) for one in attributes)


def subgraph(name: str, content: bytes) -> bytes:
    return part(1, name) + part(6, content) + number(20, 5)


def floats(name: str, dims: list[int], values: list[float]) -> bytes:
    shape = b"".join(number(1, dim) for dim in dims)
    return shape + number(2, FLOAT) + part(8, name) + part(9, struct.pack(f"<{len(values)}f", *values))


def whole(name: str, values: list[int]) -> bytes:
    return number(1, len(values)) + number(2, INT64) + part(8, name) + part(9, struct.pack(f"<{len(values)}q", *values))


def graph(nodes: list[bytes], inputs: list[bytes], outputs: list[bytes], constants: list[bytes] | None = None) -> bytes:
    pieces = [part(1, one) for one in nodes] + [part(2, "g")] + [part(5, one) for one in constants or []]
    return b"".join(pieces + [part(11, one) for one in inputs] + [part(12, one) for one in outputs])


def package(folder: Path, content: bytes, opset: int = 17) -> Path:
    """A package of this graph, whose operators are of the version `opset`."""
    (folder / "model").mkdir(parents=True)
    (folder / "model/config.json").write_text('{"model_type": "ONNX", "model_algorithm": "a"}')
    (folder / "model/model.onnx").write_bytes(number(1, 8) + part(7, content) + part(8, number(2, opset)))
    return folder


def counting() -> bytes:
    """A loop that counts to the number that it is sent."""
    steps = [node("Identity", ["go"], ["go_on"]), node("Add", ["so_far", "one"], ["more"])]
    inputs = [port("i", INT64, []), port("go", BOOL, []), port("so_far", FLOAT, [1])]
    body = graph(steps, inputs, [port("go_on", BOOL, []), port("more", FLOAT, [1])], [floats("one", [1], [1.0])])
    loop = node("Loop", ["n", "", "x"], ["y"], subgraph("body", body))
    return graph([loop], [port("n", INT64, []), port("x", FLOAT, [1])], [port("y", FLOAT, [1])])


def hungry(count: int) -> bytes:
    """Makes `count` numbers at every run, whatever it is sent."""
    make = node("ConstantOfShape", ["shape"], ["zeros"])
    total = node("ReduceSum", ["zeros"], ["sum"])
    plus = node("Add", ["sum", "x"], ["y"])
    # The shape depends on the input, so that no optimiser makes the numbers beforehand.
    count_of = [node("Shape", ["x"], ["one"]), node("Mul", ["one", "count"], ["shape"])]
    return graph([*count_of, make, total, plus], [port("x", FLOAT, ["n"])], [port("y", FLOAT, ["n"])], [whole("count", [count])])


def squaring(tensors: int) -> bytes:
    """Makes so many tensors, each as long as the square of what it is sent, and holds them all at once."""
    length = [node("Shape", ["x"], ["n"]), node("Mul", ["n", "n"], ["squared"])]
    made = [node("ConstantOfShape", ["squared"], [f"zeros{at}"]) for at in range(tensors)]
    total = [node("Sum", [f"zeros{at}" for at in range(tensors)], ["zeros"]), node("ReduceSum", ["zeros"], ["y"])]
    return graph([*length, *made, *total], [port("x", FLOAT, ["n"])], [port("y", FLOAT, [1])], [])


def named_axis(name: str) -> bytes:
    """Passes on what it is sent; its axis has this name."""
    return graph([node("Relu", ["x"], ["y"])], [port("x", FLOAT, [name])], [port("y", FLOAT, [name])])


def dividing() -> bytes:
    """Divides what it is sent by what it is sent, integers all."""
    return graph([node("Div", ["x", "d"], ["y"])], [port("x", INT64, ["n"]), port("d", INT64, ["n"])], [port("y", INT64, ["n"])])


def recurrent() -> bytes:
    """An LSTM of one unit over sequences of two features."""
    ports = [port("x", FLOAT, ["steps", "batch", 2])], [port("y", FLOAT, ["steps", 1, "batch", 1])]
    hidden = part(1, "hidden_size") + number(3, 1) + number(20, 2)
    weights = [floats("w", [1, 4, 2], [0.5] * 8), floats("r", [1, 4, 1], [0.5] * 4)]
    return graph([node("LSTM", ["x", "w", "r"], ["y"], hidden)], *ports, weights)


def unique() -> bytes:
    """The different columns of what it is sent."""
    axis = part(1, "axis") + number(3, 1) + number(20, 2)
    return graph([node("Unique", ["x"], ["y"], axis)], [port("x", FLOAT, ["n", "m"])], [port("y", FLOAT, ["n", "k"])])


def spectral() -> bytes:
    """The spectra of a signal, by a step and a length that are sent along."""
    inputs = [port("signal", FLOAT, [1, "n", 1]), port("step", INT64, []), port("length", INT64, [])]
    return graph([node("STFT", ["signal", "step", "", "length"], ["y"])], inputs, [port("y", FLOAT, [1, "frames", "bins", 2])])
