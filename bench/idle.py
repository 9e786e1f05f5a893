"""What a server costs that has nothing to do: memory, processor time, and what it gives back once models are deleted.

    .venv/bin/python bench/idle.py [--binary target/dist/adyton] [--library libonnxruntime.so]

Two servers, each on a fresh folder that is started once, stopped and started again, and measured while it has no services: one
without an ONNX Runtime library, and one with it, if one is found. Then each imports, deploys and deletes one ONNX model, so that the
runtime and what it makes once are in memory, and then twenty: what they took has to be given back. The README has the goals and
results. Fails where a goal is missed.
"""

import argparse
import os
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests"))

# What stands for the runtime that is compiled in, in place of a library.
BUILTIN = "builtin"
MODELS = 20
# The most that a server may take that has nothing to do: of a core, and resident, in MB.
CPU_GOAL = 0.001
MEMORY_GOAL = 40.0
# What may be left of what models took: a tenth more than before.
LEFT_GOAL = 1.10
# The work of a start and of deletions is over by then, and threads that wait for more have ended.
SETTLE_SECONDS = 15


@dataclass
class Idle:
    """What a server took while nobody asked anything of it."""

    memory: float
    cpu: float
    wakeups: float


def main() -> int:
    options = arguments()
    os.environ["ADYTON_BINARY"] = str(options.binary)
    libraries = [BUILTIN] + ([str(options.library)] if options.library else [])
    missed = []
    print("| server | when | RSS MB | CPU of a core | wake-ups a second |")
    print("| --- | --- | --- | --- | --- |")
    for library in libraries:
        missed += measured(library, options.seconds)
    for line in missed:
        print(f"MISSED {line}")
    return 1 if missed else 0


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench/idle.py", description=__doc__.splitlines()[0])
    parser.add_argument("--binary", type=Path, default=ROOT / "target/dist/adyton", help="what is measured (target/dist/adyton)")
    parser.add_argument("--library", type=Path, default=found_library(), help="ONNX Runtime (that of the Python environment)")
    parser.add_argument("--seconds", type=float, default=30, help="how long processor time is watched (30)")
    return parser.parse_args()


def found_library() -> Path | None:
    found = sorted((ROOT / ".venv").glob("lib/python3*/site-packages/onnxruntime/capi/libonnxruntime.so*"))
    return found[0] if found else None


def measured(library: str, seconds: float) -> list[str]:
    # They read the environment when they are imported.
    import boosted
    from harness.server import Server

    has_library = library != BUILTIN
    name = "with ONNX Runtime" if has_library else "without a library"
    with tempfile.TemporaryDirectory(prefix="adyton-idle-") as made:
        folder = Path(made)
        server = Server(folder)
        # Settings of the suite's own would cost memory of their own.
        server.settings = {"onnx.library": library}
        try:
            server.start().stop()
            server.start()
            fresh = idle(server.process.pid, seconds)
            say(name, "started again, no services", fresh)
            package = boosted.write_package(folder / "boosted")
            delete(server, [server.deploy("first", package)])
            before = idle(server.process.pid, seconds)
            say(name, "one model deployed and deleted", before)
            deployed = [server.deploy(f"boosted-{number}", package) for number in range(MODELS)]
            say(name, f"{MODELS} models deployed", idle(server.process.pid, seconds))
            delete(server, deployed)
            after = idle(server.process.pid, seconds)
            say(name, "all of them deleted", after)
        finally:
            server.close()
    return judged(name, fresh, (before, after), has_library)


def delete(server, services: list) -> None:
    """Deletes services and their models; a model can be deleted once no service uses it any more, which takes a moment."""
    from harness.server import wait_for

    for service in services:
        server.manage("DELETE", f"/v1/{{project}}/services/{service.id}")
    for service in services:
        model = f"/v1/{{project}}/models/{service.model_id}"
        wait_for(lambda model=model: server.call("DELETE", model).status_code < 300, 30, f"{model} to be deleted")


def idle(process: int, seconds: float) -> Idle:
    time.sleep(SETTLE_SECONDS)
    cpu, before = cpu_seconds(process), context_switches(process)
    time.sleep(seconds)
    after = context_switches(process)
    return Idle(
        memory=resident(process),
        cpu=(cpu_seconds(process) - cpu) / seconds,
        wakeups=sum(count - before.get(thread, 0) for thread, count in after.items()) / seconds,
    )


def resident(process: int) -> float:
    """Megabytes (10^6) that are in memory."""
    return fields(f"/proc/{process}/status")["VmRSS"] * 1024 / 1e6


def cpu_seconds(process: int) -> float:
    """What all threads have worked, those that have ended too, to the nanosecond: ticks of the clock are too coarse for so little."""
    of_process = 2
    return time.clock_gettime(~process << 3 | of_process)


def context_switches(process: int) -> dict[str, int]:
    """How often each thread has waited for something."""
    tasks = Path(f"/proc/{process}/task").iterdir()
    return {task.name: fields(task / "status")["voluntary_ctxt_switches"] for task in tasks}


def fields(file: Path | str) -> dict[str, int]:
    """The numbers in a file of `/proc`."""
    pairs = (line.split(":", 1) for line in Path(file).read_text().splitlines() if ":" in line)
    numbers = {name: value.split() for name, value in pairs}
    return {name: int(value[0]) for name, value in numbers.items() if value and value[0].isdigit()}


def say(name: str, when: str, idle: Idle) -> None:
    print(f"| {name} | {when} | {idle.memory:.1f} | {idle.cpu:.3%} | {idle.wakeups:.1f} |", flush=True)


def judged(name: str, fresh: Idle, models: tuple[Idle, Idle], has_library: bool) -> list[str]:
    """What misses its goal; how much a fresh server takes with the library has none."""
    missed, (before, after) = [], models
    if fresh.cpu >= CPU_GOAL:
        missed.append(f"{name}: {fresh.cpu:.3%} of a core, not less than {CPU_GOAL:.1%}")
    if not has_library and fresh.memory >= MEMORY_GOAL:
        missed.append(f"{name}: {fresh.memory:.1f} MB, not less than {MEMORY_GOAL:.0f}")
    if after.memory > before.memory * LEFT_GOAL:
        missed.append(f"{name}: {after.memory:.1f} MB after the models are deleted, not {before.memory * LEFT_GOAL:.1f}")
    return missed


if __name__ == "__main__":
    sys.exit(main())
