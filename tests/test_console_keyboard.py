"""The console with the keyboard alone: from signing in to signing out nothing is pointed at, the focus is always seen, and comes back."""

import json
import re

import pytest
from playwright.sync_api import expect

from harness.browser import DESKTOP, PHONE, Console, Look
from harness.callers import AppCodeHolder, TokenHolder, call
from harness.raw import Connection
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


def to(tab: Console, name: str | re.Pattern, key: str = "Tab") -> None:
    """Goes on with Tab until what is called so has the focus."""
    page, walked = tab.page, []
    for _ in range(STOPS):
        found, seen = page.evaluate(FOCUS)
        if re.fullmatch(name, found):
            return
        page.keyboard.press(key)
        found, seen = page.evaluate(FOCUS)
        assert seen, f"{page.url}: nobody sees that `{found}` has the focus"
        walked.append(found)
    raise AssertionError(f"{page.url}: no `{name}` among {walked}")


def press(tab: Console, english: str, chinese: str) -> None:
    to(tab, tab.text(english, chinese))
    tab.page.keyboard.press("Enter")


def go(tab: Console, english: str, chinese: str) -> None:
    """Goes to a page by the palette."""
    page, title = tab.page, tab.text(english, chinese)
    page.keyboard.press("Control+k")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    page.keyboard.type(title)
    expect(dialog.get_by_role("menuitem").first).to_have_text(re.compile(f"^{title}"))
    page.keyboard.press("Enter")
    expect(dialog).to_have_count(0)
    expect(page.get_by_role("heading", name=title, level=1, exact=True)).to_be_visible()


def choose(tab: Console, button: str, option: str) -> None:
    """Opens a list of values and goes down to the one that begins so."""
    page = tab.page
    to(tab, re.compile(button))
    page.keyboard.press("Enter")
    expect(page.get_by_role("listbox")).to_be_visible()
    page.keyboard.press("Home")
    for _ in range(STOPS):
        if page.evaluate("document.activeElement.innerText").startswith(option):
            break
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_role("listbox")).to_have_count(0)


def give_file(tab: Console, control: str, file, key: str) -> None:
    to(tab, control)
    with tab.page.expect_file_chooser() as chooser:
        tab.page.keyboard.press(key)
    chooser.value.set_files(file)


@pytest.mark.parametrize("look", [DESKTOP, PHONE], ids=str)
def test_from_signing_in_to_signing_out(console, server, tmp_path, look):
    tab: Console = console(look, sign_in=False).go("/")
    page, name = tab.page, unique("keys")
    user = tab.text("User", "用户名")
    expect(page.get_by_role("textbox", name=user)).to_be_focused()
    page.keyboard.type(server.bootstrap["user"]["name"])
    page.keyboard.press("Tab")
    page.keyboard.type(server.bootstrap["password"])
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=tab.text("Overview", "概览"))).to_be_visible()

    import_deploy(tab, name)
    predict(tab, name, tmp_path)
    code = authorise(tab, name)
    path = server.manage("GET", f"/v1/{{project}}/services?service_name={name}")["services"][0]["access_address"]
    path = re.sub("^https?://[^/]+", "", path)
    assert call(server, AppCodeHolder(code), path, body=json.dumps(IRIS).encode()).status == 200

    # A call that is refused is found by its id.
    refused = call(server, TokenHolder(server.token()), f"{path}/nowhere")
    page.keyboard.press("Control+k")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.type(json.loads(refused.body)["request_id"])
    expect(page.get_by_role("menuitem", name=re.compile(tab.text("^Explain", "^解释请求")))).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.get_by_text(tab.text("What to do next", "下一步"))).to_be_visible()

    if look.width < 600:
        press(tab, "Open the navigation", "打开导航")
    press(tab, ".*User menu", ".*用户菜单")
    expect(page.get_by_role("menu")).to_be_visible()
    page.keyboard.press("End")
    page.keyboard.press("Enter")
    expect(page.get_by_role("textbox", name=user)).to_be_visible()
    assert not tab.faults, tab.faults


def import_deploy(tab: Console, name: str) -> None:
    page, named = tab.page, tab.text("Name", "名称")
    go(tab, "Models", "模型")
    press(tab, "Import a model", "导入模型")
    archive = {"name": f"{name}.zip", "mimeType": "application/zip", "buffer": package(ROOT / "samples/iris")}
    give_file(tab, tab.text("Choose a package", "选择模型包"), archive, "Enter")
    expect(page.get_by_role("textbox", name=named)).to_have_value(name)
    press(tab, "Import", "导入")
    expect(page.get_by_role("heading", name=name)).to_be_visible()
    expect(page.get_by_text(tab.text("Ready", "可用")).first).to_be_visible()
    press(tab, "Deploy", "部署")
    expect(page.get_by_role("textbox", name=named)).to_have_value(name)
    press(tab, "Deploy", "部署")
    expect(page.get_by_text(tab.text("Running", "运行中"), exact=True)).to_be_visible()


def predict(tab: Console, name: str, tmp_path) -> None:
    page = tab.page
    press(tab, "Prediction", "预测")
    answer = page.get_by_role("region", name=tab.text("Answer", "响应"))
    write(tab, json.dumps(IRIS))
    press(tab, "Send", "发送")
    expect(answer).to_contain_text("setosa")
    write(tab, '{"data": [')
    press(tab, "Send", "发送")
    expect(answer).to_contain_text("400")
    # As a file, small and too large.
    choose(tab, tab.text(".*Kind of body", ".*请求体类型"), tab.text("File", "以文件"))
    small, large = tmp_path / "request.json", tmp_path / "large.bin"
    small.write_text(json.dumps(IRIS))
    large.write_bytes(b" " * (8 * 1024 * 1024 + 1))
    file = tab.text("File", "文件")
    give_file(tab, file, small, "Enter")
    press(tab, "Send", "发送")
    expect(answer).to_contain_text("setosa")
    to(tab, file, "Shift+Tab")
    give_file(tab, file, large, "Enter")
    expect(page.get_by_text(tab.text("More than 8 MiB", "超过 8 MiB"))).to_be_visible()
    press(tab, "Send", "发送")
    expect(answer).to_contain_text("APIG.0201")
    press(tab, "Open the explanation", "查看完整解释")
    expect(page.get_by_role("heading", name=tab.text("Steps in the gateway", "请求在网关中的处理过程"))).to_be_visible()


def write(tab: Console, body: str) -> None:
    to(tab, tab.text("Body", "请求体"), "Shift+Tab")
    tab.page.keyboard.press("Control+a")
    tab.page.keyboard.insert_text(body)


def authorise(tab: Console, name: str) -> str:
    """Makes an app that may call the service; an AppCode of it."""
    page = tab.page
    create, generate = tab.text("Create an app", "创建应用"), tab.text("Generate an AppCode", "生成 AppCode")
    go(tab, "Apps", "应用")
    press(tab, "Create an app", "创建应用")
    expect(page.get_by_role("textbox", name=tab.text("Name", "名称"))).to_be_focused()
    page.keyboard.press("Escape")
    # The focus comes back to where it was.
    expect(page.get_by_role("button", name=create)).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.type(name)
    page.keyboard.press("Enter")
    expect(page.get_by_role("textbox", name="AppSecret")).to_be_visible()
    press(tab, "I have copied it", "我已复制")
    expect(page.get_by_role("heading", name=name)).to_be_visible()
    choose(tab, tab.text(".*API of a service.*", ".*服务的 API.*"), name)
    press(tab, "Authorise", "授权")
    expect(page.get_by_role("region", name=tab.text("May call", "已授权的 API")).get_by_role("link", name=name)).to_be_visible()
    press(tab, "Generate an AppCode", "生成 AppCode")
    code = page.get_by_role("textbox", name="AppCode").input_value()
    press(tab, "I have copied it", "我已复制")
    expect(page.get_by_role("button", name=generate)).to_be_focused()
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


def exchange_unreadable(url: str) -> str:
    """The id of a request whose head is no HTTP."""
    with Connection(url) as connection:
        connection.send(b"\x01 no HTTP\r\n\r\n")
        return connection.read_answer().headers["x-request-id"]


@pytest.mark.parametrize("look", [Look("zh", "dark", 640, 450), Look("en", "light", 360, 740)], ids=str)
def test_every_page_fits_and_covers_nothing(console, server, iris, look):
    refused = call(server, TokenHolder(server.token()), f"{iris.path}/nowhere")
    request = json.loads(refused.body)["request_id"]
    server.record(request)
    # Neither has a method or a path.
    unreadable = [exchange_unreadable(url) for url in (server.gateway, server.control)]
    server.record(unreadable[0])
    tab: Console = console(look)
    tabs = ["", "predict", "updates", "monitoring", "events", "logs", "tags", "update"]
    pages = ["", "services", "services/new", *(f"services/{iris.id}/{one}".rstrip("/") for one in tabs), "models", "models/import", f"models/{iris.model_id}"]
    pages += ["requests", f"requests/{request}", f"requests/{unreadable[0]}", "apps", "audit"]
    for path in [
        *(f"/p/default/{one}".rstrip("/") for one in pages),
        "/errors",
        "/errors/APIG.0101",
        "/credentials",
        "/users",
        "/projects",
        "/audit",
        f"/explain/{request}",
    ]:
        tab.go(path)
        expect(tab.page.get_by_role("heading", level=1)).not_to_be_empty()
        expect(tab.page.locator("[aria-busy=true]")).to_have_count(0)
        tab.check()
        covered = tab.page.evaluate(COVERED)
        assert not covered, f"{path} {look}: {covered}"
