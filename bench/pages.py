"""What open pages of the console cost the server.

    .venv/bin/python bench/pages.py [--binary target/dist/adyton]

A service is called a few times a second, every tenth time wrongly, and a browser holds twenty pages open: lists, a service with its
tabs, the requests as they come. Measured is the server's processor time without the pages and with them; goal: less than 1 % of a core
more. Where nobody looks at a page the browser tells it so, and it asks less: that twenty are looked at at once is the worst case.
"""

import argparse
import os
import sys
import tempfile
import threading
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests"))

PAGES = 20
CALLS_A_SECOND = 5
GOAL = 0.01
# The first loads are over by then.
SETTLE_SECONDS = 15


def main() -> int:
    options = arguments()
    os.environ["ADYTON_BINARY"] = str(options.binary)
    # They read the environment when they are imported.
    from playwright.sync_api import sync_playwright

    import boosted
    from harness.browser import Console, launch
    from harness.server import Server

    with tempfile.TemporaryDirectory(prefix="adyton-pages-") as made, sync_playwright() as playwright:
        server = Server(Path(made))
        done = threading.Event()
        try:
            server.start()
            service = server.deploy("boosted", boosted.write_package(Path(made) / "boosted"))
            caller = threading.Thread(target=keep_calling, args=(server, service, done))
            caller.start()
            without = processor_share(server, options.seconds)
            first = Console.open(launch(playwright), server).sign_in()
            shown = [first] + [first.another() for _ in range(PAGES - 1)]
            for number, page in enumerate(shown):
                page.in_project(addresses(service)[number % len(addresses(service))])
            with_pages = processor_share(server, options.seconds)
            faults = [fault for page in shown for fault in page.faults]
        finally:
            done.set()
            server.close()
    assert not faults, faults
    more = with_pages - without
    print(f"without pages {without:.2%} of a core, with {PAGES} pages {with_pages:.2%}: {more:.2%} more (goal: less than {GOAL:.0%})")
    return 0 if more < GOAL else 1


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench/pages.py", description=__doc__.splitlines()[0])
    parser.add_argument("--binary", type=Path, default=ROOT / "target/dist/adyton", help="what is measured (target/dist/adyton)")
    parser.add_argument("--seconds", type=float, default=60, help="how long processor time is watched, each (60)")
    return parser.parse_args()


def addresses(service) -> list[str]:
    """Below the project's address, each of another kind."""
    tabs = ["usage", "predict", "updates", "monitoring", "events", "logs"]
    return ["", "services", "models", "requests", "apps", "audit"] + [f"services/{service.id}/{tab}" for tab in tabs]


def keep_calling(server, service, done: threading.Event) -> None:
    import boosted
    from harness.callers import TokenHolder, call

    path = "/" + service.address.split("/", 3)[3]
    token, body, number = server.token(), boosted.body(), 0
    while not done.wait(1 / CALLS_A_SECOND):
        number += 1
        call(server, TokenHolder(token), path + "/nowhere" if number % 10 == 0 else path, body=body)


def processor_share(server, seconds: float) -> float:
    """Of a core, once it has settled."""
    from idle import cpu_seconds

    time.sleep(SETTLE_SECONDS)
    before = cpu_seconds(server.process.pid)
    time.sleep(seconds)
    return (cpu_seconds(server.process.pid) - before) / seconds


if __name__ == "__main__":
    sys.exit(main())
