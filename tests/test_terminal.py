"""Nothing that a server, a model or a caller wrote steers the terminal of whoever reads it."""

import json
import os
import pty
import re
import select
import subprocess
from dataclasses import dataclass

import pytest

from harness import programs
from harness.hostile import HOSTILE, RAW, HostileServer
from harness.raw import exchange
from harness.server import BINARY, ROOT, Server
from harness.signing import now

# Our own colours and the cursor of progress bars: what is left may hold no control character.
OURS = re.compile(r"\x1b\[(?:0|1|2|3[0-7]|9[0-7]|38;5;\d+|39|22)?m")
# Verbs that never speak with a server, or are one.
ALONE = {
    "serve",
    "demo",
    "config check",
    "config show",
    "config reference",
    "config example",
    "errors",
    "doctor",
    "health",
    "backup",
    "restore",
    "master-key rotate",
    "version",
    "completion",
    "model init",
    "model check",
    "context list",
    "context use",
    "context show",
    "context remove",
}

# Verbs that fail against a server whose every text is hostile, each with its reason.
FAILING = {
    # The path is wrong on purpose.
    "/nowhere",
    # What is changed there has a hostile name, which no server takes.
    "user password",
    "user disable",
    "user enable",
    "user delete",
    "role revoke",
    "key disable",
    "key enable",
    "key delete",
    "app delete-code",
    # The name of the caller is given back hostile, and nobody has that one.
    "role grant",
    "role list",
    # A password is asked for, and a wrong one given; a file without a token.
    "login --control",
    "token create",
    "token show",
    "token revoke",
    # A header cannot hold it.
    "sign GET",
    # It is in use, or nothing was kept before.
    "model delete",
    "service rollback",
    "logout",
}

MODEL = f"""
import http.server, os, sys
HOSTILE = {HOSTILE!r}
print("printed " + HOSTILE, flush=True)
class Answer(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers.get("Content-Length", "0")))
        body = ("said " + HOSTILE).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    do_GET = do_POST
    def log_message(self, *_): pass
http.server.HTTPServer(("127.0.0.1", int(os.environ["PORT"])), Answer).serve_forever()
"""


@pytest.fixture(scope="module")
def stage(tmp_path_factory):
    """A server with a model, a service, an app and a refused request."""
    server = Server(tmp_path_factory.mktemp("hostile")).start()
    try:
        apis = [{"url": "/", "method": "post", "protocol": "http", "request": {"Content-type": "application/json", "data": {"type": "object"}}}]
        server.deploy("hostile", programs.package(server.folder, "hostile", MODEL, apis=apis))
        server.json("app", "create", "reader", "--remark", "read\n\tme")
        server.json("app", "authorize", "reader", "hostile")
        server.json("app", "code", "reader")
        yield server
    finally:
        server.close()


def refused_id(server: Server) -> str:
    """A refused request that is signed over hostile bytes."""
    service = server.json("service", "show", "hostile")["service_id"]
    key = server.bootstrap["access_key"]
    hostile = "\x9b31m\u202e".encode()
    headers = [("X-Sdk-Date", now()), ("X-Odd", hostile.decode("latin-1"))]
    headers += [("Authorization", f"SDK-HMAC-SHA256 Access={key}, SignedHeaders=host;x-odd;x-sdk-date, Signature={'0' * 64}")]
    answer = exchange(server.gateway, "POST", f"/v1/infers/{service}?q=%1b%5b31m", headers, b"{}")
    assert answer.status == 401
    return answer.headers["x-request-id"]


@dataclass
class Things:
    """What verbs are tried on, by id: a hostile server gives names that nobody could ask for."""

    model: str
    service: str
    app: str
    # To be changed and deleted.
    other_model: str
    other_service: str
    other_app: str
    request: str

    @classmethod
    def make(cls, server: Server, kind: str) -> "Things":
        service = server.json("service", "show", "hostile")
        app = server.json("app", "show", "reader")
        model = server.json("model", "show", "hostile")["model_id"]
        other_model = server.import_model(f"other-{kind}", ROOT / "samples/iris")
        config = [{"model_id": other_model, "weight": 100, "instance_count": 1}]
        body = {"service_name": f"other-{kind}", "infer_type": "real-time", "config": config}
        other_service = server.manage("POST", "/v1/{project}/services", json=body)["service_id"]
        server.wait_for_status(other_service, "running")
        spare_model = server.import_model(f"spare-{kind}", ROOT / "samples/iris")
        other_app = server.json("app", "create", f"other-{kind}")["id"]
        return cls(model, service["service_id"], app["id"], spare_model, other_service, other_app, refused_id(server))

    def verbs(self, server: Server, kind: str) -> list[list[str]]:
        """Every verb that asks a server, in an order in which each finds what it needs."""
        return [
            ["whoami"],
            ["status"],
            ["model", "import", str(ROOT / "samples/iris"), "--name", f"new-{kind}"],
            ["model", "list"],
            ["model", "show", self.model],
            ["service", "deploy", self.model, "--name", f"new-{kind}"],
            ["service", "list"],
            ["service", "show", self.service],
            ["service", "update", self.other_service, "--description", "one"],
            ["service", "stop", self.other_service],
            ["service", "start", self.other_service],
            ["service", "traffic", self.other_service, f"{self.model}=100", "--no-wait"],
            ["service", "scale", self.other_service, "1", "--no-wait"],
            ["service", "rollback", self.other_service, "--no-wait"],
            ["service", "restart", self.other_service, "--no-wait"],
            ["service", "tag", self.service, "env=prod"],
            ["service", "events", self.service],
            ["service", "logs", self.service],
            ["service", "logs", self.service, "--grep", "printed"],
            ["predict", self.service, "--example"],
            ["service", "metrics", self.service],
            ["predict", self.service, "--data", "{}"],
            ["predict", self.service, "/nowhere", "--data", "{}"],
            ["app", "create", f"new-{kind}"],
            ["app", "list"],
            ["app", "show", self.app],
            ["app", "authorize", self.other_app, self.service],
            ["app", "revoke", self.other_app, self.service],
            ["app", "code", self.other_app],
            ["app", "reset-secret", self.other_app],
            ["app", "delete", self.other_app],
            ["user", "create", f"new-{kind}"],
            ["user", "list"],
            *(["user", verb, HOSTILE] for verb in ("password", "disable", "enable", "delete")),
            ["role", "grant", "admin", "auditor"],
            ["role", "revoke", "admin", HOSTILE],
            ["role", "list", "admin"],
            ["key", "create"],
            ["key", "list"],
            *(["key", verb, HOSTILE] for verb in ("disable", "enable", "delete")),
            ["app", "disable", self.app],
            ["app", "enable", self.app],
            ["app", "delete-code", self.app, HOSTILE],
            ["token", "create", "--user", "admin"],
            ["token", "show", f"@{os.devnull}"],
            ["token", "revoke", f"@{os.devnull}"],
            ["project", "create", f"new-{kind}"],
            ["project", "list"],
            ["quota", "show"],
            ["quota", "set", "apps", "1000"],
            ["requests"],
            ["audit"],
            ["console"],
            ["explain", self.request],
            ["explain", self.request, "--canonical", f"POST\n/{HOSTILE}\n"],
            ["sign", "GET", f"{server.gateway}/a?b=\u202e", "-H", f"X-A: {HOSTILE}"],
            ["service", "delete", self.other_service],
            ["model", "delete", self.other_model],
            ["login", "--control", server.control, "--user", "admin", "--domain", "adyton"],
            ["logout"],
        ]


def on_a_terminal(server: Server, arguments: list[str], environment: dict[str, str]) -> str:
    """What a verb prints when both outputs are a terminal."""
    ours, theirs = pty.openpty()
    environment = server.client_environment() | {"TERM": "xterm"} | environment
    process = subprocess.Popen([str(BINARY), *arguments], env=environment, cwd=server.folder, stdin=subprocess.DEVNULL, stdout=theirs, stderr=subprocess.PIPE)
    os.close(theirs)
    printed = b""
    while True:
        # The end of a terminal is an error of its reader.
        try:
            if not select.select([ours], [], [], 120)[0]:
                process.kill()
                raise AssertionError(f"{arguments}: nothing came for two minutes")
            piece = os.read(ours, 65536)
        except OSError:
            break
        if not piece:
            break
        printed += piece
    said = process.communicate(timeout=60)[1]
    os.close(ours)
    # The terminal itself makes carriage returns of line feeds.
    return printed.replace(b"\r\n", b"\n").decode() + said.decode()


def assert_tame(arguments: list[str], printed: str) -> None:
    found = RAW.search(OURS.sub("", printed))
    assert not found, f"{' '.join(arguments)[:80]}: {found.group()!r} in {printed[max(0, found.start() - 80) : found.end() + 40]!r}"
    assert "\x1b[5;35m" not in printed


@pytest.mark.parametrize("kind", ["texts", "everything", "refusals"])
def test_no_verb_prints_what_steers_a_terminal(stage, kind):
    """Each verb against a server whose every text is hostile: into a pipe, as JSON, and on a terminal."""
    ways = {"everything": kind == "everything", "refuses": kind == "refusals"}
    with HostileServer(stage.control, **ways) as control, HostileServer(stage.gateway, **ways) as gateway:
        environment = {"ADYTON_CONTROL_URL": control.url, "ADYTON_GATEWAY_URL": gateway.url}
        failed = []
        verbs = Things.make(stage, kind).verbs(stage, kind)
        for arguments in verbs:
            try:
                # A state that is no state any more is waited for until the end of time.
                plain = stage.run(*arguments, env=environment, input="wrong password", timeout=60 if kind == "texts" else 5)
            except subprocess.TimeoutExpired as late:
                for said in (late.stdout, late.stderr):
                    assert_tame(arguments, (said or b"").decode())
                continue
            assert plain.returncode in (0, 1, 2), f"{arguments}: {plain.returncode} {plain.stderr}"
            failed += [(" ".join(arguments[:2]) if arguments[0] != "predict" else arguments[2], plain.stderr)] if plain.returncode else []
            told = [plain.stderr]
            # The answer of a model goes into a pipe as it is.
            if arguments[0] != "predict":
                told.append(plain.stdout)
            if arguments[0] in ("whoami", "requests", "audit", "explain", "predict") or arguments[1:2] and arguments[1] in ("list", "show", "events", "logs"):
                as_json = stage.run(*arguments, "--json", env=environment)
                told += [as_json.stdout, as_json.stderr]
                if as_json.stdout.strip():
                    json.loads(as_json.stdout)
                told.append(on_a_terminal(stage, arguments, environment))
            for text in told:
                assert_tame(arguments, text)
        # With hostile texts alone the verbs do what they do, but for these.
        assert kind != "texts" or {verb for verb, _ in failed} <= FAILING, failed


def test_every_verb_was_tried(stage):
    """A verb that is added is added here too."""
    reference = (ROOT / "docs/reference/command-line.md").read_text()
    known = {heading.group(1) for heading in re.finditer(r"^#+ `adyton ([a-z -]+)`$", reference, re.MULTILINE)}
    groups = {verb.split()[0] for verb in known if " " in verb}
    verbs = Things("", "", "", "", "", "", "").verbs(stage, "")
    tried = {" ".join(arguments[:2]) if arguments[0] in groups else arguments[0] for arguments in verbs}
    assert known - groups - ALONE == tried


def test_the_answer_of_a_model_is_escaped_on_a_terminal_alone(stage):
    wanted = ["predict", "hostile", "--data", "{}"]
    assert stage.run(*wanted).stdout == "said " + HOSTILE.replace("\r", "\n")
    printed = on_a_terminal(stage, wanted, {})
    assert_tame(wanted, printed)
    assert r"said \u{1b}]0;pwned" in printed
    assert "said " + HOSTILE[:9] in on_a_terminal(stage, [*wanted, "--raw"], {})


def test_what_would_steer_a_terminal_is_not_taken(stage):
    """Remarks, descriptions and names with control characters are refused where they are set, by name; lines and tabs are fine."""
    instance = stage.manage("GET", "/v2/{project}/apigw/instances")["instances"][0]["id"]
    apps = f"/v2/{{project}}/apigw/instances/{instance}/apps"
    service = stage.json("service", "show", "hostile")["service_id"]
    user = stage.json("whoami")["user"]["id"]
    credentials = "/v3.0/OS-CREDENTIAL/credentials"
    for method, path, body, field in [
        ("POST", apps, {"name": "third", "remark": HOSTILE}, "remark"),
        ("PUT", f"/v1/{{project}}/services/{service}", {"description": "\x1b[31m"}, "description"),
        ("POST", "/v3/users", {"user": {"name": "eve\u202e", "password": "correct horse"}}, "user.name"),
        ("POST", credentials, {"credential": {"user_id": user, "description": "\x9b"}}, "credential.description"),
    ]:
        answer = stage.call(method, path, json=body)
        assert answer.status_code == 400, f"{path}: {answer.status_code} {answer.text}"
        assert field in answer.text
