"""The console in a real Chromium, as a person uses it: signed in through its own page, in a language, a theme and a size."""

import mimetypes
import os
import re
import shutil
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Playwright, Response, Route, expect

from .server import ROOT, Server

CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# The files of a build that is newer than the binary: who works on the console need not build the binary for each change.
FILES = os.environ.get("ADYTON_TEST_CONSOLE", "")
AXE = ROOT / "console/node_modules/axe-core/axe.min.js"
# On a machine that is busy with others.
SECONDS = 20

expect.set_options(timeout=SECONDS * 1000)


def launch(playwright: Playwright) -> Browser:
    return playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)


def from_files(route: Route) -> None:
    """The file of the newer build, with the policy of the server."""
    path = route.request.url.split("/console", 1)[1].split("?")[0].split("#")[0].strip("/")
    file = Path(FILES) / path
    if not path.startswith("assets/"):
        file = Path(FILES) / "index.html"
    if not file.is_file():
        route.continue_()
        return
    policy = route.fetch(url=route.request.url.split("/console", 1)[0] + "/console/").headers["content-security-policy"]
    kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    route.fulfill(status=200, body=file.read_bytes(), headers={"content-type": kind, "content-security-policy": policy})


@dataclass(frozen=True)
class Look:
    """How somebody looks at the console."""

    language: str = "en"
    theme: str = "light"
    width: int = 1280
    height: int = 900

    def __str__(self) -> str:
        return f"{self.language}-{self.theme}-{self.width}"


DESKTOP = Look()
PHONE = Look("zh", "dark", 360, 740)
# For what must be whole in every language, theme and size.
LOOKS = pytest.mark.parametrize("look", [DESKTOP, PHONE, Look("en", "dark", 360, 740), Look("zh", "light", 3840, 2000)], ids=str)


@dataclass
class Console:
    """A tab with the console. What its page complained of is in `faults`, the refusals that it got in `refusals`."""

    server: Server
    page: Page
    look: Look
    faults: list[str] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)

    @classmethod
    def open(cls, browser: Browser, server: Server, look: Look = DESKTOP) -> "Console":
        context = browser.new_context(viewport={"width": look.width, "height": look.height}, color_scheme="light", locale="en-US")
        context.set_default_timeout(SECONDS * 1000)
        context.grant_permissions(["clipboard-read", "clipboard-write"])
        context.add_init_script(f"localStorage.setItem('adyton.language', '{look.language}'); localStorage.setItem('adyton.theme', '{look.theme}')")
        if FILES:
            context.route(f"{server.control}/console*", from_files)
            context.route(f"{server.control}/console/**", from_files)
        return cls(server, context.new_page(), look).listening()

    def listening(self) -> "Console":
        self.page.on("console", self._said)
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.on("response", self._answered)
        # The browser hands a file chooser over only where somebody listens, and hears of a listener later than of the key that opens it.
        self.page.on("filechooser", lambda chooser: None)
        return self

    def _said(self, message: ConsoleMessage) -> None:
        # The browser notes each refusal by itself; those are in `refusals`.
        if message.type in ("error", "warning") and not message.text.startswith("Failed to load resource"):
            self.faults.append(message.text)

    def _answered(self, response: Response) -> None:
        if response.status >= 400:
            self.refusals.append(f"{response.request.method} {response.url} {response.status}")

    def another(self) -> "Console":
        """Another tab of the same browser."""
        return Console(self.server, self.page.context.new_page(), self.look).listening()

    def close(self) -> None:
        self.page.context.close()

    # What one does

    def text(self, english: str, chinese: str) -> str:
        return english if self.look.language == "en" else chinese

    def go(self, path: str = "/") -> "Console":
        self.page.goto(f"{self.server.control}/console{path}")
        return self

    def in_project(self, path: str, project: str = "default") -> "Console":
        return self.go(f"/p/{project}/{path}")

    def sign_in(self, user: str = "", password: str = "") -> "Console":
        first = self.server.bootstrap
        self.go("/")
        self.page.get_by_label(self.text("User", "用户名"), exact=False).first.fill(user or first["user"]["name"])
        self.page.get_by_label(self.text("Password", "密码"), exact=False).fill(password or first["password"])
        self.page.get_by_role("button", name=self.text("Sign in", "登录"), exact=True).click()
        expect(self.page).not_to_have_url(re.compile("/sign-in"))
        return self

    def press(self, english: str, chinese: str = "") -> None:
        self.page.get_by_role("button", name=self.text(english, chinese or english), exact=True).click()

    def follow(self, english: str, chinese: str = "") -> None:
        self.page.get_by_role("link", name=self.text(english, chinese or english), exact=True).click()

    def fill(self, english: str, chinese: str, value: str) -> None:
        self.page.get_by_role("textbox", name=self.text(english, chinese)).first.fill(value)

    def choose(self, label: str, option: str) -> None:
        """Chooses from a list: `label` is what its button is called."""
        self.page.get_by_role("button", name=label).first.click()
        self.page.get_by_role("option", name=option).click()

    # What must hold of every page

    def check(self) -> None:
        """Nothing sticks out sideways, nothing was complained of, and whoever cannot see the page can use it."""
        width = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert width <= 0, f"{self.page.url} is {width} px too wide at {self.look}"
        # Not as a script of the page's: its policy lets none in.
        session = self.page.context.new_cdp_session(self.page)
        session.send("Runtime.evaluate", {"expression": AXE.read_text()})
        session.detach()
        found = self.page.evaluate(
            # What the component library reads out names, for some seconds, buttons that may be gone.
            """() => axe.run({exclude: ["[data-live-announcer]"]}, {resultTypes: ["violations"]}).then(({violations}) => violations
                .filter(({impact}) => impact === "serious" || impact === "critical")
                .map(({id, nodes}) => id + ": " + nodes.slice(0, 3).map((node) => node.html.slice(0, 200) + " " + node.failureSummary).join(" | ")))"""
        )
        assert not found, f"{self.page.url} {self.look}: {found}"
        assert not self.faults, f"{self.page.url}: {self.faults}"
