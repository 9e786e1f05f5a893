"""The throttle: exact enough, honest about when to come back, and free of charge for who is refused."""

import json
import threading
import time

import pytest

from harness.callers import TokenHolder, call
from harness.server import ECHO


@pytest.fixture
def throttled(new_server):
    server = new_server({"throttle.default_per_second": 5}).start()
    return server, server.deploy("echo", ECHO), TokenHolder(server.token())


def until_refused(server, echo, caller):
    for _ in range(100):
        answer = call(server, caller, echo.path)
        if answer.status != 200:
            return answer
    pytest.fail("100 calls in a row, and none was refused at 5 a second")


def test_retry_after_is_true(throttled):
    server, echo, caller = throttled
    refused = until_refused(server, echo, caller)
    assert (refused.status, refused.headers["x-adyton-reason"]) == (429, "throttle.api")
    content = json.loads(refused.body)
    assert content["error_code"] == "APIG.0308"
    assert content["error_msg"].startswith("The throttling threshold has been reached")
    # The wait is what is tested here.
    time.sleep(int(refused.headers["retry-after"]))
    assert call(server, caller, echo.path).status == 200


def test_a_refused_call_costs_nothing(throttled):
    server, echo, caller = throttled
    refused = until_refused(server, echo, caller)
    end = time.monotonic() + int(refused.headers["retry-after"])
    while time.monotonic() < end:
        # Throttled, or refused later on for its size: neither may use up a turn.
        call(server, caller, echo.path, headers={"Content-Length": str(13 * 1024 * 1024)}, body=b"")
    assert call(server, caller, echo.path).status == 200


def test_the_evidence_says_what_was_compared(throttled):
    server, echo, caller = throttled
    refused = until_refused(server, echo, caller)
    evidence = server.record(refused.headers["x-request-id"])["evidence"]
    assert (evidence["scope"], evidence["limit"], evidence["interval_seconds"]) == ("api", 5, 1)
    assert 0 < evidence["retry_after_ms"] <= 1000
    assert evidence["setting"] == "throttle.default_per_second"


def test_the_rate_is_kept_with_many_callers(new_server):
    rate, seconds, callers = 50, 2.0, 4
    server = new_server({"throttle.default_per_second": rate}).start()
    echo, caller = server.deploy("echo", ECHO), TokenHolder(server.token())
    passed = []
    end = time.monotonic() + seconds

    def hammer():
        while time.monotonic() < end:
            if call(server, caller, echo.path).status == 200:
                passed.append(time.monotonic())

    threads = [threading.Thread(target=hammer) for _ in range(callers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    # At the start a second's worth may pass at once.
    assert rate * seconds * 0.9 <= len(passed) <= rate * (seconds + 1) + callers


def test_the_answer_says_what_is_left(throttled):
    server, echo, caller = throttled
    answer = call(server, caller, echo.path)
    assert "limit:5,time:1 second" in answer.headers["x-apig-ratelimit-api-allenv"]
