"""What all attacks share: a server of their own, a recording model behind it, and how much is tried."""

import os
import random
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))

from harness import programs
from harness.server import ONNX_LIBRARY, Server, Service

# Everything random is tried this many times as often.
TIMES = int(os.environ.get("ADYTON_ATTACK_TIMES", "1"))
SEED = os.environ.get("ADYTON_ATTACK_SEED", "1")

RECORDER = Path(__file__).parent / "recorder.py"
PATHS = ["/", "/seen", "/smuggled", "/raw"]


@pytest.fixture(scope="session")
def attacked(tmp_path_factory: pytest.TempPathFactory):
    """A server that is attacked, and must be there at the end."""
    server = Server(tmp_path_factory.mktemp("attacked"), {"throttle.default_per_second": 0}).start()
    yield server
    assert server.process.poll() is None, server.log()[-4000:]
    assert "panicked" not in server.log(), server.log()[-4000:]
    server.close()


@pytest.fixture(scope="session")
def recorder(attacked: Server) -> Service:
    """A model that says what reached it, byte for byte."""
    apis = [{"url": path, "method": "any", "protocol": "http", "request": {"Content-type": "application/json", "data": {"type": "object"}}} for path in PATHS]
    package = programs.package(attacked.folder, "recorder", RECORDER.read_text(), apis=apis)
    return attacked.deploy("recorder", package)


@pytest.fixture
def chance(request: pytest.FixtureRequest) -> random.Random:
    """The same choices at each run, others for each test."""
    return random.Random(f"{SEED} {request.node.name}")


@pytest.fixture
def times() -> int:
    return TIMES


@pytest.fixture(scope="module", params=["builtin", "library"])
def importer(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory):
    """A server that imports, on each of the ONNX runtimes."""
    settings: dict[str, object] = {}
    if request.param == "builtin":
        settings["onnx.library"] = "builtin"
    elif not ONNX_LIBRARY:
        pytest.skip("ONNX Runtime is not there")
    made = Server(tmp_path_factory.mktemp(request.param), settings).start()
    yield made
    assert made.process.poll() is None, made.log()[-4000:]
    made.close()
