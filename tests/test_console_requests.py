"""The console's requests, explanations and errors in a real Chromium: a refused call is found, opened, and told what to do next."""

import json
import re

import requests
from playwright.sync_api import expect

from harness.browser import LOOKS, Console
from harness.callers import KeyHolder, TokenHolder, call
from harness.server import Server


def refused(server: Server, service, path: str = "/predictions/poetr", **more) -> dict:
    """The body of a call to a path that nobody declares."""
    answer = call(server, TokenHolder(server.token()), service.path + path, **more)
    assert answer.status == 404, answer
    return json.loads(answer.body)


def paste(tab: Console, text: str) -> None:
    """Pastes as a person does who has clicked nowhere in particular."""
    tab.page.evaluate(
        """(text) => {
            const data = new DataTransfer();
            data.setData("text", text);
            document.body.dispatchEvent(new ClipboardEvent("paste", {clipboardData: data, bubbles: true}));
        }""",
        text,
    )


@LOOKS
def test_a_refused_call_is_found_in_the_journal_and_explained(console, server, poetry, look):
    body = refused(server, poetry)
    tab = console(look).in_project("requests?status=4xx&code=route.undeclared_path")
    page = tab.page
    first = page.get_by_role("row").filter(has_text="/predictions/poetr").first
    expect(first).to_contain_text("APIG.0101")
    tab.check()
    page.locator(f"a[href$='/requests/{body['request_id']}']").click()
    expect(page.get_by_text(tab.text("What to do next", "下一步"))).to_be_visible()
    steps = page.get_by_role("list", name=tab.text("Steps of the request", "请求经过的步骤"))
    expect(steps.get_by_role("listitem")).to_have_count(8)
    expect(steps.get_by_role("listitem").first).to_contain_text(tab.text("refused", "拒绝"))
    nearest = page.get_by_role("region", name=tab.text("Did you mean", "您是否想调用"))
    expect(nearest.locator("mark")).to_have_text("y")
    tab.check()
    page.get_by_role("link", name="route.undeclared_path").click()
    expect(page).to_have_url(re.compile(r"/errors/APIG\.0101#route\.undeclared_path$"))
    expect(page.locator("[id='route.undeclared_path']")).to_be_in_viewport()
    tab.check()


def test_a_pasted_error_body_opens_its_explanation_wherever_one_is(console, server, poetry):
    body = refused(server, poetry)
    tab = console().go("/errors")
    expect(tab.page.get_by_role("heading", name="Errors", exact=True)).to_be_visible()
    paste(tab, json.dumps(body))
    expect(tab.page).to_have_url(re.compile(f"/p/default/requests/{body['request_id']}$"))
    # Without its id, the code is what is left of it.
    paste(tab, '{"error_code":"APIG.0304","error_msg":"The app is not authorized to access the API"}')
    expect(tab.page).to_have_url(re.compile(r"/errors/APIG\.0304$"))
    expect(tab.page.get_by_text("app.not_authorised").first).to_be_visible()


def test_a_caller_opens_their_share_of_the_explanation_and_no_more(console, server, poetry):
    name, password = server.member("caller")
    token = server.new_token(user=name, password=password)
    answer = call(server, TokenHolder(token), poetry.path + "/predictions/poetr")
    tab = console(user=name, password=password)
    paste(tab, json.loads(answer.body)["request_id"])
    expect(tab.page.get_by_text("You see your part of the explanation")).to_be_visible()
    expect(tab.page.get_by_text("What to do next")).to_be_visible()
    expect(tab.page.get_by_role("link", name="Requests", exact=True)).to_have_count(0)
    tab.check()


def test_a_canonical_request_is_compared_line_by_line_with_the_clients(console, server, poetry):
    key = KeyHolder(server.bootstrap["access_key"], "x" * 40)
    request = json.loads(call(server, key, poetry.path + "/predictions/poetry").body)["request_id"]
    tab = console().in_project(f"requests/{request}")
    page = tab.page
    lines = page.get_by_role("region", name="Signature").get_by_role("table").first
    expect(lines.get_by_role("row").first).to_contain_text("POST")
    ours = page.get_by_role("region", name="Signature").locator("table").first.locator("tr td:last-of-type").all_inner_texts()
    theirs = "\n".join(line.rstrip("/") if line.startswith("/v1/") else line for line in ours)
    page.get_by_role("textbox", name="The client's canonical request").fill(theirs)
    expect(page.get_by_text("1 line differs.")).to_be_visible()
    expect(lines.locator("mark").first).to_have_text("/")
    tab.check()


def test_names_and_paths_of_strangers_are_data(console, server, poetry):
    path = "/%3Cimg%20src=x%20onerror=alert(1)%3E/" + "א" * 40
    refused(server, poetry, path=requests.utils.quote(path, safe="/%"))
    tab = console().in_project("requests?code=route.undeclared_path")
    expect(tab.page.get_by_role("row").nth(1)).to_contain_text("img")
    assert tab.page.locator("main img").count() == 0
    tab.check()


@LOOKS
def test_the_catalogue_is_searched_in_both_languages(console, look):
    tab = console(look).go("/errors")
    page = tab.page
    for code in ("APIG.0101", "APIG.0201", "APIG.0301", "APIG.1009"):
        expect(page.get_by_role("link", name=re.compile(f"^{code}")).first).to_be_visible()
    tab.check()
    # The other language's words find it too.
    search = page.get_by_role("searchbox", name=tab.text("Search codes, causes and fixes", "搜索错误码、原因与处理方法"))
    search.fill("没有获得该 API 的授权" if look.language == "en" else "not authorised for the API")
    found = page.get_by_role("row").filter(has_text="APIG.0304")
    expect(found.first).to_be_visible()
    found.first.get_by_role("link").click()
    expect(page.get_by_role("heading", name="APIG.0304").first).to_be_visible()
    tab.check()
