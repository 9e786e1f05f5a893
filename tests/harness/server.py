"""The real binary, started in a folder of its own, and the management calls that most tests need."""

import copy
import io
import json
import os
import shutil
import signal
import subprocess
import tarfile
import time
import uuid
from dataclasses import dataclass
from pathlib import Path

import requests

from . import provoked

ROOT = Path(__file__).parents[2]
# A model that says what it was sent.
ECHO = ROOT / "tests/models/echo"
BINARY = Path(os.environ.get("ADYTON_BINARY", ROOT / "target/debug/adyton"))
ONNX_LIBRARY = os.environ.get("ADYTON_TEST_ONNX_LIBRARY", "")
START_SECONDS = 30
STOP_SECONDS = 40


def wait_for(condition, seconds: float, what: str):
    """The first true value of `condition()`; fails after `seconds`."""
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        assert time.monotonic() < end, f"waited {seconds} s in vain for: {what}"
        time.sleep(0.01)


@dataclass
class Service:
    """A deployed service."""

    name: str
    id: str
    model_id: str
    address: str

    @property
    def path(self) -> str:
        return f"/v1/infers/{self.id}"


class Server:
    """One server. `settings` become its environment (`gateway.threads` → ADYTON_GATEWAY__THREADS)."""

    def __init__(self, folder: Path, settings: dict[str, object] | None = None):
        self.folder = folder
        self.data = folder / "data"
        # Waiting for clients that keep connections open costs every stop as much; test_life.py has the real value.
        # All tests are one source, and refused more often than the journal keeps of one.
        self.settings = {"gateway.drain_linger": "100ms", "journal.strangers_per_second": 100_000} | (settings or {})
        # Files that the server inherits.
        self.passed: tuple[int, ...] = ()
        # More of its environment.
        self.more: dict[str, str] = {}
        self.process: subprocess.Popen | None = None
        self.ready: dict = {}
        self._token = ""
        # Kept apart from the environment of whoever runs the tests.
        self.http = requests.Session()
        self.http.trust_env = False
        self.http.hooks["response"].append(provoked.hook)

    # Life

    def environment(self) -> dict[str, str]:
        names = {f"ADYTON_{key.upper().replace('.', '__')}": str(value) for key, value in self.settings.items()}
        base = {"PATH": os.environ["PATH"], "HOME": str(self.folder), "LANG": "C.UTF-8", "RUST_BACKTRACE": "1"}
        if ONNX_LIBRARY:
            base["ADYTON_ONNX__LIBRARY"] = ONNX_LIBRARY
        return base | names | self.more

    def command(self, *more: str) -> list[str]:
        ready_file = str(self.folder / "ready.json")
        addresses = ["--gateway", "127.0.0.1:0", "--control", "127.0.0.1:0"]
        return [str(BINARY), "serve", "--data", str(self.data), *addresses, "--ready-file", ready_file, *more]

    def start(self, *more: str) -> "Server":
        ready_file = self.folder / "ready.json"
        ready_file.unlink(missing_ok=True)
        log = (self.folder / "server.log").open("ab")
        self.process = subprocess.Popen(self.command(*more), env=self.environment(), stdin=subprocess.DEVNULL, stdout=log, stderr=log, pass_fds=self.passed)
        log.close()

        def up() -> bool:
            assert self.process.poll() is None, f"the server ended with {self.process.returncode}:\n{self.log()[-4000:]}"
            return ready_file.exists()

        wait_for(up, START_SECONDS, "the ready file")
        self.ready = json.loads(ready_file.read_text())
        self._token = ""
        return self

    def stop(self) -> int:
        """Ends it as an operator would; its exit status."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(STOP_SECONDS)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def close(self) -> None:
        """Ends it in whatever state it is."""
        if self.process and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self.kill()

    def log(self) -> str:
        return (self.folder / "server.log").read_text(errors="replace")

    # What it says of itself

    @property
    def gateway(self) -> str:
        return self.ready["gateway_url"]

    @property
    def control(self) -> str:
        return self.ready["control_url"]

    @property
    def project(self) -> str:
        return self.ready["project_id"]

    @property
    def bootstrap(self) -> dict:
        return json.loads((self.data / "bootstrap.json").read_text())

    # Management

    def token(self) -> str:
        """A token of the first user, scoped to the first project; the same one at every call."""
        if not self._token:
            self._token = self.new_token()
        return self._token

    def new_token(self, **changes: str) -> str:
        response = self.ask_token(**changes)
        assert response.status_code == 201, response.text
        return response.headers["X-Subject-Token"]

    def ask_token(self, **changes: str) -> requests.Response:
        first = self.bootstrap
        who = {"user": first["user"]["name"], "password": first["password"], "domain": first["domain"]["name"], "project": first["project"]["name"]} | changes
        identity = {"methods": ["password"], "password": {"user": {"name": who["user"], "password": who["password"], "domain": {"name": who["domain"]}}}}
        body = {"auth": {"identity": identity, "scope": {"project": {"name": who["project"]}}}}
        return self.http.post(f"{self.control}/v3/auth/tokens", json=body)

    def in_project(self, name: str) -> "Server":
        """The same server as its first user sees it from another project, which is made."""
        project = self.manage("POST", "/v3/projects", json={"project": {"name": name}})["project"]["id"]
        other = copy.copy(self)
        other.ready = self.ready | {"project_id": project}
        other._token = self.new_token(project=name)
        return other

    def member(self, role: str) -> tuple[str, str]:
        """The name and the password of a new user with this role in the project."""
        name, password = f"{role}-{uuid.uuid4().hex[:6]}", "Correct-horse-1"
        user = self.manage("POST", "/v3/users", json={"user": {"name": name, "password": password}})["user"]["id"]
        self.manage("PUT", f"/v3/projects/{self.project}/users/{user}/roles/{role}")
        return name, password

    def call(self, method: str, path: str, **arguments) -> requests.Response:
        """A management call with the token of the first user; `{project}` in the path is its project."""
        headers = {"X-Auth-Token": self.token()} | arguments.pop("headers", {})
        return self.http.request(method, self.control + path.replace("{project}", self.project), headers=headers, **arguments)

    def manage(self, method: str, path: str, **arguments) -> dict:
        """The same, for calls that must succeed; the answer's JSON."""
        response = self.call(method, path, **arguments)
        assert response.status_code < 300, f"{method} {path}: {response.status_code} {response.text}"
        return response.json() if response.content else {}

    def upload(self, package: Path) -> str:
        """Uploads a package folder as a tar.gz; its location."""
        archive = io.BytesIO()
        with tarfile.open(fileobj=archive, mode="w:gz") as tar:
            tar.add(package / "model", "model")
        headers = {"Content-Type": "application/gzip"}
        return self.manage("POST", "/adyton/v1/{project}/packages", data=archive.getvalue(), headers=headers)["location"]

    def import_model(self, name: str, package: Path, version: str = "1.0.0") -> str:
        """Imports a package and waits until it is published; the model's id."""
        body = {"model_name": name, "model_version": version, "source_location": self.upload(package)}
        body |= {"model_type": json.loads((package / "model/config.json").read_text())["model_type"]}
        model_id = self.manage("POST", "/v1/{project}/models", json=body)["model_id"]

        def published() -> bool:
            model = self.manage("GET", f"/v1/{{project}}/models/{model_id}")
            assert model["model_status"] in ("publishing", "published"), model
            return model["model_status"] == "published"

        wait_for(published, 30, f"model {name} to be published")
        return model_id

    def deploy(self, name: str, package: Path, wait: bool = True, **config: object) -> Service:
        """Imports a package and deploys it as a service of one instance."""
        model_id = self.import_model(name, package)
        entry = {"model_id": model_id, "weight": 100, "specification": "modelarts.vm.cpu.2u", "instance_count": 1} | config
        body = {"service_name": name, "infer_type": "real-time", "config": [entry]}
        service_id = self.manage("POST", "/v1/{project}/services", json=body)["service_id"]
        if wait:
            self.wait_for_status(service_id, "running")
        details = self.manage("GET", f"/v1/{{project}}/services/{service_id}")
        return Service(name, service_id, model_id, details.get("access_address", ""))

    def status_of(self, service_id: str) -> str:
        return self.manage("GET", f"/v1/{{project}}/services/{service_id}")["status"]

    def wait_for_status(self, service_id: str, wanted: str, seconds: float = 60) -> None:
        def reached() -> bool:
            status = self.status_of(service_id)
            assert status == wanted or status != "failed", self.manage("GET", f"/v1/{{project}}/services/{service_id}/events")
            return status == wanted

        wait_for(reached, seconds, f"service {service_id} to be {wanted}")

    # Command line

    def client_environment(self) -> dict[str, str]:
        first = self.bootstrap
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder),
            "LANG": "C.UTF-8",
            "ADYTON_CONTROL_URL": self.control,
            "ADYTON_GATEWAY_URL": self.gateway,
            "ADYTON_ACCESS_KEY": first["access_key"],
            "ADYTON_SECRET_KEY": first["secret_key"],
            "ADYTON_PROJECT_ID": self.project,
        }

    def run(self, *arguments: str, **more) -> subprocess.CompletedProcess:
        """The binary as a client."""
        environment = self.client_environment() | more.pop("env", {})
        more.setdefault("timeout", 120)
        # What a pipe of the suite's own holds is no body of a prediction.
        if "input" not in more:
            more.setdefault("stdin", subprocess.DEVNULL)
        return subprocess.run([str(BINARY), *arguments], env=environment, capture_output=True, text=True, cwd=self.folder, **more)

    def json(self, *arguments: str) -> dict:
        """A client command that must succeed, with `--json`."""
        run = self.run(*arguments, "--json")
        assert run.returncode == 0, f"adyton {' '.join(arguments)}: {run.returncode}\n{run.stdout}\n{run.stderr}"
        return json.loads(run.stdout)

    def record(self, request_id: str) -> dict:
        """What `adyton explain` says of a request. The journal is written beside the answers, so that it may come a moment later."""

        def found() -> dict | None:
            response = self.call("GET", f"/adyton/v1/{{project}}/requests/{request_id}")
            assert response.status_code in (200, 404), response.text
            return response.json() if response.status_code == 200 else None

        record = wait_for(found, 5, f"the record of request {request_id}")["request"]
        provoked.SEEN.add(record.get("reason") or "")
        return record


def copy_package(package: Path, to: Path) -> Path:
    """A copy that a test may break."""
    shutil.copytree(package, to)
    return to
