"""ONNX's own conformance cases, in each of the two runtimes.

The Python package `onnx` makes the cases (model, inputs, expected outputs). Most of them give the parameters of an operator
(axes, shapes, scales) as inputs, which no exported model does, so each case is run in two more forms: `constant`, in which the
graph holds all inputs but the first, and `open`, in which the lengths of the first input's axes are open too. The driver
(`crates/adyton-runtime/examples/conformance.rs`) runs them below JSON.
"""

import copy
import json
import re
import select
import subprocess
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from onnx import ModelProto, NodeProto, TensorProto, defs, numpy_helper
from onnx.backend.test.case.node import collect_testcases

from .server import BINARY, ROOT

DRIVER = ROOT / "target/debug/examples/conformance"
LIBRARY = next(iter(sorted((Path(onnxruntime.__file__).parent / "capi").glob("libonnxruntime.so*"))), None)
RUNTIMES = {"built-in": "builtin", "ONNX Runtime": str(LIBRARY)}
SECONDS_FOR_ONE = 120


@dataclass
class Case:
    """One case in one form. `name` is `test_add` or `test_add+open`."""

    name: str
    model: ModelProto
    inputs: list[TensorProto | None]
    outputs: list
    rtol: float
    atol: float

    @property
    def base(self) -> str:
        return self.name.split("+")[0]

    def nodes(self) -> list[NodeProto]:
        return list(nodes_of(self.model.graph))

    def operators(self) -> set[tuple[str, str]]:
        return {(node.domain, node.op_type) for node in self.nodes()}


@dataclass
class Verdict:
    """What came of a case: `right`, `wrong`, `refused` (at import), `failed` (at the call) or `died`."""

    case: Case
    kind: str
    text: str = ""


def nodes_of(graph: onnx.GraphProto) -> Iterator[NodeProto]:
    for node in graph.node:
        yield node
        for attribute in node.attribute:
            for inner in [attribute.g, *attribute.graphs]:
                yield from nodes_of(inner)


def all_cases() -> list[Case]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        made = collect_testcases(None)
    cases: list[Case] = []
    for one in made:
        inputs, outputs = one.data_sets[0]
        case = Case(one.name, one.model, [as_proto(value) for value in inputs], list(outputs), one.rtol, one.atol)
        cases.append(case)
        # An expanded case is the body of a function: its parameters are constants already.
        if not one.name.endswith("_expanded") and case.inputs and all(value is not None for value in case.inputs):
            cases.extend(forms(case))
    return cases


def as_proto(value: object) -> TensorProto | None:
    """Raw data of a tensor; None for what is no tensor."""
    if isinstance(value, list) or value is None:
        return None
    if isinstance(value, TensorProto):
        if value.data_type == TensorProto.STRING or value.raw_data:
            return value
        value = numpy_helper.to_array(value)
    return numpy_helper.from_array(np.asarray(value))


def forms(case: Case) -> Iterator[Case]:
    model = copy.deepcopy(case.model)
    for port, value in zip(list(model.graph.input)[1:], case.inputs[1:]):
        held = copy.deepcopy(value)
        held.name = port.name
        model.graph.initializer.append(held)
    del model.graph.input[1:]
    if len(case.inputs) > 1:
        yield Case(f"{case.name}+constant", model, case.inputs[:1], case.outputs, case.rtol, case.atol)
    model = copy.deepcopy(model)
    for at, axis in enumerate(model.graph.input[0].type.tensor_type.shape.dim):
        axis.dim_param = f"axis_{at}"
    for output in model.graph.output:
        if output.type.HasField("tensor_type"):
            output.type.tensor_type.ClearField("shape")
    del model.graph.value_info[:]
    yield Case(f"{case.name}+open", model, case.inputs[:1], case.outputs, case.rtol, case.atol)


def write(cases: list[Case], folder: Path) -> None:
    for case in cases:
        (folder / case.name).mkdir()
        (folder / case.name / "model.onnx").write_bytes(case.model.SerializeToString())
        for at, value in enumerate(case.inputs):
            if value is not None:
                (folder / case.name / f"input_{at}.pb").write_bytes(value.SerializeToString())


class Driver:
    """The driver's process; a new one after a case that ended it."""

    def __init__(self, runtime: str, isolated: bool = False):
        self.runtime = runtime
        # Whose keeper becomes the processes that models run in.
        self.binary = [BINARY] if isolated else []
        self.process: subprocess.Popen | None = None

    def ask(self, folder: Path) -> dict:
        if self.process is None:
            command = [DRIVER, RUNTIMES[self.runtime], self.runtime, *self.binary]
            self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.process.stdin.write(f"{folder}\n")
        self.process.stdin.flush()
        ready, _, _ = select.select([self.process.stdout], [], [], SECONDS_FOR_ONE)
        line = self.process.stdout.readline() if ready else ""
        if not line:
            self.close()
            return {"died": "it ended the process" if ready else f"it took more than {SECONDS_FOR_ONE} s"}
        return json.loads(line)

    def close(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None


def run(cases: list[Case], folder: Path, runtime: str, tolerance, isolated: bool = False) -> list[Verdict]:
    """All cases in one runtime, each model in the driver or in a process of its own. `tolerance(case)` is the absolute one."""
    driver = Driver(runtime, isolated)
    try:
        said = [(case, driver.ask(folder / case.name)) for case in cases]
    finally:
        driver.close()
    return [judge(case, answer, folder / case.name, runtime, tolerance(case)) for case, answer in said]


def judge(case: Case, answer: dict, folder: Path, runtime: str, atol: float) -> Verdict:
    for key, kind in [("load", "refused"), ("run", "failed"), ("died", "died")]:
        if key in answer:
            return Verdict(case, kind, answer[key])
    read = iter(range(10_000))

    def next_tensor() -> np.ndarray:
        proto = TensorProto.FromString((folder / f"{runtime}_{next(read)}.pb").read_bytes())
        return numpy_helper.to_array(proto)

    if len(answer["outputs"]) != len(case.outputs):
        return Verdict(case, "wrong", f"{len(answer['outputs'])} outputs for {len(case.outputs)}")
    for kind, wanted in zip(answer["outputs"], case.outputs):
        wanted = wanted if isinstance(wanted, list) else [wanted]
        got = [next_tensor() for _ in range(1 if kind == "tensor" else int(kind))]
        if len(got) != len(wanted):
            return Verdict(case, "wrong", f"a list of {len(got)} for one of {len(wanted)}")
        for one, other in zip(got, wanted):
            if difference := differs(one, other, case.rtol, atol):
                return Verdict(case, "wrong", difference)
    return Verdict(case, "right")


def differs(got: np.ndarray, wanted: object, rtol: float, atol: float) -> str:
    wanted = numpy_helper.to_array(wanted) if isinstance(wanted, TensorProto) else np.asarray(wanted)
    if got.shape != wanted.shape:
        return f"shape {got.shape} for {wanted.shape}"
    if wanted.dtype.kind in "OUS":
        plain = [[one.decode() if isinstance(one, bytes) else str(one) for one in all.ravel()] for all in (got, wanted)]
        return "" if plain[0] == plain[1] else "other texts"
    if got.dtype != wanted.dtype:
        return f"type {got.dtype} for {wanted.dtype}"
    if got.dtype.kind == "f":
        got, wanted = got.astype(np.float64), wanted.astype(np.float64)
    try:
        np.testing.assert_allclose(got, wanted, rtol=rtol, atol=atol)
    except AssertionError as problem:
        return " ".join(str(problem).split())[:300]
    return ""


def names_something(verdict: Verdict) -> bool:
    """Whether a refusal says what of the model it is about: an operator, an attribute, a port or the operator set."""
    text = verdict.text
    case = verdict.case
    names = {node.op_type for node in case.nodes()}
    names |= {attribute.name for node in case.nodes() for attribute in node.attribute}
    graph = case.model.graph
    quoted = {f'"{named.name}"' for named in [*graph.input, *graph.output, *graph.initializer]}
    # ONNX Runtime names an operator in the body of a function; the compiled-in one calls all reductions the same.
    inside = re.search(r"(implementation|kernel) for \w+\(", text)
    reduction = "Reduce13" in text and any(name.startswith("Reduce") for name in names)
    named = any(re.search(rf"\b{name}", text) for name in names) or any(name in text for name in quoted)
    return "operator set" in text or inside is not None or reduction or named


def page(verdicts: dict[str, list[Verdict]], uncounted) -> str:
    """docs/reference/onnx.md: what each runtime can do."""
    versions: dict[tuple[str, str], set[int]] = {}
    answered: dict[tuple[str, str], dict[str, dict[str, bool]]] = {}
    refused: dict[tuple[str, str], set[str]] = {}
    for runtime, all in verdicts.items():
        for verdict in all:
            case = verdict.case
            if case.base.endswith("_expanded") or uncounted(case):
                continue
            sets = {entry.domain: entry.version for entry in case.model.opset_import}
            for domain, name in case.operators():
                operator = (domain, name)
                schema = defs.get_schema(name, sets.get(domain, 1), domain)
                versions.setdefault(operator, set()).add(schema.since_version)
                cases = answered.setdefault(operator, {}).setdefault(runtime, {})
                cases[case.base] = cases.get(case.base, False) or verdict.kind == "right"
                if runtime == "built-in":
                    found = re.search(rf"does not support (`[^`]*`(?: = [^ ]+)?) of {name}\b", verdict.text)
                    refused.setdefault(operator, set()).update(found.groups() if found else ())
    lines = [
        "# ONNX operators",
        "",
        "<!-- Written by `ADYTON_WRITE_REFERENCE=1 pytest tests/test_conformance.py` from what the runtimes answered. Do not edit. -->",
        "",
        f"What each of the two runtimes did with the conformance cases of the Python package `onnx` {onnx.__version__}:",
        f"ONNX Runtime {onnxruntime.__version__}, and the runtime that is compiled in. A number says how many cases of an operator are",
        "answered, each rightly; the others are refused when the model is imported, or, where only an input decides, fail as that call. *sets* are",
        "the operator sets in which the operator got the meaning that was tried. The compiled-in runtime takes the sets 6 to 28.",
        "",
        "| operator | sets | ONNX Runtime | compiled in | refused by the compiled-in runtime |",
        "| --- | --- | --- | --- | --- |",
    ]
    for domain, name in sorted(answered, key=lambda operator: (operator[0], operator[1].lower())):
        operator = (domain, name)
        shown = f"`{domain}.{name}`" if domain else f"`{name}`"
        sets = ", ".join(str(version) for version in sorted(versions[operator]))
        counts = [count(answered[operator].get(runtime, {})) for runtime in ("ONNX Runtime", "built-in")]
        lines.append(f"| {shown} | {sets} | {counts[0]} | {counts[1]} | {', '.join(sorted(refused.get(operator, ())))} |")
    return "\n".join(lines) + "\n"


def count(cases: dict[str, bool]) -> str:
    right = sum(cases.values())
    if right == len(cases):
        return f"all {right}"
    return f"{right} of {len(cases)}" if right else "no"
