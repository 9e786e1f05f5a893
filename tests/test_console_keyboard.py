"""The console with the keyboard alone: from signing in to signing out nothing is pointed at, the focus is always seen, and comes back."""

import json
import re

import pytest
from playwright.sync_api import Page, expect

from harness.browser import DESKTOP, Console, Look
from harness.callers import AppCodeHolder, TokenHolder, call
from harness.server import ROOT
from test_console_management import package, unique

IRIS = json.loads((ROOT / "samples/iris/request.json").read_text())
# What has the focus: its name as it is read out, as far as that is needed here; and whether it can be seen that it has it.
FOCUS = """() => {
    const active = document.activeElement;
    if (!active || active === document.body) return ["", true];
    const labelled = (active.getAttribute("aria-labelledby") ?? "").split(" ").map((id) => document.getElementById(id)?.innerText ?? "").join(" ");
    const name = active.getAttribute("aria-label") || labelled.trim() || active.labels?.[0]?.innerText || active.innerText || "";
    const marked = (element) => {
        const {outlineStyle, outlineWidth, boxShadow} = getComputedStyle(element);
        return (outlineStyle !== "none" && parseFloat(outlineWidth) > 0) || boxShadow !== "none";
    };
    const around = [active, active.closest("[role=row]"), active.closest("label"), active.parentElement, active.parentElement?.parentElement].filter(Boolean);
    return [name.replace(/\\s+/g, " ").trim(), around.some(marked)];
}"""
# More stops than any page has.
STOPS = 120


def to(page: Page, name: str | re.Pattern, key: str = "Tab") -> None:
    """Goes on with Tab until what is called so has the focus."""
    walked: list[str] = []
    for _ in range(STOPS):
        found, seen = page.evaluate(FOCUS)
        if re.fullmatch(name, found):
            return
        page.keyboard.press(key)
        found, seen = page.evaluate(FOCUS)
        assert seen, f"{page.url}: nobody sees that `{found}` has the focus"
        walked.append(found)
    raise AssertionError(f"{page.url}: no `{name}` among {walked}")


def press(page: Page, name: str | re.Pattern) -> None:
    to(page, name)
    page.keyboard.press("Enter")


def go(page: Page, title: str) -> None:
    """Goes to a page by the palette."""
    page.keyboard.press("Control+k")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    page.keyboard.type(title)
    expect(dialog.get_by_role("menuitem").first).to_have_text(re.compile(f"^{title}"))
    page.keyboard.press("Enter")
    expect(dialog).to_have_count(0)
    expect(page.get_by_role("heading", name=title, level=1)).to_be_visible()


def choose(page: Page, button: str | re.Pattern, option: str) -> None:
    """Opens a list of values and takes the one that begins with what is typed."""
    to(page, button)
    page.keyboard.press("Enter")
    expect(page.get_by_role("listbox")).to_be_visible()
    page.keyboard.type(option)
    page.keyboard.press("Enter")
    expect(page.get_by_role("listbox")).to_have_count(0)


def give_file(page: Page, control: str | re.Pattern, file, key: str) -> None:
    to(page, control)
    with page.expect_file_chooser() as chooser:
        page.keyboard.press(key)
    chooser.value.set_files(file)


def test_from_signing_in_to_signing_out(console, server, tmp_path):
    tab = console(DESKTOP, sign_in=False).go("/")
    page, name = tab.page, unique("keys")
    expect(page.get_by_role("textbox", name="User")).to_be_focused()
    page.keyboard.type(server.bootstrap["user"]["name"])
    page.keyboard.press("Tab")
    page.keyboard.type(server.bootstrap["password"])
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Overview")).to_be_visible()

    import_deploy(page, name)
    predict(page, name, tmp_path)
    code = authorise(page, name)
    path = server.manage("GET", f"/v1/{{project}}/services?service_name={name}")["services"][0]["access_address"]
    path = re.sub("^https?://[^/]+", "", path)
    assert call(server, AppCodeHolder(code), path, body=json.dumps(IRIS).encode()).status == 200

    # A call that is refused is found by its id.
    refused = call(server, TokenHolder(server.token()), f"{path}/nowhere")
    page.keyboard.press("Control+k")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.type(json.loads(refused.body)["request_id"])
    expect(page.get_by_role("menuitem", name=re.compile("^Explain"))).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.get_by_text("What to do next")).to_be_visible()

    press(page, re.compile(".*User menu"))
    expect(page.get_by_role("menu")).to_be_visible()
    page.keyboard.press("End")
    page.keyboard.press("Enter")
    expect(page.get_by_role("textbox", name="User")).to_be_visible()
    assert not tab.faults, tab.faults


def import_deploy(page: Page, name: str) -> None:
    go(page, "Models")
    press(page, "Import a model")
    archive = {"name": f"{name}.zip", "mimeType": "application/zip", "buffer": package(ROOT / "samples/iris")}
    give_file(page, "Choose a package", archive, "Enter")
    expect(page.get_by_role("textbox", name="Name")).to_have_value(name)
    press(page, "Import")
    expect(page.get_by_role("heading", name=name)).to_be_visible()
    expect(page.get_by_text("Ready").first).to_be_visible()
    press(page, "Deploy")
    expect(page.get_by_role("textbox", name="Name")).to_have_value(name)
    press(page, "Deploy")
    expect(page.get_by_text("Running", exact=True)).to_be_visible()


def predict(page: Page, name: str, tmp_path) -> None:
    press(page, "Prediction")
    answer = page.get_by_role("region", name="Answer")
    write(page, json.dumps(IRIS))
    press(page, "Send")
    expect(answer).to_contain_text("setosa")
    write(page, '{"data": [')
    press(page, "Send")
    expect(answer).to_contain_text("400")
    # As a file, small and too large.
    choose(page, re.compile(".*Kind of body"), "A file")
    small, large = tmp_path / "request.json", tmp_path / "large.bin"
    small.write_text(json.dumps(IRIS))
    large.write_bytes(b" " * (8 * 1024 * 1024 + 1))
    give_file(page, "File", small, "Enter")
    press(page, "Send")
    expect(answer).to_contain_text("setosa")
    to(page, "File", "Shift+Tab")
    give_file(page, "File", large, "Enter")
    expect(page.get_by_text("More than 8 MiB")).to_be_visible()
    press(page, "Send")
    expect(answer).to_contain_text("APIG.0201")
    press(page, "Open the explanation")
    expect(page.get_by_role("heading", name="Its way through the gateway")).to_be_visible()


def write(page: Page, body: str) -> None:
    to(page, "Body", "Shift+Tab")
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(body)


def authorise(page: Page, name: str) -> str:
    """Makes an app that may call the service; an AppCode of it."""
    go(page, "Apps")
    press(page, "Create an app")
    expect(page.get_by_role("textbox", name="Name")).to_be_focused()
    page.keyboard.press("Escape")
    # The focus comes back to where it was.
    expect(page.get_by_role("button", name="Create an app")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.type(name)
    page.keyboard.press("Enter")
    expect(page.get_by_role("textbox", name="AppSecret")).to_be_visible()
    press(page, "I have copied it")
    expect(page.get_by_role("heading", name=name)).to_be_visible()
    choose(page, re.compile(".*API of a service.*"), name)
    press(page, "Authorise")
    expect(page.get_by_role("region", name="May call").get_by_role("link", name=name)).to_be_visible()
    press(page, "Generate an AppCode")
    code = page.get_by_role("textbox", name="AppCode").input_value()
    press(page, "I have copied it")
    expect(page.get_by_role("button", name="Generate an AppCode")).to_be_focused()
    return code


# Every page, twice as large and on a small phone

# Where what can be pressed is covered by something else, when it stands in the middle of the screen.
COVERED = """() => [...document.querySelectorAll("main :is(a[href], button, input, textarea, [role=switch])")].flatMap((element) => {
    const {visibility} = getComputedStyle(element);
    element.scrollIntoView({block: "center"});
    const box = element.getBoundingClientRect();
    if (visibility === "hidden" || box.width < 2 || box.height < 2) return [];
    const hit = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
    const isItself = !hit || element.contains(hit) || hit.contains(element) || [...(element.labels ?? [])].some((label) => label.contains(hit));
    return isItself ? [] : [`${element.outerHTML.slice(0, 120)} under ${hit.outerHTML.slice(0, 120)}`];
})"""


@pytest.mark.parametrize("look", [Look("zh", "dark", 640, 450), Look("en", "light", 360, 740)], ids=str)
def test_every_page_fits_and_covers_nothing(console, server, iris, look):
    refused = call(server, TokenHolder(server.token()), f"{iris.path}/nowhere")
    request = json.loads(refused.body)["request_id"]
    server.record(request)
    tab: Console = console(look)
    tabs = ["", "predict", "updates", "monitoring", "events", "logs", "tags", "update"]
    pages = ["", "services", "services/new", *(f"services/{iris.id}/{one}".rstrip("/") for one in tabs), "models", "models/import", f"models/{iris.model_id}"]
    pages += ["requests", f"requests/{request}", "apps", "audit"]
    for path in [*(f"/p/default/{one}".rstrip("/") for one in pages), "/errors", "/errors/APIG.0101", "/credentials", "/users", "/projects", "/audit", f"/explain/{request}"]:
        tab.go(path)
        expect(tab.page.get_by_role("heading", level=1)).not_to_be_empty()
        expect(tab.page.locator("[aria-busy=true]")).to_have_count(0)
        tab.check()
        covered = tab.page.evaluate(COVERED)
        assert not covered, f"{path} {look}: {covered}"
