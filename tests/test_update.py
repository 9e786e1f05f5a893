"""Other versions of a service, under load: nothing is lost, and what does not start is taken back."""

import json
import threading

import requests

from harness import programs
from harness.server import wait_for

PROGRAM = """
import http.server, os, sys, time
VERSION, PAUSE = {version!r}, {pause}
if {broken}:
    sys.exit("this version is broken on purpose")
time.sleep(PAUSE)

class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def do_POST(self):
        self.rfile.read(int(self.headers.get("content-length", 0)))
        body = VERSION.encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    do_GET = do_POST
    def log_message(self, *_):
        pass

http.server.ThreadingHTTPServer(("127.0.0.1", int(os.environ["PORT"])), Handler).serve_forever()
"""


def package(folder, version: str, pause: float = 0, broken: bool = False):
    model = folder / version / "model"
    model.mkdir(parents=True)
    apis = [{"url": "/", "method": "post"}, {"url": f"/only/{version}", "method": "post"}]
    config = {"model_type": "Command", "model_algorithm": "versions", "command": ["python3", "run.py"], "apis": apis}
    (model / "config.json").write_text(json.dumps(config | {"health": {"url": "/", "protocol": "http"}}))
    (model / "run.py").write_text(PROGRAM.format(version=version, pause=pause, broken=broken))
    return model.parent


class Caller(threading.Thread):
    """Calls without a pause; keeps every answer."""

    def __init__(self, url: str, token: str):
        super().__init__()
        self.url, self.headers = url, {"X-Auth-Token": token}
        self.answers, self.stopped = [], threading.Event()

    def run(self):
        session = requests.Session()
        session.trust_env = False
        while not self.stopped.wait(0.005):
            answer = session.post(self.url, headers=self.headers, data=b"{}")
            self.answers.append((answer.status_code, answer.text))

    def stop(self):
        self.stopped.set()
        self.join()


def test_versions_change_under_load_and_a_broken_one_is_taken_back(new_server, tmp_path):
    server = new_server().start()
    service = server.deploy("versions", package(tmp_path, "one"))
    two = server.import_model("versions", package(tmp_path, "two", pause=1.5), version="2.0.0")
    broken = server.import_model("versions", package(tmp_path, "broken", broken=True), version="3.0.0")
    path = f"/v1/{{project}}/services/{service.id}"

    def change(model_id: str) -> None:
        server.manage("PUT", path, json={"config": [{"model_id": model_id, "weight": 100, "instance_count": 1}]})

    def history() -> list[str]:
        return [update["result"] for update in server.manage("GET", path + "/logs")["logs"]]

    caller = Caller(server.gateway + service.path, server.token())
    caller.start()
    try:
        wait_for(lambda: caller.answers, 10, "the first version to answer")
        change(two)
        assert server.http.post(f"{caller.url}/only/one", headers=caller.headers, data=b"{}").text == "one", "its paths stay too"
        wait_for(lambda: caller.answers[-1][1] == "two", 30, "the second version to answer")
        wait_for(lambda: "RUNNING" not in history(), 10, "the end of the update")
        assert server.http.post(f"{caller.url}/only/one", headers=caller.headers, data=b"{}").status_code == 404
        change(broken)
        wait_for(lambda: "FAIL" in history(), 60, "the broken version to fail")
        wait_for(lambda: server.status_of(service.id) == "running", 30, "the service to be whole again")
        # The caller keeps calling, so that a call that fails late is seen.
        so_far = len(caller.answers)
        wait_for(lambda: len(caller.answers) > so_far + 20, 30, "twenty more answers")
    finally:
        caller.stop()
    assert [answer for answer in caller.answers if answer[0] != 200] == []
    assert list(dict.fromkeys(text for _, text in caller.answers)) == ["one", "two"]

    details = server.manage("GET", path)
    assert [entry["model_id"] for entry in details["config"]] == [two], "what is wanted is what serves"
    events = server.manage("GET", path + "/events")["events"]
    why = [event["event_info"] for event in events if "rolled back" in event["event_info"]]
    assert len(why) == 1 and "broken on purpose" in why[0]

    server.stop()
    server.start()
    server.wait_for_status(service.id, "running")
    assert server.http.post(server.gateway + service.path, headers=caller.headers, data=b"{}").text == "two"


MODED = """
import http.server, os, sys, time
MODE = os.environ["MODE"].encode()
if MODE == b"broken":
    sys.exit("this mode is broken on purpose")
if MODE == b"slow":
    time.sleep(1000)

class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers.get("content-length", 0)))
        self.send_response(200)
        self.send_header("Content-Length", str(len(MODE)))
        self.end_headers()
        self.wfile.write(MODE)
    do_GET = do_POST
    def log_message(self, *_):
        pass

http.server.ThreadingHTTPServer(("127.0.0.1", int(os.environ["PORT"])), Handler).serve_forever()
"""


def answer_of(server, service) -> str:
    response = server.http.post(server.gateway + service.path, headers={"X-Auth-Token": server.token()}, data=b"{}")
    return response.text if response.status_code == 200 else f"{response.status_code} {response.text}"


def test_variables_that_break_a_model_are_taken_back_and_outlive_a_restart(new_server, tmp_path):
    """The model stays the same; the ready instance of before is not taken for the one that failed."""
    server = new_server().start()
    service = server.deploy("moded", programs.package(tmp_path, "moded", MODED), envs={"MODE": "good"})
    path = f"/v1/{{project}}/services/{service.id}"
    run = server.run("service", "update", "moded", "--env", "MODE=broken", timeout=60)
    assert run.returncode == 1, run.stdout
    assert "the update of moded failed" in run.stderr and "broken on purpose" in run.stderr, run.stderr
    assert "the previous instances keep serving" in run.stderr, run.stderr
    server.wait_for_status(service.id, "running")
    logs = server.manage("GET", path + "/logs")["logs"]
    assert [update["result"] for update in logs] == ["SUCCESS", "FAIL", "SUCCESS"]
    assert "broken on purpose" in logs[1]["error_msg"]
    assert server.manage("GET", path)["config"][0]["envs"] == {"MODE": "good"}
    assert answer_of(server, service) == "good"
    server.stop()
    server.start()
    server.wait_for_status(service.id, "running")
    assert answer_of(server, service) == "good"


def test_a_server_killed_in_the_middle_of_an_update_goes_on_and_takes_it_back(new_server, tmp_path):
    server = new_server().start()
    service = server.deploy("moded", programs.package(tmp_path, "moded", MODED), envs={"MODE": "good"})
    path = f"/v1/{{project}}/services/{service.id}"
    config = {"model_id": service.model_id, "weight": 100, "instance_count": 1}
    server.manage("PUT", path, json={"config": [config | {"envs": {"MODE": "broken"}}]})
    assert server.manage("GET", path + "/logs")["logs"][0]["result"] == "RUNNING"
    assert answer_of(server, service) == "good"
    server.kill()
    server.start()
    wait_for(lambda: [update["result"] for update in server.manage("GET", path + "/logs")["logs"]] == ["SUCCESS", "FAIL", "SUCCESS"], 90, "the way back")
    server.wait_for_status(service.id, "running")
    assert answer_of(server, service) == "good"
    # A change that is on its way can be replaced, and stopped.
    server.manage("PUT", path, json={"config": [config | {"envs": {"MODE": "slow"}}]})
    server.manage("PUT", path, json={"config": [config | {"envs": {"MODE": "better"}}]})
    server.wait_for_status(service.id, "running")
    assert answer_of(server, service) == "better"
    server.manage("PUT", path, json={"config": [config | {"envs": {"MODE": "slow"}}]})
    assert server.run("service", "stop", "moded", timeout=60).returncode == 0
    assert server.status_of(service.id) == "stopped"


def test_what_came_through_last_answers_while_a_killed_server_goes_on_with_an_update(new_server, tmp_path):
    server = new_server().start()
    service = server.deploy("moded", programs.package(tmp_path, "moded", MODED), envs={"MODE": "good"})
    path = f"/v1/{{project}}/services/{service.id}"
    config = {"model_id": service.model_id, "weight": 100, "instance_count": 1}
    server.manage("PUT", path, json={"config": [config | {"envs": {"MODE": "slow"}}]})
    server.kill()
    server.start()
    wait_for(lambda: answer_of(server, service) == "good", 30, "the version of before to answer")
    assert server.manage("GET", path + "/logs")["logs"][0]["result"] == "RUNNING", "the update goes on"
    server.manage("PUT", path, json={"config": [config | {"envs": {"MODE": "better"}}]})
    wait_for(lambda: answer_of(server, service) == "better", 60, "the update")
    server.wait_for_status(service.id, "running")
    server.stop()
    server.start()
    server.wait_for_status(service.id, "running")
    assert answer_of(server, service) == "better"


def test_a_restart_loses_no_call_and_replaces_every_instance(new_server, tmp_path):
    server = new_server().start()
    service = server.deploy("restarted", package(tmp_path, "one", pause=0.5))
    path = f"/v1/{{project}}/services/{service.id}"

    def instances() -> set[str]:
        monitors = server.manage("GET", path + "/monitor")["monitors"]
        return {instance["instance_id"] for monitor in monitors for instance in monitor["instances"]}

    caller = Caller(server.gateway + service.path, server.token())
    caller.start()
    try:
        before = instances()
        assert server.json("service", "restart", "restarted")["status"] == "running"
        wait_for(lambda: instances() and not before & instances(), 20, "other instances")
        again = instances()
        # The same settings once more are no change, and a second restart is one.
        server.manage("PUT", path, json={"config": [{"model_id": service.model_id, "weight": 100, "instance_count": 1}]})
        assert instances() == again
        assert server.json("service", "restart", "restarted")["status"] == "running"
        wait_for(lambda: not again & instances(), 20, "other instances")
    finally:
        caller.stop()
    assert len(caller.answers) > 10 and set(caller.answers) == {(200, "one")}
