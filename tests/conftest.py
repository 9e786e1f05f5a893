"""The servers and callers that the tests share.

`server` lives for the whole run with the samples and the echo model deployed; a test that stops, throttles or restarts
makes one of its own with `new_server`.
"""

import os
import sys
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

sys.path.insert(0, str(Path(__file__).parent))

from harness import provoked
from harness.browser import DESKTOP, Console, Look, launch
from harness.callers import App, KeyHolder, TokenHolder
from harness.server import ECHO, ROOT, Server, Service


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The test that asks what all the others have provoked comes last."""
    items.sort(key=lambda item: "last" in item.keywords)


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "last: runs after all other tests")
    config.addinivalue_line("markers", "alone: measures how long something takes, and shares the machine with no other test")
    # What fails in a thread of a test fails the test.
    config.addinivalue_line("filterwarnings", "error::pytest.PytestUnhandledThreadExceptionWarning")


def pytest_sessionfinish(session: pytest.Session) -> None:
    # The process that hands out the tests to others has none itself.
    if session.items:
        provoked.leave(os.environ.get("PYTEST_XDIST_WORKER", "main"), {item.path for item in session.items})


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory):
    # Most tests call more often than 200 times a second; the throttle has a server of its own.
    server = Server(tmp_path_factory.mktemp("server"), {"throttle.default_per_second": 0}).start()
    yield server
    server.close()


@pytest.fixture
def new_server(tmp_path: Path):
    """Makes servers that end with the test."""
    made: list[Server] = []

    def make(settings: dict[str, object] | None = None, folder: str = "own") -> Server:
        (tmp_path / folder).mkdir(exist_ok=True)
        made.append(Server(tmp_path / folder, settings))
        return made[-1]

    yield make
    for server in made:
        server.close()


@pytest.fixture(scope="session")
def echo(server: Server) -> Service:
    return server.deploy("echo", ECHO)


@pytest.fixture(scope="session")
def iris(server: Server) -> Service:
    return server.deploy("iris", ROOT / "samples/iris")


@pytest.fixture(scope="session")
def poetry(server: Server) -> Service:
    return server.deploy("poetry", ROOT / "samples/poetry")


@pytest.fixture(scope="session")
def vision(server: Server) -> Service:
    return server.deploy("vision", ROOT / ".cache/samples/vision")


@pytest.fixture(scope="session")
def admin(server: Server) -> TokenHolder:
    return TokenHolder(server.token())


@pytest.fixture(scope="session")
def admin_key(server: Server) -> KeyHolder:
    first = server.bootstrap
    return KeyHolder(first["access_key"], first["secret_key"])


@pytest.fixture(scope="session")
def app(server: Server, echo: Service) -> App:
    """An app that may call the echo service."""
    return App.create(server, "tester", echo)


@pytest.fixture(scope="session")
def foreign_token(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A good token of another installation."""
    other = Server(tmp_path_factory.mktemp("other")).start()
    try:
        return other.new_token()
    finally:
        other.close()


@pytest.fixture(scope="module")
def browser():
    # For the tests of one file: as long as it is open, no other loop of events runs in the suite's thread.
    with sync_playwright() as playwright:
        browser = launch(playwright)
        yield browser
        browser.close()


@pytest.fixture
def console(browser: Browser, server: Server):
    """Opens the console, looked at so; signed in as the first user unless told otherwise."""
    opened: list[Console] = []

    def make(look: Look = DESKTOP, user: str = "", password: str = "", sign_in: bool = True, of: Server = server) -> Console:
        opened.append(Console.open(browser, of, look))
        return opened[-1].sign_in(user, password) if sign_in else opened[-1]

    yield make
    for one in opened:
        one.close()
