"""The console with ten thousand services, models and apps, and a hundred thousand requests: found at once, scrolled without a hitch."""

import re

import pytest
from playwright.sync_api import Page, expect

from harness import filled
from harness.browser import DESKTOP, PHONE, Console
from harness.server import ROOT, Server, wait_for

# How smooth a page is depends on who else works on the machine.
pytestmark = pytest.mark.alone

MANY = 10_000
REQUESTS = 100_000
# Rows of a table that are in the page at once, however many it has: what is seen, a screen before and after, in groups.
MOST_ROWS = 500
# No task of the page may keep it from answering for longer; this machine may be busy with others, and the browser draws without a GPU.
LONGEST_TASK_MS = 200
STEPS = 12


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory):
    """A server with very much of everything."""
    folder = tmp_path_factory.mktemp("full")
    first = Server(folder, {"throttle.default_per_second": 0}).start()
    try:
        iris = first.deploy("iris", ROOT / "samples/iris")
        instance = first.manage("GET", "/v2/{project}/apigw/instances")["instances"][0]["id"]
        first.manage("POST", f"/v2/{{project}}/apigw/instances/{instance}/apps", json={"name": "first"})
        for path in (iris.path, f"{iris.path}/nowhere"):
            answer = first.http.post(first.gateway + path, headers={"X-Auth-Token": first.token()}, json={})
            first.record(answer.headers["X-Request-Id"])
    finally:
        first.close()
    filled.services_models_and_apps(folder / "data", MANY)
    filled.requests(folder / "data", REQUESTS)
    server = Server(folder, {"throttle.default_per_second": 0}).start()
    yield server
    server.close()


def watch(page: Page) -> None:
    """Notes how long each task of the page takes from now on."""
    page.evaluate(
        """() => {
            window.tasks = [];
            new PerformanceObserver((list) => window.tasks.push(...list.getEntries().map(({duration}) => duration))).observe({type: "longtask"});
        }"""
    )


def scroll(page: Page) -> int:
    """Scrolls the page from its top to its end in big steps, as it comes; the most rows that were in it."""
    return page.evaluate(
        """async (steps) => {
            let most = 0;
            for (let step = 1; step <= steps; step++) {
                window.scrollTo(0, (document.documentElement.scrollHeight - innerHeight) * step / steps);
                const until = performance.now() + 5000;
                do await new Promise((done) => requestAnimationFrame(() => setTimeout(done, 30)));
                while (document.querySelector("[aria-busy=true]") && performance.now() < until);
                most = Math.max(most, document.querySelectorAll("[role=row]").length);
            }
            return most;
        }""",
        STEPS,
    )


def to_the_end(page: Page) -> None:
    page.evaluate(
        """async () => {
            let height;
            do {
                height = document.documentElement.scrollHeight;
                window.scrollTo(0, height);
                await new Promise((done) => requestAnimationFrame(() => setTimeout(done, 300)));
            } while (document.documentElement.scrollHeight !== height);
        }"""
    )


def long_tasks(page: Page) -> list[float]:
    return [duration for duration in page.evaluate("window.tasks") if duration > LONGEST_TASK_MS]


def smooth(tab: Console) -> None:
    watch(tab.page)
    assert 20 < scroll(tab.page) <= MOST_ROWS
    assert not long_tasks(tab.page), tab.page.evaluate("window.tasks")
    tab.check()


@pytest.mark.parametrize(("things", "look"), [("services", DESKTOP), ("services", PHONE), ("models", DESKTOP), ("apps", PHONE)], ids=str)
def test_ten_thousand_are_counted_scrolled_and_found(console, full: Server, things: str, look):
    tab = console(look, of=full).in_project(things)
    page = tab.page
    expect(page.get_by_text(re.compile("10,001|10001"))).to_be_visible()
    expect(page.get_by_role("row").nth(20)).to_be_visible()
    smooth(tab)
    # The last of all is there, at its place: also where rows turn out higher than was thought.
    to_the_end(page)
    expect(page.locator(f"[aria-rowindex='{MANY + 2}']")).to_be_in_viewport()
    page.get_by_role("searchbox").fill("many-07777")
    expect(page.get_by_role("link", name="many-07777")).to_be_visible()
    expect(page.get_by_role("row")).to_have_count(2)
    tab.check()
    assert not tab.refusals, tab.refusals


def test_a_list_goes_back_to_where_one_was(console, full: Server):
    tab = console(of=full).in_project("services")
    page = tab.page
    expect(page.get_by_role("row").nth(20)).to_be_visible()
    page.evaluate("window.scrollTo(0, 150_000)")
    found = "() => document.elementFromPoint(640, 450).closest('[role=row]')?.querySelector('a')"
    link = wait_for(lambda: page.evaluate_handle(found).as_element(), 20, "rows where somebody looks")
    name = link.inner_text()
    link.click()
    expect(page.get_by_role("heading", name=name)).to_be_visible()
    page.go_back()
    expect(page.get_by_role("link", name=name)).to_be_in_viewport()


def test_a_hundred_thousand_requests_stay_smooth(console, full: Server):
    tab = console(of=full).in_project("requests")
    page = tab.page
    expect(page.get_by_role("row").nth(20)).to_be_visible()
    watch(page)
    # More comes by itself, page by page, as long as somebody scrolls.
    rows = page.get_by_role("table")
    for _ in range(20):
        known = rows.get_attribute("aria-rowcount")
        page.evaluate("window.scrollTo(0, document.documentElement.scrollHeight)")
        expect(rows).not_to_have_attribute("aria-rowcount", known)
    assert scroll(page) <= MOST_ROWS
    assert not long_tasks(page), page.evaluate("window.tasks")
    assert int(rows.get_attribute("aria-rowcount")) > 2000
    page.evaluate("window.scrollTo(0, 0)")
    expect(page.get_by_role("row").nth(1)).to_be_in_viewport()
    page.get_by_role("searchbox").fill("route.undeclared_path")
    expect(page).to_have_url(re.compile("code=route.undeclared_path"))
    expect(page.get_by_role("row").nth(1)).to_contain_text("APIG.0101")
    tab.check()
    assert not tab.refusals, tab.refusals


def test_the_palette_finds_one_of_them(console, full: Server):
    tab = console(of=full)
    page = tab.page
    expect(page.get_by_role("heading", name="Overview")).to_be_visible()
    page.keyboard.press("Control+k")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.type("many-09999")
    expect(page.get_by_role("menuitem", name=re.compile("^many-09999"))).to_be_visible()
    tab.check()


def test_one_of_ten_thousand_models_is_found_for_a_service(console, full: Server):
    service = full.manage("GET", "/v1/{project}/services?service_name=many-00001")["services"][0]["service_id"]
    tab = console(of=full).in_project(f"services/{service}/update")
    page = tab.page
    model = page.get_by_role("combobox", name="Model")
    expect(model).to_have_value("many-00001 1.0.0")
    model.fill("many-00042")
    page.get_by_role("option", name=re.compile("^many-00042")).click()
    expect(model).to_have_value("many-00042 1.0.0")
    tab.check()
    # Whatever is typed, what was chosen stays until something else is.
    model.fill("no-such-model")
    expect(page.get_by_role("option")).to_have_count(1)
    page.keyboard.press("Escape")
    expect(model).to_have_value("many-00042 1.0.0")
    tab.press("Update")
    expect(page.get_by_role("heading", name="many-00001")).to_be_visible()
    expect(page.get_by_text("many-00042 1.0.0").first).to_be_visible()
