"""The console as each role: every page that is offered is opened, everything on it is pressed, every dialog is sent. Nothing is refused.

What would change something is not carried out: the server is asked the same with ids that there are none and an empty body. It decides
whether somebody may before it looks at either, so what comes back tells whether they may.
"""

import json
import os
import re
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Locator, Page, Route, expect

from harness.browser import DESKTOP, Console
from harness.callers import App, TokenHolder, call
from harness.server import ECHO, ROOT, Server, wait_for
from test_console_management import package

IRIS = json.loads((ROOT / "samples/iris/request.json").read_text())
ID = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|[0-9a-f]{32}|[0-9A-Z]{20}")
NOBODY = {36: "00000000-0000-0000-0000-000000000000", 32: "0" * 32, 20: "A" * 20}
# Whether nothing is awaited, and what is there has been there for a while.
SETTLED = """() => {
    const now = document.querySelector("main")?.innerHTML.length;
    const quiet = now === window.settledAt?.length && !document.querySelector("main [aria-busy=true]");
    if (!quiet) window.settledAt = {length: now, since: performance.now()};
    return quiet && performance.now() - window.settledAt.since > 250;
}"""
# More than any role is offered.
PAGES = 60
# What buttons are called: those of one name do the same, to one thing or another.
NAMES = "(buttons) => buttons.map((one) => one.ariaLabel || one.innerText || one.outerHTML.slice(0, 80))"
# Pages of one kind are alike: one is opened. Of users the own one offers less.
ALIKE = {"/users/ID": 3}
# In a project they are offered what others are who walk there.
ONLY_OF_THE_DOMAIN = ("domain-auditor", "administrator")


@pytest.fixture(scope="module")
def deployed(tmp_path_factory):
    """A server on which there is one of everything, so that every page has something to offer."""
    server = Server(tmp_path_factory.mktemp("roles"), {"throttle.default_per_second": 0}).start()
    iris = server.deploy("iris", ROOT / "samples/iris")
    server.deploy("echo", ECHO)
    App.create(server, "shop", iris)
    server.manage("POST", f"/v1/{{project}}/services/{iris.id}/tags/create", json={"tags": [{"key": "team", "value": "a"}]})
    server.manage("PUT", f"/v1/{{project}}/services/{iris.id}", json={"config": [{"model_id": iris.model_id, "weight": 100, "instance_count": 2}]})
    wait_for(lambda: all(one["result"] == "SUCCESS" for one in server.manage("GET", f"/v1/{{project}}/services/{iris.id}/logs")["logs"]), 30, "the update")
    refused = call(server, TokenHolder(server.token()), f"{iris.path}/nowhere")
    server.record(json.loads(refused.body)["request_id"])
    yield server
    server.close()


@dataclass
class Walk:
    """One user's way through all that they are offered."""

    server: Server
    tab: Console
    only_domain: bool
    seen: dict[str, int] = field(default_factory=dict)
    open: list[str] = field(default_factory=list)
    # What the user was refused, and by what.
    refused: list[str] = field(default_factory=list)
    tried: set[str] = field(default_factory=set)

    @property
    def page(self) -> Page:
        return self.tab.page

    def begin(self) -> "Walk":
        self.page.route(re.compile(r"/(v\d[^/]*|adyton/v1)/"), self.ask)
        return self

    # What the page asks of the server

    def ask(self, route: Route) -> None:
        request = route.request
        path = urlsplit(request.url).path
        if request.method == "GET" or path.endswith("/session"):
            route.continue_()
            return
        kind = f"{request.method} {ID.sub('ID', path)}"
        self.tried.add(kind)
        if "/predict" in path or "/infers/" in path:
            answer = route.fetch()
            self.judge(kind, answer.status, answer.text())
            route.fulfill(response=answer)
            return
        own = self.server.project
        nowhere = ID.sub(lambda found: found[0] if found[0] == own else NOBODY[len(found[0])], path)
        answer = route.fetch(url=self.server.control + nowhere, post_data="{}", headers={**request.headers, "content-type": "application/json"})
        self.judge(kind, answer.status, answer.text())
        # The page hears that it did not work out, and goes on.
        route.fulfill(status=409, content_type="application/json", body='{"error_code": "ModelArts.0000", "error_msg": "not carried out"}')

    def judge(self, kind: str, status: int, said: str) -> None:
        if status in (401, 403):
            self.refused.append(f"{self.page.url}: {kind} {status} {said[:200]}")

    # Where it goes

    def pages(self) -> None:
        self.open.append("/")
        while self.open and len(self.seen) < PAGES:
            path = self.open.pop(0)
            kind = ID.sub("ID", re.sub(r"/errors/[^/?]+", "/errors/CODE", path.split("?")[0]))
            if self.seen.get(kind, 0) >= ALIKE.get(kind, 1) or (self.only_domain and kind.startswith("/p/default/")):
                continue
            self.seen[kind] = self.seen.get(kind, 0) + 1
            self.visit(path)
            self.open += self.links()
            self.press_all(path)
        assert not self.open or len(self.seen) < PAGES, f"more pages than {PAGES}: {self.open}"

    def visit(self, path: str) -> None:
        self.tab.go(path)
        self.settle()

    def settle(self) -> None:
        """Waits until the page has what it asked for: parts of it are loaded one after the other."""
        expect(self.page.get_by_role("heading", level=1)).not_to_be_empty()
        self.page.wait_for_function(SETTLED, polling=100)

    def links(self) -> list[str]:
        found = self.page.evaluate("[...document.querySelectorAll('a[href]')].map((link) => link.getAttribute('href'))")
        own = [link.removeprefix("/console") for link in found if link.startswith("/console")]
        return list(dict.fromkeys(link or "/" for link in own))

    # What it presses

    def press_all(self, path: str) -> None:
        """What sends a form comes first: other buttons may change it so that it is not sent."""
        self.press_each(path, self.page.locator("main button[type=submit]:visible:not([disabled])"))
        self.visit(path)
        self.press_each(path, self.page.locator("main button:not([type=submit]):visible:not([disabled])"))

    def press_each(self, path: str, buttons: Locator) -> None:
        pressed: set[str] = set()
        # Some can be pressed only once all is filled in.
        self.fill(self.page.locator("main"))
        while (name := next((one for one in buttons.evaluate_all(NAMES) if one not in pressed), None)) is not None:
            pressed.add(name)
            self.fill(self.page.locator("main"))
            names = buttons.evaluate_all(NAMES)
            if name not in names:
                continue
            button = buttons.nth(names.index(name))
            kind = button.get_attribute("aria-haspopup")
            if kind == "listbox" or not self.click(button):
                continue
            if kind in ("menu", "true"):
                self.items(button)
            else:
                self.send_dialog()
            if urlsplit(self.page.url).path != f"/console{path}".split("?")[0].rstrip("/"):
                self.visit(path)

    def items(self, button: Locator) -> None:
        items = self.page.get_by_role("menuitem")
        for at in range(items.count()):
            if items.count() == 0 and not self.click(button):
                return
            self.click(items.nth(at))
            self.send_dialog()
        self.page.keyboard.press("Escape")

    def click(self, button: Locator) -> bool:
        """Whether it could be pressed: what went away meanwhile was pressed before."""
        try:
            button.click(timeout=1500)
        except PlaywrightError:
            return False
        return True

    def send_dialog(self) -> None:
        dialog = self.page.locator("[role=dialog]:visible, [role=alertdialog]:visible")
        if dialog.count() == 0:
            return
        dialog = dialog.last
        self.fill(dialog)
        buttons = dialog.locator("button:not([disabled])")
        if buttons.count():
            self.click(buttons.last)
        self.page.wait_for_timeout(150)
        for _ in range(3):
            if self.page.locator("[role=dialog]:visible, [role=alertdialog]:visible").count() == 0:
                return
            self.page.keyboard.press("Escape")
            self.page.wait_for_timeout(50)

    def fill(self, part: Locator) -> None:
        """Fills in whatever is empty, so that what is pressed is sent."""
        heading = self.page.get_by_role("heading", level=1).first.inner_text()
        is_confirmation = part.get_attribute("role") == "alertdialog"
        for file in part.locator("input[type=file]").all():
            file.set_input_files({"name": "walked.zip", "mimeType": "application/zip", "buffer": package(ROOT / "samples/iris")})
        for choice in part.locator("button[aria-haspopup=listbox]:visible:not([disabled])").all():
            if is_search(choice) or not self.click(choice):
                continue
            options = self.page.get_by_role("option")
            if options.count():
                self.click(options.first)
            else:
                self.page.keyboard.press("Escape")
        for box in part.locator("input:visible:not([type=file]):not([type=checkbox]):not([type=radio]):not([disabled]):not([readonly])").all():
            if is_search(box) or box.input_value():
                continue
            if box.get_attribute("type") == "password":
                box.fill("Correct-horse-1")
            elif box.get_attribute("role") == "combobox":
                box.click()
                if self.page.get_by_role("option").count():
                    self.click(self.page.get_by_role("option").first)
            elif box.get_attribute("inputmode") == "numeric":
                box.fill("1")
            else:
                box.fill(heading if is_confirmation else "walked-x")

    # The palette

    def palette(self) -> None:
        for typed in ("", "e"):
            titles = None
            at = 0
            while titles is None or at < len(titles):
                self.page.keyboard.press("Control+k")
                dialog = self.page.get_by_role("dialog")
                expect(dialog).to_be_visible()
                self.page.keyboard.type(typed)
                expect(dialog.get_by_role("menuitem").first).to_be_visible()
                titles = dialog.get_by_role("menuitem").all_inner_texts()
                if at >= len(titles):
                    self.page.keyboard.press("Escape")
                    break
                dialog.get_by_role("menuitem").nth(at).click()
                expect(dialog).to_have_count(0)
                self.settle()
                at += 1


def is_search(element: Locator) -> bool:
    """Whether it only looks for something: a search field or a filter changes what is listed, and hides what could be pressed."""
    return element.evaluate("(element) => element.type === 'search' || element.closest('search, [role=search]') !== null")


# What each role changes, at least: whoever walks past the doors has not tried them.
CHANGES = {
    "none": {"POST /v3.0/OS-CREDENTIAL/credentials", "POST /v3/users/ID/password"},
    "caller": {"POST /v3.0/OS-CREDENTIAL/credentials", "POST /v3/users/ID/password"},
    "auditor": {"POST /v3.0/OS-CREDENTIAL/credentials", "POST /v3/users/ID/password"},
    "domain-auditor": {"POST /v3.0/OS-CREDENTIAL/credentials"},
    "operator": {
        "POST /v1/ID/services",
        "PUT /v1/ID/services/ID",
        "DELETE /v1/ID/services/ID",
        "POST /v1/ID/services/ID/tags/create",
        "DELETE /v1/ID/services/ID/tags/delete",
        "DELETE /v1/ID/models/ID",
        "POST /adyton/v1/ID/packages",
        "POST /v2/ID/apigw/instances/ID/apps",
        "PUT /v2/ID/apigw/instances/ID/apps/ID",
        "DELETE /v2/ID/apigw/instances/ID/apps/ID",
        "PUT /v2/ID/apigw/instances/ID/apps/secret/ID",
        "PUT /v2/ID/apigw/instances/ID/apps/ID/app-codes",
        "DELETE /v2/ID/apigw/instances/ID/apps/ID/app-codes/ID",
        "POST /v2/ID/apigw/instances/ID/app-auths",
        "DELETE /v2/ID/apigw/instances/ID/app-auths/ID",
    },
    "administrator": {"POST /v3/users", "PATCH /v3/users/ID", "DELETE /v3/users/ID", "POST /v3/projects", "PUT /v3/domains/ID/users/ID/roles/administrator"},
}


# A walk takes a minute or more: the two that are offered some of everything always, all of them on demand.
WALKED = list(CHANGES) if os.environ.get("ADYTON_TEST_ALL_ROLES") else ["caller", "operator"]


@pytest.mark.parametrize("role", WALKED)
def test_nothing_that_is_offered_to_a_role_is_refused(console, deployed: Server, role):
    name, password = user(deployed, role)
    tab = console(DESKTOP, name, password, of=deployed)
    walk = Walk(deployed, tab, role in ONLY_OF_THE_DOMAIN).begin()
    walk.pages()
    walk.palette()
    # What the page was answered itself; what the walk answered in the server's place is a 409, what a model said of the walker's body is its own.
    refusals = [one for one in tab.refusals if not one.endswith(" 409") and "/predict" not in one]
    assert not walk.refused and not refusals, f"{role}: {walk.refused} {refusals}"
    assert CHANGES[role] <= walk.tried, f"{role} was not offered {CHANGES[role] - walk.tried}; it walked {sorted(walk.seen)} and tried {sorted(walk.tried)}"


def user(server: Server, role: str) -> tuple[str, str]:
    first = server.bootstrap
    if role == "administrator":
        return first["user"]["name"], first["password"]
    if role in ("operator", "auditor", "caller"):
        return server.member(role)
    name, password = f"walker-{role}", "Correct-horse-1"
    made = server.manage("POST", "/v3/users", json={"user": {"name": name, "password": password}})["user"]["id"]
    if role == "domain-auditor":
        server.manage("PUT", f"/v3/domains/{first['domain']['id']}/users/{made}/roles/auditor")
    return name, password
