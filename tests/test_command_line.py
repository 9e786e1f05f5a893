"""The command line as a client: tables for people, one JSON document for programs, errors that say what to do."""

import fcntl
import json
import os
import pty
import signal
import struct
import subprocess
import termios
import time

import pytest

from harness import programs
from harness.callers import TokenHolder, call
from harness.hostile import HostileServer
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


def test_signing_in_without_a_domain(server):
    """A server has one domain: who leaves it out is meant to be in that."""
    name = "login-hint"
    server.manage("POST", "/v3/users", json={"user": {"name": name, "password": "correct horse"}})
    login = ["login", "--control", server.control, "--user", name, "--project", "default", "--context", name]
    run = server.run(*login, input="correct horse\n")
    assert run.returncode == 1 and "no role in the project `default`" in run.stderr, run.stderr
    assert server.run("role", "grant", name, "auditor", "--project", "default").returncode == 0
    run = server.run(*login, input="correct horse\n")
    assert run.returncode == 0, run.stderr
    run = server.run(*login, input="wrong\n")
    assert run.returncode == 1 and "iam.wrong_password" in run.stderr, run.stderr
    assert "correct horse" not in run.stderr


def test_a_private_authority_is_trusted_when_it_is_named(server, tmp_path):
    """A proxy in front that ends TLS with a certificate of an authority of one's own."""
    folder = str(tmp_path)
    openssl = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
    names = ["-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-addext", "basicConstraints=critical,CA:FALSE"]
    subprocess.run([*openssl, *names, "-keyout", f"{folder}/key.pem", "-out", f"{folder}/ca.pem"], check=True, capture_output=True)
    with HostileServer(server.control, passes=True, certificate=tmp_path) as front:
        who = ["--user", server.bootstrap["user"]["name"], "--context", "private", "--project", "default"]
        login = ["login", "--control", front.url, *who]
        password = server.bootstrap["password"] + "\n"
        run = server.run(*login, input=password)
        assert run.returncode == 1 and "ertificate" in run.stderr and "--ca-file" in run.stderr, run.stderr
        run = server.run(*login, "--ca-file", f"{folder}/ca.pem", input=password)
        assert run.returncode == 0, run.stderr
        run = server.run("whoami", "--context", "private", "--json")
        assert run.returncode == 0 and json.loads(run.stdout)["way"] == "token", run.stderr


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


def test_an_app_is_authorised_twice_disabled_and_loses_its_code(server, echo):
    server.json("app", "create", "twice")
    for _ in range(2):
        run = server.run("app", "authorize", "twice", "echo", "echo")
        assert (run.returncode, run.stdout) == (0, "twice may call echo, echo.\n"), run.stderr
    code = server.json("app", "code", "twice")

    def answered() -> bool:
        run = server.run("predict", "echo", "--data", "{}", "--auth", "appcode", env={"ADYTON_APP_CODE": code["app_code"]})
        return run.returncode == 0

    assert answered()
    assert server.run("app", "disable", "twice").stdout == "twice is disabled.\n"
    assert "disabled" in server.run("app", "show", "twice").stdout
    assert not answered()
    assert server.run("app", "enable", "twice").stdout == "twice is enabled.\n"
    assert answered()
    run = server.run("app", "delete-code", "twice", code["id"])
    assert (run.returncode, run.stdout) == (0, f"Deleted {code['id']}.\n"), run.stderr
    assert not answered()
    run = server.run("app", "delete-code", "twice", code["id"])
    assert run.returncode == 1 and "adyton app show twice" in run.stderr, run.stderr


def test_a_token_is_made_shown_and_revoked(server, tmp_path):
    run = server.run("token", "create", "--user", "admin", input=server.bootstrap["password"] + "\n")
    assert run.returncode == 0 and len(run.stdout.splitlines()) == 1 and "expires" in run.stderr, run.stderr
    file = tmp_path / "token"
    file.write_text(run.stdout)
    shown = server.json("token", "show", f"@{file}")["token"]
    assert shown["user"]["name"] == "admin" and shown["project"]["id"] == server.bootstrap["project"]["id"]
    assert server.run("token", "show", run.stdout.strip()).returncode == 2
    run = server.run("token", "revoke", f"@{file}")
    assert (run.returncode, run.stdout) == (0, "The token is revoked.\n"), run.stderr
    assert server.run("token", "show", f"@{file}").returncode == 1


def test_a_body_is_piped_in_and_a_call_is_shown_as_curl(server, echo, tmp_path):
    run = server.run("predict", "echo", input='{"piped": true}')
    assert run.returncode == 0 and json.loads(run.stdout)["body_bytes"] == 15, run.stdout + run.stderr
    # A pipe that nobody writes to is waited for, and that is said.
    process = subprocess.Popen(
        [str(BINARY), "predict", "echo"],
        env=server.client_environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=server.folder,
    )
    try:
        assert "standard input" in process.stderr.readline()
        stdout, stderr = process.communicate("{}", timeout=60)
    finally:
        process.kill()
    assert json.loads(stdout)["body_bytes"] == 2, stderr
    body = tmp_path / "it's.json"
    body.write_text('{"by": "curl"}')

    def in_a_shell(command: str) -> str:
        environment = {"PATH": os.environ["PATH"], "no_proxy": "*"}
        return subprocess.run(["sh", "-c", command], capture_output=True, text=True, timeout=60, env=environment).stdout

    for auth in ("aksk", "none"):
        run = server.run("predict", "echo", "--data", f"@{body}", "--curl", "--auth", auth)
        assert run.returncode == 0 and run.stdout.startswith("curl -X POST "), run.stderr
        assert ('"body_bytes": 14,' in in_a_shell(run.stdout)) == (auth == "aksk"), run.stdout
    url = f"{server.control}/v1/{server.bootstrap['project']['id']}/services?limit=1"
    run = server.run("sign", "GET", url, "--curl")
    assert json.loads(in_a_shell(run.stdout))["services"], run.stdout
    run = server.run("predict", "echo", "--data", "{}", "--curl", "--auth", "token")
    assert "$(adyton token create)" in run.stdout and server.bootstrap["password"] not in run.stdout


def test_who_may_only_call_names_the_address(server, echo):
    name, password = server.member("caller")
    login = ["login", "--control", server.control, "--user", name, "--project", "default", "--context", name]
    assert server.run(*login, input=f"{password}\n").returncode == 0

    def predict(service: str) -> subprocess.CompletedProcess:
        # Without the first user's key, which stands in the environment of all other commands.
        environment = {"PATH": os.environ["PATH"], "HOME": str(server.folder), "LANG": "C.UTF-8"}
        return subprocess.run([str(BINARY), "predict", service, "--data", "{}", "--context", name], env=environment, capture_output=True, text=True, timeout=60)

    by_name = predict(echo.id)
    assert by_name.returncode == 1 and "predict http://GATEWAY/v1/infers/SERVICE_ID" in by_name.stderr, by_name.stderr
    by_address = predict(f"{server.gateway}{echo.path}")
    assert by_address.returncode == 0 and "200 from the model" in by_address.stderr, by_address.stderr


def test_requests_are_found_by_a_class_of_statuses(server, echo):
    server.run("predict", "echo", "/nowhere", "--data", "{}")
    server.run("predict", "echo", "--data", "{}")

    def statuses(said: str) -> set[int]:
        return {one["status"] for one in server.json("requests", "--status", said, "--limit", "100")["requests"]}

    assert 404 in statuses("4xx") and all(400 <= status < 500 for status in statuses("4xx"))
    assert statuses("404") == {404} and statuses("2xx") == {200}
    run = server.run("requests", "--status", "4x")
    assert run.returncode == 1 and "such as 4xx" in run.stderr, run.stderr


@pytest.mark.parametrize("kind, answer", [("onnx", '{"outputs":{"y":[[2.0,4.0],[6.0,8.0]]}}'), ("program", '{"greeting": "Hello, Ada"}')])
def test_a_package_to_begin_with_is_checked_imported_and_answers(server, tmp_path, kind, answer):
    folder = tmp_path / f"begun-{kind}"
    run = server.run("model", "init", str(folder), "--kind", kind)
    assert run.returncode == 0 and "adyton model check" in run.stdout, run.stderr
    again = server.run("model", "init", str(folder), "--kind", kind)
    assert again.returncode == 2 and "already exists" in again.stderr, again.stderr
    alone = {"ADYTON_CONTROL_URL": "", "HOME": str(tmp_path)}
    checked = server.run("model", "check", str(folder), "--json", env=alone)
    assert checked.returncode == 0, checked.stderr
    document = json.loads(checked.stdout)
    assert document["problems"] == [] and document["import_notes"] == []
    assert [one["name"] for one in document["inputs"]] == (["x"] if kind == "onnx" else [])
    server.json("model", "import", str(folder))
    server.json("service", "deploy", folder.name)
    run = server.run("predict", folder.name, "--data", f"@{folder}/request.json")
    assert (run.returncode, run.stdout.strip()) == (0, answer), run.stderr
    if kind == "onnx":
        run = server.run("predict", folder.name, "/?verbose=1", "--data", f"@{folder}/request.json")
        assert "not read by the model: ?verbose" in run.stderr, run.stderr


def test_a_check_says_what_the_import_would(server, tmp_path):
    folder = tmp_path / "wrong"
    assert server.run("model", "init", str(folder)).returncode == 0
    config = folder / "model/config.json"
    config.write_text(config.read_text().replace('"/greet"', '"greet"'))
    run = server.run("model", "check", str(folder))
    assert run.returncode == 1, run.stdout
    assert "model/config.json: apis[0].url: " in run.stderr and "hint: " in run.stderr, run.stderr
    imported = server.run("model", "import", str(folder), "--name", "wrong")
    for line in run.stderr.split("cannot be imported: ")[1].split("\nhint: "):
        assert line.strip() in imported.stderr, (line, imported.stderr)
    document = json.loads(server.run("model", "check", str(folder / "model"), "--json").stdout)
    [problem] = document["problems"]
    assert (problem["file"], problem["field"]) == ("model/config.json", "apis[0].url") and problem["fix"]
    assert server.run("model", "check", str(tmp_path / "nowhere")).returncode == 2


NEVER_READY = "import time\nprint('up, and listening to nobody', flush=True)\ntime.sleep(600)"


def test_events_are_told_while_it_waits_and_ctrl_c_says_what_goes_on(server, tmp_path):
    server.import_model("never", programs.package(tmp_path, "never", NEVER_READY))
    command = [str(BINARY), "service", "deploy", "never"]
    process = subprocess.Popen(command, env=server.client_environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=server.folder)
    try:
        # An event is there long before the deployment has failed.
        told = process.stderr.readline()
        process.send_signal(signal.SIGINT)
        stdout, stderr = process.communicate(timeout=60)
    finally:
        process.kill()
    assert told[:4].isdigit() and told.strip(), told
    assert process.returncode == 130 and stdout == "", stderr
    assert "interrupted; the server continues the change to never" in stderr, stderr
    assert "adyton service events never --follow" in stderr and "adyton service stop never" in stderr, stderr
    assert server.json("service", "show", "never")["status"] == "deploying"
    # A script gets the one document and nothing else.
    run = server.run("service", "stop", "never", "--json")
    assert json.loads(run.stdout)["status"] == "stopped" and run.stderr == "", run.stderr
    follow = [str(BINARY), "service", "events", "never", "--follow", "--json"]
    process = subprocess.Popen(follow, env=server.client_environment(), stdout=subprocess.PIPE, text=True, cwd=server.folder)
    try:
        assert json.loads(process.stdout.readline())["event_info"]
    finally:
        process.kill()
        process.communicate()


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
    # The program itself goes by the clock: behind its fence it sees no file of ours that could tell it.
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
    assert versions("traffic", "iris", "1.0.0=90", "2.0.0=10") == split
    # A version alone is one of the model that the service runs.
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

    def sign_in(password: str, context: str = "ada") -> subprocess.CompletedProcess:
        domain = server.bootstrap["domain"]["name"]
        login = ["login", "--control", server.control, "--user", "ada", "--domain", domain, "--project", "vision", "--context", context]
        return server.run(*login, input=f"{password}\n")

    def as_ada(*arguments: str) -> subprocess.CompletedProcess:
        names = ("ADYTON_CONTROL_URL", "ADYTON_PROJECT_ID", "ADYTON_ACCESS_KEY", "ADYTON_SECRET_KEY")
        return server.run(*arguments, "--context", "ada", env=dict.fromkeys(names, ""))

    # Which of two projects is meant has to be said; whoever has but one need not say it.
    nowhere = {"ADYTON_PROJECT_ID": ""}
    run = server.run("service", "list", env=nowhere)
    assert run.returncode == 2 and "default, vision" in run.stderr and "--project NAME" in run.stderr, run.stderr
    assert server.run("service", "list", "--project", "vision", env=nowhere).returncode == 0
    assert server.run("whoami", env=nowhere).returncode == 0
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
    assert server.run("role", "grant", "ada", "emperor").returncode == 2
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
    assert f"login --data {server.data} --context demo" in text and "service list --context demo" in text, text
    server.ready = json.loads(ready.read_text())
    statuses = {service["service_name"]: service["status"] for service in server.manage("GET", "/v1/{project}/services")["services"]}
    assert statuses == {"iris": "running", "poetry": "running", "vision": "running"}
    process.terminate()
    assert process.wait(40) == 0
