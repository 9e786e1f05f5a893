"""What ends a process inside of ONNX Runtime: all conformance cases on changed inputs, each model in a process of its own.

Run by hand when the library changes: `.venv/bin/python -m harness.crashes` in `tests/`, some minutes. What it finds belongs into
`crates/adyton-runtime/src/onnx/onnx_runtime/native_faults.rs`.
"""

import argparse
import os
import random
import resource
import signal

import numpy as np
import onnx
import onnxruntime
from onnx.backend.test.case.node import collect_testcases

MEMORY = 3 << 30
SECONDS = 8
WHOLE = [0, 1, -1, 2, 7, 2**31 - 1, -(2**31), 2**63 - 1, -(2**63)]
BROKEN = [0.0, -0.0, 1.0, -1.0, np.inf, -np.inf, np.nan, 1e38, 1e-45]


def extreme(dtype: np.dtype, chance: random.Random) -> object:
    if dtype.kind in "iu":
        bounds = np.iinfo(dtype)
        return max(bounds.min, min(bounds.max, chance.choice([*WHOLE, bounds.min])))
    return chance.choice(BROKEN) if dtype.kind == "f" else chance.random() < 0.5


def changed(value: np.ndarray, chance: random.Random) -> np.ndarray:
    if value.dtype.kind in "iufb" and chance.random() < 0.6:
        value = np.array(value)
        count = value.size if chance.random() < 0.5 else min(value.size, 2)
        for at in range(count):
            value.reshape(-1)[at if count == value.size else chance.randrange(value.size)] = extreme(value.dtype, chance)
    if value.ndim and chance.random() < 0.35:
        shape = list(value.shape)
        shape[chance.randrange(value.ndim)] = chance.choice([0, 1, 2, 17])
        value = np.resize(value, shape) if value.size else np.zeros(shape, value.dtype)
    return value


def run(model: onnx.ModelProto, inputs: list[np.ndarray], tries: int, tell: int) -> None:
    """Runs the model on changed inputs; the last that it tells is what ended the process."""
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    chance = random.Random()
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    names = [port.name for port in session.get_inputs()]
    for _ in range(tries):
        given = [changed(value, chance) if chance.random() < 0.7 else value for value in inputs]
        shown = " ".join(f"{value.dtype}{list(value.shape)}{value.reshape(-1)[:4].tolist()}" for value in given)
        os.write(tell, shown[:400].encode() + b"\n")
        signal.alarm(SECONDS)
        try:
            session.run(None, dict(zip(names, given, strict=False)))
        except Exception:  # noqa: BLE001, S112 that it is refused is right
            continue


def tried(model: onnx.ModelProto, inputs: list[np.ndarray], tries: int) -> str | None:
    """The signal that ended it, and over which inputs."""
    hear, tell = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.close(hear)
            run(model, inputs, tries, tell)
        finally:
            os._exit(0)
    os.close(tell)
    said = b""
    while piece := os.read(hear, 1 << 16):
        said = (said + piece)[-1000:]
    os.close(hear)
    status = os.waitpid(child, 0)[1]
    if not os.WIFSIGNALED(status):
        return None
    return f"{signal.Signals(os.WTERMSIG(status)).name}: {said.decode(errors='replace').strip().splitlines()[-1]}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tries", type=int, default=80, help="changed inputs for each case")
    parser.add_argument("--only", default="", help="only cases whose names hold this")
    options = parser.parse_args()
    onnxruntime.set_default_logger_severity(4)
    for case in collect_testcases(None):
        if options.only not in case.name or not case.data_sets:
            continue
        model = onnx.ModelProto()
        model.CopyFrom(case.model)
        for port in [*model.graph.input, *model.graph.output]:
            port.type.tensor_type.ClearField("shape")
        found = tried(model, [np.asarray(value) for value in case.data_sets[0][0]], options.tries)
        if found:
            print(f"{case.name}: {found}", flush=True)


if __name__ == "__main__":
    main()
