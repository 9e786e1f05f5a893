"""What a call costs a model in a process of its own, beside the same model in the server.

`.venv/bin/python bench/isolation.py --binary target/dist/adyton` (a release build; a debug build says little). Two servers of the same
binary, one with `onnx.isolation = "never"`, one with `"always"`, are called in turns over one kept connection. Reported for each model are
the median time of a call and the CPU time of the server with the processes of its models, and the ratios of the two, as medians over rounds.
"""

import argparse
import json
import statistics
import sys
import tempfile
import time
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
from onnx import TensorProto, helper, numpy_helper

import boosted

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
from harness import server as harness

SEED = 20_261_127


def perceptron(folder: Path, width: int) -> Path:
    """Two layers of `width`, one row: some `width`² multiplications twice."""
    chance = np.random.default_rng(SEED)
    weights = [numpy_helper.from_array(chance.standard_normal((width, width)).astype(np.float32), name) for name in ("v", "w")]
    nodes = [helper.make_node("MatMul", ["x", "v"], ["a"]), helper.make_node("Relu", ["a"], ["b"]), helper.make_node("MatMul", ["b", "w"], ["y"])]
    ports = [helper.make_tensor_value_info(name, TensorProto.FLOAT, ["n", width]) for name in ("x", "y")]
    graph = helper.make_graph(nodes, "perceptron", ports[:1], ports[1:], weights)
    model = folder / "model"
    model.mkdir(parents=True)
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    (model / "model.onnx").write_bytes(made.SerializeToString())
    (model / "config.json").write_text(json.dumps({"model_type": "ONNX", "model_algorithm": "bench"}))
    return folder


def models(folder: Path) -> dict[str, tuple[Path, bytes]]:
    made = {"boosted, a row": (boosted.write_package(folder / "boosted"), boosted.body())}
    for width in (16, 256, 2048):
        body = json.dumps({"inputs": {"x": [[0.5] * width]}}).encode()
        made[f"perceptron of {width}"] = (perceptron(folder / f"perceptron-{width}", width), body)
    return made


def tree(pid: int) -> list[int]:
    """The process and all that it started."""
    found = [pid]
    for one in found:
        for task in Path(f"/proc/{one}/task").glob("*/children"):
            try:
                found += map(int, task.read_text().split())
            except OSError:
                continue
    return found


def cpu(pid: int) -> float:
    """Seconds of user and system time of a server and its models' processes."""
    ticks = 0
    for one in tree(pid):
        try:
            fields = Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()
            ticks += int(fields[11]) + int(fields[12])
        except OSError:
            continue
    return ticks / 100


def measure(server: harness.Server, address: str, body: bytes, seconds: float) -> tuple[float, float]:
    """The median of a call's time and the CPU time of a call, in µs."""
    split = urlsplit(address)
    connection = HTTPConnection(split.hostname, split.port, timeout=30)
    headers = {"X-Auth-Token": server.token(), "Content-Type": "application/json"}
    times = []
    before, end = cpu(server.process.pid), time.monotonic() + seconds
    while time.monotonic() < end:
        begin = time.perf_counter()
        connection.request("POST", split.path, body, headers)
        answer = connection.getresponse()
        content = answer.read()
        times.append(time.perf_counter() - begin)
        assert answer.status == 200, content
    connection.close()
    return statistics.median(times) * 1e6, (cpu(server.process.pid) - before) / len(times) * 1e6


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--binary", type=Path, default=harness.BINARY)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=2)
    arguments = parser.parse_args()
    harness.BINARY = arguments.binary.resolve()
    with tempfile.TemporaryDirectory() as folder:
        run(Path(folder), arguments)


def run(folder: Path, arguments: argparse.Namespace) -> None:
    packages = models(folder)
    servers: dict[str, harness.Server] = {}
    try:
        for isolation in ("never", "always"):
            (folder / isolation).mkdir()
            settings = {"onnx.isolation": isolation, "throttle.default_per_second": 0, "gateway.threads": 1}
            servers[isolation] = harness.Server(folder / isolation, settings).start()
        print(f"{'':24}{'in the server':>22}{'of its own':>22}{'ratio':>16}")
        for name, (package, body) in packages.items():
            short = "".join(letter if letter.isalnum() else "-" for letter in name)
            addresses = {isolation: server.deploy(short, package).address for isolation, server in servers.items()}
            rounds = []
            for number in range(arguments.rounds + 1):
                order = list(servers)[:: 1 if number % 2 else -1]
                got = {isolation: measure(servers[isolation], addresses[isolation], body, arguments.seconds) for isolation in order}
                # The first one warms up.
                if number:
                    rounds.append(got)
            row = []
            for isolation in servers:
                time_, cpu_ = (statistics.median(one[isolation][at] for one in rounds) for at in (0, 1))
                row.append(f"{time_:8.0f} µs {cpu_:6.0f} CPU")
            ratios = [statistics.median(one["always"][at] / one["never"][at] for one in rounds) for at in (0, 1)]
            print(f"{name:24}{row[0]:>22}{row[1]:>22}{ratios[0]:8.2f} {ratios[1]:6.2f}")
    finally:
        for server in servers.values():
            server.close()


if __name__ == "__main__":
    main()
