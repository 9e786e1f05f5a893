"""The command line as a client: tables for people, one JSON document for programs, errors that say what to do."""

import fcntl
import json
import os
import pty
import struct
import subprocess
import termios
import time

import pytest

from harness import programs
from harness.callers import TokenHolder, call
from harness.server import BINARY, ROOT, copy_package


def test_a_newcomers_way_through(new_server):
    """Import, deploy, predict, be refused, ask why: in the order of the README."""
    server = new_server().start()
    model = server.json("model", "import", str(ROOT / "samples/iris"), "--name", "iris")
    assert model["model_id"]
    service = server.json("service", "deploy", "iris")
    assert service["status"] == "running"
    answer = server.json("predict", "iris", "--data", f"@{ROOT / 'samples/iris/request.json'}")
    assert answer["data"]["resp_data"][0]["predictresult"] == "setosa"
    app = server.json("app", "create", "reader")
    assert app["app_key"] and app["app_secret"]
    refused = server.run("predict", "iris", "/nowhere", "--data", "{}")
    assert refused.returncode == 1
    assert "APIG.0101" in refused.stderr and "adyton explain" in refused.stderr
    listed = server.json("requests", "--code", "APIG.0101")["requests"]
    assert listed[0]["reason"] == "route.undeclared_path"
    explained = server.run("explain", listed[0]["id"])
    assert explained.returncode == 0 and "/nowhere" in explained.stdout


def test_a_large_package_is_imported_as_whoever_signed_in(server, tmp_path):
    """More than a caller may send who is known only with the last byte: the digest is declared, so the head tells."""
    package = copy_package(ROOT / "samples/iris", tmp_path / "large")
    (package / "model/weights.bin").write_bytes(os.urandom(17 << 20))
    imported = server.run("model", "import", str(package), "--name", "large")
    assert imported.returncode == 0, imported.stderr


@pytest.mark.parametrize(
    "arguments, key",
    [
        (["model", "list"], "models"),
        (["service", "list"], "services"),
        (["app", "list"], "apps"),
        (["requests"], "requests"),
        (["errors"], "errors"),
    ],
)
def test_lists_are_tables_or_one_document(server, echo, app, arguments, key):
    server.run("predict", "echo", "/nowhere", "--data", "{}")
    document = server.json(*arguments)
    assert isinstance(document[key], list) and document[key]
    table = server.run(*arguments)
    assert table.returncode == 0
    assert len(table.stdout.splitlines()) > 1
    assert "{" not in table.stdout.splitlines()[0]


def test_signing_in_with_a_name_that_is_not_the_domains(server):
    """Without --domain the user's name is taken for the domain's: right for the owner of an account, and a riddle for all others."""
    name = "login-hint"
    server.manage("POST", "/v3/users", json={"user": {"name": name, "password": "correct horse"}})
    login = ["login", "--control", server.control, "--user", name, "--project", "default"]
    hint = f"--domain is not given, so the domain is taken to be `{name}`; give --domain NAME if it is another"
    run = server.run(*login, input="correct horse\n")
    assert run.returncode == 1 and "401" in run.stderr, run.stderr
    assert f"hint: {hint}" in run.stderr, run.stderr
    # Who names the domain is told of the password alone.
    domain = ["--domain", server.bootstrap["domain"]["name"]]
    run = server.run(*login, *domain, input="wrong\n")
    assert run.returncode == 1 and "--domain is not given" not in run.stderr, run.stderr
    assert "correct horse" not in run.stderr


ONLY_ONE = """
import os, socket, sys
from http.server import BaseHTTPRequestHandler, HTTPServer

lock = socket.socket(socket.AF_UNIX)
try:
    lock.bind("\\0only-one-of-" + os.environ["ONE_OF"])
except OSError:
    sys.exit("there is one already")

class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

HTTPServer(("127.0.0.1", int(os.environ["PORT"])), Handler).serve_forever()
"""


def test_deploy_start_and_update_wait_alike_and_end_with_the_cause(new_server, tmp_path):
    """One of two instances never comes up: that is said as soon as it is known, not when the patience is over."""
    server = new_server().start()
    server.import_model("only", programs.package(tmp_path, "only", ONLY_ONE))
    name = f"ONE_OF={server.control}"
    for command in (
        ["deploy", "only", "--instances", "2", "--env", name],
        ["start", "only"],
        ["update", "only", "--instances", "3", "--env", name],
    ):
        if command[0] == "start":
            assert server.run("service", "stop", "only").returncode == 0
        run = server.run("service", *command, timeout=60)
        assert run.returncode == 1, run.stdout
        assert "not all instances of only are ready" in run.stderr and "there is one already" in run.stderr, run.stderr
        assert "concerning" in run.stderr and "adyton service events only" in run.stderr, run.stderr
    # What came through is told as such: one instance is enough for one.
    run = server.run("service", "update", "only", "--instances", "1", "--env", name, timeout=60)
    assert run.returncode == 0, run.stderr
    assert server.json("service", "show", "only")["status"] == "running"
    assert server.run("service", "stop", "only").returncode == 0
    assert server.run("service", "start", "only", timeout=60).returncode == 0


def test_a_start_after_a_failure_ends_with_its_own_end(new_server, tmp_path):
    """The failure of before is still shown when the start is asked for; it is not taken for the start's."""
    server = new_server().start()
    until = time.time() + 14
    script = f"import os, sys, time\nif time.time() < {until}: sys.exit('too early')\n" + ONLY_ONE
    server.import_model("late", programs.package(tmp_path, "late", script))
    run = server.run("service", "deploy", "late", "--env", f"ONE_OF={server.control}", timeout=60)
    assert run.returncode == 1 and "the service late failed" in run.stderr and "too early" in run.stderr, run.stderr
    time.sleep(max(0, until - time.time()))
    run = server.run("service", "start", "late", timeout=60)
    assert (run.returncode, run.stdout) == (0, "late is running.\n"), run.stderr


def test_a_service_is_split_scaled_rolled_back_and_restarted(new_server):
    server = new_server().start()
    for version in ("1.0.0", "2.0.0"):
        server.import_model("iris", ROOT / "samples/iris", version)
    server.json("service", "deploy", "iris:1.0.0", "--name", "iris")

    def versions(*arguments: str) -> list[tuple]:
        shown = server.json("service", *arguments)
        assert shown["status"] == "running"
        return [(one["model_version"], one["weight"], one["instance_count"]) for one in shown["config"]]

    def instances() -> set[str]:
        monitors = server.manage("GET", f"/v1/{{project}}/services/{service}/monitor")["monitors"]
        return {instance["instance_id"] for monitor in monitors for instance in monitor["instances"]}

    service = server.json("service", "show", "iris")["service_id"]
    split = [("1.0.0", 90, 1), ("2.0.0", 10, 1)]
    assert versions("traffic", "iris", "iris:1.0.0=90", "iris:2.0.0=10") == split
    # With several versions, which one is said.
    run = server.run("service", "scale", "iris", "2")
    assert run.returncode == 2 and "--model" in run.stderr, run.stderr
    assert versions("scale", "iris", "2", "--model", "iris:2.0.0") == [split[0], ("2.0.0", 10, 2)]
    assert versions("rollback", "iris") == split
    before = instances()
    assert versions("restart", "iris") == split
    assert len(before) == 2 and not before & instances()
    assert versions("traffic", "iris", "iris:2.0.0=100") == [("2.0.0", 100, 1)]
    assert versions("scale", "iris", "3") == [("2.0.0", 100, 3)]
    # What the server refuses is told as it says it.
    run = server.run("service", "traffic", "iris", "iris:1.0.0=50", "iris:2.0.0=10")
    assert run.returncode == 1 and "100" in run.stderr, run.stderr


def test_users_get_and_lose_projects_roles_and_passwords(new_server):
    server = new_server().start()
    project = server.json("project", "create", "vision")["project"]
    assert project["name"] in [one["name"] for one in server.json("project", "list")["projects"]]
    run = server.run("user", "create", "ada", input="correct-Horse-1\n")
    assert run.returncode == 0 and "correct-Horse-1" not in run.stdout + run.stderr, run.stderr
    assert server.json("role", "list", "ada") == {"role_assignments": []}

    def sign_in(password: str, profile: str = "ada") -> subprocess.CompletedProcess:
        domain = server.bootstrap["domain"]["name"]
        login = ["login", "--control", server.control, "--user", "ada", "--domain", domain, "--project", "vision", "--profile", profile]
        return server.run(*login, input=f"{password}\n")

    def as_ada(*arguments: str) -> subprocess.CompletedProcess:
        names = ("ADYTON_CONTROL_URL", "ADYTON_PROJECT_ID", "ADYTON_ACCESS_KEY", "ADYTON_SECRET_KEY")
        return server.run(*arguments, "--profile", "ada", env=dict.fromkeys(names, ""))

    run = sign_in("correct-Horse-1")
    assert run.returncode == 1 and "vision" in run.stderr, run.stderr
    assert server.run("role", "grant", "ada", "auditor", "--project", "vision").stdout == "ada is auditor in the project vision.\n"
    assert sign_in("correct-Horse-1").returncode == 0
    assert as_ada("service", "list").returncode == 0
    # An auditor changes nothing.
    assert as_ada("app", "create", "reader").returncode == 1
    [assignment] = server.json("role", "list", "ada")["role_assignments"]
    assert (assignment["role"]["name"], assignment["scope"]) == ("auditor", {"project": {"id": project["id"]}})
    assert server.run("role", "grant", "ada", "operator", "--project", "vision").returncode == 0
    assert as_ada("app", "create", "reader").returncode == 0
    # What is taken counts at once, and so does another password.
    assert server.run("role", "revoke", "ada", "operator", "--project", "vision").returncode == 0
    assert as_ada("service", "list").returncode == 1
    assert server.run("user", "password", "ada", input="another-Horse-2\n").returncode == 0
    assert sign_in("correct-Horse-1").returncode == 1
    assert sign_in("another-Horse-2").returncode == 0
    assert server.run("user", "disable", "ada").stdout == "ada is disabled.\n"
    assert as_ada("service", "list").returncode == 1 and sign_in("another-Horse-2").returncode == 1
    assert server.run("user", "enable", "ada").returncode == 0
    assert sign_in("another-Horse-2").returncode == 0
    # Slips are told with what is near.
    for arguments, near in ((["user", "disable", "adda"], "ada"), (["role", "grant", "ada", "auditor", "--project", "vison"], "vision")):
        run = server.run(*arguments)
        assert run.returncode == 1 and f"did you mean `{near}`?" in run.stderr, run.stderr
    assert server.run("role", "grant", "ada", "emperor").returncode == 1
    assert server.run("user", "delete", "ada").stdout == "Deleted ada.\n"
    assert "ada" not in [user["name"] for user in server.json("user", "list")["users"]]


def test_an_access_key_is_made_shown_once_disabled_and_deleted(new_server):
    server = new_server().start()
    key = server.json("key", "create", "--description", "pipeline")["credential"]
    listed = server.json("key", "list")["credentials"]
    assert [one["description"] for one in listed if one["access"] == key["access"]] == ["pipeline"]
    assert key["secret"] not in server.run("key", "list").stdout
    own = {"ADYTON_ACCESS_KEY": key["access"], "ADYTON_SECRET_KEY": key["secret"]}
    assert server.run("service", "list", env=own).returncode == 0
    assert server.run("key", "disable", key["access"]).stdout == f"{key['access']} is inactive.\n"
    assert server.run("service", "list", env=own).returncode == 1
    assert server.run("key", "enable", key["access"]).returncode == 0
    assert server.run("service", "list", env=own).returncode == 0
    assert server.run("key", "delete", key["access"]).returncode == 0
    assert server.run("service", "list", env=own).returncode == 1
    # Another user's, by name.
    assert server.run("user", "create", "ada", input="correct-Horse-1\n").returncode == 0
    made = server.run("key", "create", "--user", "ada")
    assert made.returncode == 0 and "secret key" in made.stdout, made.stderr
    assert len(server.json("key", "list", "--user", "ada")["credentials"]) == 1


EXAMPLES = [
    *("service traffic iris", "service scale iris", "service rollback iris", "service restart iris", "project create", "project list"),
    *("role grant ada", "role revoke ada", "role list", "user create ada", "user list", "user password ada", "user disable ada"),
    *("user enable ada", "user delete ada", "key create", "key list", "key disable AK", "key enable AK", "key delete AK"),
]


@pytest.mark.parametrize("example", EXAMPLES)
def test_help_has_an_example_and_fits_80_columns(example):
    command = [str(BINARY), *example.split()[:2], "--help"]
    shown = subprocess.run(command, env={"COLUMNS": "80"}, capture_output=True, text=True, timeout=30).stdout
    assert f"  adyton {example}" in shown
    assert [line for line in shown.splitlines() if len(line) > 80] == []


@pytest.mark.parametrize("path", ["with space", "/with%20space", "grüße", "/gr%C3%BC%C3%9Fe"])
def test_a_path_is_sent_with_its_escapes(server, echo, path):
    run = server.run("predict", "echo", path, "--data", "{}")
    assert run.returncode == 0, run.stderr


def test_addresses_are_shown_as_they_are_sent(server, echo):
    shown = server.run("service", "show", "echo").stdout
    assert f"{echo.address}/with%20space" in shown and "/with space" not in shown, shown
    run = server.run("predict", "echo", "--method", "G T", "--data", "{}")
    assert run.returncode == 2 and "hint:" in run.stderr, run.stderr


def test_tables_fit_a_narrow_terminal(server, echo, app):
    """On a terminal no line is wider than it; piped, a row is a line."""
    server.run("predict", "echo", "/only/nothing-of-this-long-name-is-declared-anywhere", "--data", "{}")
    for arguments in (["requests"], ["service", "list"], ["app", "list"]):
        shown = on_a_terminal(server, 60, *arguments)
        assert shown and all(len(line) <= 60 for line in shown.splitlines()), shown
        assert max(len(line) for line in server.run(*arguments).stdout.splitlines()) > 60


def on_a_terminal(server, columns, *arguments):
    """What a command shows on a terminal of so many columns."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
    environment = server.client_environment() | {"NO_COLOR": "1"}
    process = subprocess.Popen([str(BINARY), *arguments], env=environment, stdin=subprocess.DEVNULL, stdout=theirs, stderr=subprocess.DEVNULL)
    os.close(theirs)
    shown = b""
    try:
        while piece := os.read(ours, 65536):
            shown += piece
    except OSError:  # The other end is closed: all was read.
        pass
    os.close(ours)
    assert process.wait(30) == 0
    return shown.decode().replace("\r\n", "\n")


def test_whoami_says_who_and_where(server):
    said = server.run("whoami").stdout
    assert server.bootstrap["user"]["name"] in said
    assert server.bootstrap["project"]["name"] in said or server.project in said
    assert server.bootstrap["secret_key"] not in said


def test_doctor_tells_of_headers_that_do_not_reach_models(server, echo):
    def notes() -> list[dict]:
        return [check for check in server.json("doctor")["checks"] if check["check"] == "headers"]

    answer = call(server, TokenHolder(server.token()), echo.path, headers={"X_Trace_Id": "1"})
    assert answer.status == 200
    [note] = notes()
    assert note["verdict"] == "note" and "headers that do not reach models" in note["found"] and "explain" in note["fix"]
    assert "x_trace_id" in server.run("explain", answer.headers["x-request-id"]).stdout


def test_doctor_finds_nothing_wrong(server):
    run = server.run("doctor")
    assert run.returncode == 0, run.stdout + run.stderr


def test_a_server_that_is_not_there_is_named(server):
    run = server.run("service", "list", env={"ADYTON_CONTROL_URL": "http://127.0.0.1:1"})
    assert run.returncode == 1
    assert "127.0.0.1:1" in run.stderr and "panic" not in run.stderr


def test_wrong_keys_are_refused_in_words(server):
    run = server.run("service", "list", env={"ADYTON_SECRET_KEY": "wrong"})
    assert run.returncode == 1
    assert "APIGW.0301" in run.stderr


@pytest.mark.parametrize(
    "arguments, named",
    [
        (["service", "show", "no-such-service"], "no-such-service"),
        (["model", "show", "no-such-model"], "no-such-model"),
        (["explain", "00000000000000000000000000000000"], "00000000000000000000000000000000"),
        (["model", "import", "/no/such/folder"], "/no/such/folder"),
    ],
)
def test_what_is_not_there_is_named(server, arguments, named):
    run = server.run(*arguments)
    assert run.returncode in (1, 2)
    assert named in run.stderr


@pytest.mark.parametrize("arguments", [["serv"], ["model", "import"], ["predict"], ["serve", "--port", "80"]])
def test_wrong_use_exits_with_2(server, arguments):
    assert server.run(*arguments).returncode == 2


@pytest.mark.parametrize(
    "text, named",
    [
        ("[gateway]\nthread = 4\n", ["line 2", "gateway.thread", "threads"]),
        ("[gateway]\nthreads = 'many'\n", ["line 2", "gateway.threads"]),
        ("[gateway\n", ["line 1"]),
    ],
    ids=["unknown key", "wrong type", "not TOML"],
)
def test_a_configuration_error_names_file_line_key_and_fix(tmp_path, text, named):
    file = tmp_path / "adyton.toml"
    file.write_text(text)
    run = subprocess.run([str(BINARY), "serve", "--config", str(file), "--data", str(tmp_path / "data")], capture_output=True, text=True, timeout=30)
    assert run.returncode == 2
    for part in ["adyton.toml", *named]:
        assert part in run.stderr.replace("adyton.toml:", "adyton.toml: line "), run.stderr
    assert not (tmp_path / "data").exists()


def test_an_unknown_setting_of_the_environment_is_an_error(tmp_path):
    environment = {"PATH": "/usr/bin:/bin", "ADYTON_GATEWAY__THREDS": "4"}
    run = subprocess.run([str(BINARY), "config", "check"], env=environment, capture_output=True, text=True, timeout=30, cwd=tmp_path)
    assert run.returncode == 2
    assert "ADYTON_GATEWAY__THREDS" in run.stderr


def test_the_demo_says_what_it_did(new_server, tmp_path):
    """`adyton demo`: three real predictions, one refusal on purpose and its explanation; then it serves."""
    server = new_server()
    ready = server.folder / "ready.json"
    command = [str(BINARY), "demo", "--data", str(server.data), "--gateway", "127.0.0.1:0", "--control", "127.0.0.1:0", "--ready-file", str(ready)]
    process = subprocess.Popen(command, env=server.environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=ROOT)
    server.process = process
    said = []
    for line in process.stdout:
        said.append(line)
        if "Ctrl" in line or "serving" in line.lower() and "explain" in "".join(said):
            break
    text = "".join(said)
    for part in ("setosa", "The moon", "APIG.", "adyton explain", "bootstrap.json", "/v1/infers/"):
        assert part in text, text
    # Its folder is not the one that is looked at when nothing is said, so the commands to copy name it.
    assert f"login --data {server.data} --profile demo" in text and "service list --profile demo" in text, text
    server.ready = json.loads(ready.read_text())
    statuses = {service["service_name"]: service["status"] for service in server.manage("GET", "/v1/{project}/services")["services"]}
    assert statuses == {"iris": "running", "poetry": "running", "vision": "running"}
    process.terminate()
    assert process.wait(40) == 0
