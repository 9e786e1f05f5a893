"""ONNX models written field by field: what no exporter would write."""

FLOAT, INT64 = 1, 7
# Types of attributes.
A_INT, A_TENSOR, A_GRAPH = 2, 4, 5


def varint(number: int) -> bytes:
    number &= (1 << 64) - 1
    out = b""
    while True:
        out += bytes([number & 0x7F | (0x80 if number > 0x7F else 0)])
        number >>= 7
        if not number:
            return out


def field(number: int, value: int | str | bytes) -> bytes:
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    content = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(content)) + content


def value(name: str, axes: list[int | str], element: int = FLOAT) -> bytes:
    dims = b"".join(field(1, field(2 if isinstance(axis, str) else 1, axis)) for axis in axes)
    return field(1, name) + field(2, field(1, field(1, element) + field(2, dims)))


def tensor(name: str, dims: list[int], raw: bytes = b"", element: int = FLOAT, external: str = "") -> bytes:
    content = b"".join(field(1, dim) for dim in dims) + field(2, element) + field(8, name)
    if external:
        return content + field(13, field(1, "location") + field(2, external)) + field(14, 1)
    return content + field(9, raw)


def attribute(name: str, kind: int, content: int | bytes) -> bytes:
    return field(1, name) + field({A_INT: 3, A_TENSOR: 5, A_GRAPH: 6}[kind], content) + field(20, kind)


def node(operator: str, inputs: list[str], outputs: list[str], attributes: list[bytes] = ()) -> bytes:
    content = b"".join(field(1, name) for name in inputs) + b"".join(field(2, name) for name in outputs)
    return content + field(4, operator) + b"".join(field(5, one) for one in attributes)


def graph(nodes: list[bytes], inputs: list[bytes], outputs: list[bytes], tensors: list[bytes] = ()) -> bytes:
    parts = [(1, nodes), (5, tensors), (11, inputs), (12, outputs)]
    return field(2, "g") + b"".join(field(number, one) for number, many in parts for one in many)


def model(content: bytes, opset: int = 17) -> bytes:
    return field(1, 8) + field(7, content) + field(8, field(1, "") + field(2, opset))
