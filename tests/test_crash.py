"""Killed at random moments while it writes: nothing that was acknowledged is lost, and it starts every time.

`ADYTON_TEST_KILLS` says how often (200 unless said otherwise).
"""

import os
import random
import subprocess
import threading
import time
from uuid import uuid4

import requests

from harness.callers import instance_id

KILLS = int(os.environ.get("ADYTON_TEST_KILLS", "200"))
WRITERS = 3


class Writer(threading.Thread):
    """Makes and deletes apps until the server is gone; remembers what was acknowledged."""

    def __init__(self, url: str, token: str):
        super().__init__()
        self.url, self.token = url, token
        self.there: set[str] = set()
        self.gone: set[str] = set()
        # A call that was cut off may have happened or not.
        self.unknown: set[str] = set()

    def run(self):
        with requests.Session() as http:
            http.trust_env = False
            http.headers["X-Auth-Token"] = self.token
            try:
                while True:
                    self.write(http)
            except requests.RequestException:
                return

    def write(self, http):
        made = http.post(self.url, json={"name": f"crash-{uuid4().hex[:20]}"}, timeout=10)
        assert made.status_code == 201, made.text
        app_id = made.json()["id"]
        self.there.add(app_id)
        if random.random() < 0.3:
            self.unknown.add(app_id)
            self.there.discard(app_id)
            assert http.delete(f"{self.url}/{app_id}", timeout=10).status_code == 204
            self.unknown.discard(app_id)
            self.gone.add(app_id)


def listed(server, path) -> set[str]:
    found: set[str] = set()
    while True:
        page = server.manage("GET", f"{path}?limit=500&offset={len(found)}")
        found |= {app["id"] for app in page["apps"]}
        if not page["apps"] or len(found) >= page["total"]:
            return found


def test_nothing_acknowledged_is_lost(new_server):
    server = new_server().start()
    path = f"/v2/{{project}}/apigw/instances/{instance_id(server)}/apps"
    there: set[str] = set()
    gone: set[str] = set()
    acknowledged = 0
    for kill in range(KILLS):
        url = server.control + path.replace("{project}", server.project)
        writers = [Writer(url, server.token()) for _ in range(WRITERS)]
        for writer in writers:
            writer.start()
        # A random moment is the point of this test.
        time.sleep(random.uniform(0.0, 0.12))
        server.kill()
        for writer in writers:
            writer.join()
            there |= writer.there
            gone |= writer.gone
            acknowledged += len(writer.there) + 2 * len(writer.gone)
        server.start()
        if kill % 10 == 9 or kill == KILLS - 1:
            found = listed(server, path)
            assert there <= found, f"lost after kill {kill + 1}: {len(there - found)} apps"
            assert not gone & found, f"back after kill {kill + 1}: {len(gone & found)} apps"
    assert acknowledged > KILLS, "too few writes for the test to mean anything"


def test_a_kill_at_the_first_start_loses_nothing(new_server):
    """bootstrap.json is written before the first transaction: whenever the first start is cut off, the next one completes it."""
    for attempt in range(min(KILLS, 15)):
        server = new_server(folder=f"first-{attempt}")
        server.data.parent.mkdir(exist_ok=True)
        process = subprocess.Popen(server.command(), env=server.environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(random.uniform(0.0, 0.5))
        process.kill()
        process.wait()
        server.start()
        assert server.new_token()
        assert server.stop() == 0
