"""The console's models, apps, credentials, users and audit in a real Chromium."""

import io
import json
import re
import uuid
import zipfile

from playwright.sync_api import expect

from harness.browser import LOOKS
from harness.callers import AppCodeHolder, KeyHolder, call
from harness.server import ROOT, Server

IRIS = (ROOT / "samples/iris/request.json").read_bytes()


def package(folder, config: dict | None = None) -> bytes:
    """The folder as a .zip, with another `config.json` if one is given."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for file in sorted((folder / "model").rglob("*")):
            name = file.relative_to(folder).as_posix()
            if file.is_file():
                archive.writestr(name, json.dumps(config) if config and name == "model/config.json" else file.read_bytes())
    return out.getvalue()


def unique(word: str) -> str:
    # With a letter: an end of digits alone is taken for a version, and left out of the name that is suggested.
    return f"{word}-x{uuid.uuid4().hex[:6]}"


@LOOKS
def test_a_model_is_imported_by_upload_seen_and_deleted(console, look):
    tab = console(look).in_project("models")
    page, name = tab.page, unique("uploaded")
    tab.follow("Import a model", "导入模型")
    tab.press("Import", "导入")
    expect(page.get_by_role("alert").first).to_contain_text(".zip")
    page.locator("input[type=file]").set_input_files({"name": f"{name}.zip", "mimeType": "application/zip", "buffer": package(ROOT / "samples/iris")})
    expect(page.get_by_role("textbox", name=tab.text("Name", "名称"))).to_have_value(name)
    tab.check()
    tab.press("Import", "导入")
    expect(page.get_by_role("heading", name=name)).to_be_visible()
    expect(page.get_by_text(tab.text("Ready", "可用")).first).to_be_visible()
    expect(page.get_by_text("0.973")).to_be_visible()
    expect(page.get_by_text("data.req_data[].sepal_length")).to_be_visible()
    expect(page.get_by_text(tab.text("No service runs this version.", "没有服务使用该版本。"))).to_be_visible()
    tab.check()
    tab.press("Delete", "删除")
    page.get_by_role("alertdialog").get_by_role("button", name=tab.text("Delete", "删除")).click()
    expect(page).to_have_url(re.compile(r"/models$"))


def test_what_is_wrong_with_a_package_names_file_and_field(console):
    tab = console().in_project("models/import")
    config = json.loads((ROOT / "samples/iris/model/config.json").read_text()) | {"model_type": "Nothing"}
    page, name = tab.page, unique("broken")
    page.locator("input[type=file]").set_input_files({"name": f"{name}.zip", "mimeType": "application/zip", "buffer": package(ROOT / "samples/iris", config)})
    tab.press("Import")
    alert = page.get_by_role("alert").first
    expect(alert).to_contain_text("config.json")
    expect(alert).to_contain_text("model_type")
    tab.check()


def test_a_model_that_is_used_says_by_which_service(console, server, iris):
    tab = console().in_project(f"models/{iris.model_id}")
    used = tab.page.get_by_role("region", name="Used by")
    expect(used.get_by_role("link", name="iris")).to_be_visible()
    tab.press("Delete")
    dialog = tab.page.get_by_role("alertdialog")
    dialog.get_by_role("button", name="Delete").click()
    expect(dialog).to_contain_text("ModelArts.3009")


@LOOKS
def test_an_app_is_made_authorised_and_calls_and_its_secret_is_gone(console, server: Server, iris, look):
    tab = console(look).in_project("apps")
    page, name = tab.page, unique("shop")
    tab.press("Create an app", "创建应用")
    dialog = page.get_by_role("dialog")
    tab.fill("Name", "名称", "x")
    dialog.get_by_role("button", name=tab.text("Create", "创建"), exact=True).click()
    expect(dialog).to_contain_text(tab.text("3 to 64 characters", "3 到 64 个字符"))
    tab.fill("Name", "名称", name)
    dialog.get_by_role("button", name=tab.text("Create", "创建"), exact=True).click()
    secret = page.get_by_role("textbox", name="AppSecret")
    expect(secret).to_be_visible()
    tab.check()
    key = page.get_by_role("textbox", name="AppKey").input_value()
    value = secret.input_value()
    tab.press("I have copied it", "我已复制")
    expect(page.get_by_role("heading", name=name)).to_be_visible()
    assert value not in page.content()
    app = KeyHolder(key, value)
    assert call(server, app, iris.path, body=IRIS).status in (401, 403)
    tab.choose(re.compile(tab.text("API of a service", "服务的 API")), re.compile("^iris$"))
    tab.press("Authorise", "授权")
    authorised = page.get_by_role("region", name=tab.text("May call", "已授权的 API"))
    expect(authorised.get_by_role("link", name="iris")).to_be_visible()
    tab.check()
    tab.press("Generate an AppCode", "生成 AppCode")
    code = page.get_by_role("textbox", name="AppCode").input_value()
    tab.press("I have copied it", "我已复制")
    assert call(server, AppCodeHolder(code), iris.path, body=IRIS).status == 200
    assert code not in page.content()
    tab.press("Delete", "删除")
    confirm = page.get_by_role("alertdialog")
    confirm.get_by_role("textbox").fill(name)
    confirm.get_by_role("button", name=tab.text("Delete", "删除")).click()
    expect(page).to_have_url(re.compile(r"/apps$"))
    assert call(server, AppCodeHolder(code), iris.path, body=IRIS).status == 401


def test_an_access_key_is_shown_once_works_and_is_deleted(console, server, iris):
    name, password = server.member("caller")
    tab = console(user=name, password=password).go("/credentials")
    page = tab.page
    tab.press("Create an access key")
    tab.fill("Description", "", "of a test")
    page.get_by_role("dialog").get_by_role("button", name="Create", exact=True).click()
    access = page.get_by_role("textbox", name="AK").input_value()
    secret = page.get_by_role("textbox", name="SK").input_value()
    tab.press("I have copied it")
    expect(page.get_by_text(access)).to_be_visible()
    assert secret not in page.content()
    assert call(server, KeyHolder(access, secret), iris.path, body=IRIS).status == 200
    tab.press("Delete the access key")
    page.get_by_role("alertdialog").get_by_role("button", name="Delete").click()
    expect(page.get_by_text("No access keys yet.")).to_be_visible()
    assert call(server, KeyHolder(access, secret), iris.path, body=IRIS).status == 401
    tab.check()


def test_a_password_is_changed_without_being_thrown_out(console, server):
    name, password = server.member("caller")
    tab = console(user=name, password=password).go("/credentials")
    page = tab.page
    page.get_by_label("Current password").fill("wrong-password")
    page.get_by_label("New password", exact=True).fill("Another-horse-2")
    page.get_by_label("Repeat the new password").fill("Another-horse-2")
    tab.press("Change the password")
    expect(page.get_by_text("This is not your current password.")).to_be_visible()
    page.get_by_label("Current password").fill(password)
    tab.press("Change the password")
    expect(page.get_by_text("The password was changed.")).to_be_visible()
    page.reload()
    expect(page.get_by_role("heading", name="My credentials")).to_be_visible()


@LOOKS
def test_an_administrator_makes_a_user_who_then_has_a_role(console, server, look):
    tab = console(look).go("/users")
    page, name = tab.page, unique("ada")
    tab.press("Create a user", "创建用户")
    tab.fill("Name", "名称", name)
    page.get_by_role("dialog").get_by_label(tab.text("Password", "密码"), exact=False).fill("Correct-horse-1")
    page.get_by_role("dialog").get_by_role("button", name=tab.text("Create", "创建"), exact=True).click()
    expect(page.get_by_role("heading", name=name)).to_be_visible()
    expect(page.get_by_text(tab.text("No role yet: the user has no permissions.", "还没有角色：该用户没有任何权限。"))).to_be_visible()
    tab.choose(re.compile(tab.text("Role$", "角色$")), "auditor")
    tab.choose(re.compile(tab.text("Scope$", "范围$")), "default")
    tab.press("Grant", "授予")
    expect(page.get_by_role("region", name=tab.text("Roles", "角色")).get_by_role("listitem")).to_contain_text("auditor")
    tab.check()
    # Who did that stands in the audit of the domain.
    tab.go(f"/audit?thing={name}")
    expect(page.get_by_role("row").filter(has_text=tab.text("Grant a role", "授予角色")).first).to_be_visible()
    tab.check()
