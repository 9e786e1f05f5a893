"""What such pages get wrong: odd names and answers, bad networks, several tabs, things that are gone, people who are quick. A test for each."""

import json
import re
import uuid

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from harness.browser import PHONE, Console
from harness.callers import TokenHolder, call
from harness.server import Server
from test_console_management import unique

# A name of the greatest length that a service may have.
LONG = "n" + "a" * 62 + "z"
MARKUP = "<img src=x onerror=alert(1)><script>1</script>"
# Right to left, with an override that would turn around all that follows it.
RIGHT_TO_LEFT = "\u202eשלום עולם *bold* 加粗"
JSON = {"Content-Type": "application/json"}


@pytest.fixture(scope="module")
def signed_in(browser: Browser, server: Server):
    """One session for all these tests."""
    tab = Console.open(browser, server).sign_in()
    yield tab
    tab.close()


@pytest.fixture
def tab(signed_in: Console):
    one = signed_in.another()
    yield one
    one.page.close()


@pytest.fixture(scope="module")
def odd(server: Server, iris):
    """A service that is stopped, with an odd name and description."""
    body = {
        "service_name": LONG,
        "description": f"{RIGHT_TO_LEFT} " + "x" * 60,
        "infer_type": "real-time",
        "config": [{"model_id": iris.model_id, "weight": 100, "specification": "modelarts.vm.cpu.2u", "instance_count": 1}],
    }
    service = server.manage("POST", "/v1/{project}/services", json=body)["service_id"]
    server.manage("PUT", f"/v1/{{project}}/services/{service}", json={"status": "stopped"})
    tags = [{"key": "k" * 128, "value": "v" * 255}, {"key": "מפתח", "value": "ערך"}]
    server.manage("POST", f"/v1/{{project}}/services/{service}/tags/create", json={"tags": tags})
    yield service
    server.manage("DELETE", f"/v1/{{project}}/services/{service}")


def service_of(server: Server, iris, name: str = "") -> str:
    """A new service; its id."""
    config = [{"model_id": iris.model_id, "weight": 100, "specification": "modelarts.vm.cpu.2u", "instance_count": 1}]
    body = {"service_name": name or unique("case"), "infer_type": "real-time", "config": config}
    return server.manage("POST", "/v1/{project}/services", json=body)["service_id"]


def answer(page: Page, where: str, **answer) -> None:
    """Whatever is asked there is answered so."""
    page.route(re.compile(where), lambda route: route.fulfill(**answer))


def predicted(tab: Console, iris, body: bytes | str, kind: str, **more):
    """The Prediction tab after an answer of the model's like this."""
    headers = {"Content-Type": kind, "X-Adyton-Answered-By": "model", "X-Request-Id": "0" * 32}
    answer(tab.page, "/adyton/v1/[^/]+/services/[^/]+/predict", body=body, headers=headers, **more)
    tab.in_project(f"services/{iris.id}/predict")
    tab.press("Send")
    region = tab.page.get_by_role("region", name="Answer")
    expect(region).to_contain_text(str(more.get("status", 200)))
    return region


# Names and texts


def test_a_long_name_does_not_widen_a_list_on_a_phone(console, odd):
    tab = console(PHONE).in_project("services")
    expect(tab.page.get_by_role("link", name=LONG)).to_be_visible()
    tab.check()


def test_a_long_name_does_not_widen_its_page_on_a_phone(console, odd):
    tab = console(PHONE).in_project(f"services/{odd}")
    expect(tab.page.get_by_role("heading", name=LONG)).to_be_visible()
    tab.check()
    tab.follow("", "标签")
    expect(tab.page.get_by_text("v" * 255)).to_be_visible()
    tab.check()


def test_text_from_right_to_left_stays_in_its_line(tab, odd):
    tab.in_project(f"services/{odd}")
    about = tab.page.get_by_text("*bold* 加粗")
    assert about.evaluate("element => element.dir") == "auto"
    expect(tab.page.get_by_text("Model versions")).to_be_visible()
    tab.check()


def test_markup_in_a_name_is_text(tab, server, iris):
    # No name that the server takes has any; a page does not count on that.
    shown = server.manage("GET", f"/v1/{{project}}/services/{iris.id}") | {"service_name": MARKUP, "description": MARKUP}
    answer(tab.page, "/v1/[^/]+/services/[0-9a-f-]{36}$", body=json.dumps(shown), headers=JSON)
    tab.in_project(f"services/{iris.id}")
    expect(tab.page.get_by_role("heading", level=1)).to_have_text(MARKUP)
    assert tab.page.locator("main img, main script").count() == 0
    tab.check()


def test_markup_in_a_refusal_is_text(tab):
    answer(tab.page, "/v1/[^/]+/services[?]", status=400, body=json.dumps({"error_code": "ModelArts.0101", "error_msg": MARKUP}), headers=JSON)
    tab.in_project("services")
    expect(tab.page.get_by_role("alert")).to_contain_text(MARKUP)
    assert tab.page.locator("main img").count() == 0


def test_markup_and_a_line_without_end_in_a_log_are_text(tab, iris):
    lines = [
        {"at": "2026-01-01T00:00:00.000Z", "instance_id": "0" * 32, "stream": "stdout", "text": text} for text in (MARKUP, "x" * 100_000, "\x1b[31mred\x07")
    ]
    answer(tab.page, "/log[?]", body=json.dumps({"lines": lines}), headers=JSON)
    tab.in_project(f"services/{iris.id}/logs")
    expect(tab.page.get_by_text(MARKUP)).to_be_visible()
    assert tab.page.locator("main img").count() == 0
    tab.check()


def test_a_user_whose_name_is_markup_is_text(console, server):
    name = f"<b>{uuid.uuid4().hex[:6]}<b> שלום"
    user = server.manage("POST", "/v3/users", json={"user": {"name": name, "password": "Correct-horse-1"}})["user"]["id"]
    server.manage("PUT", f"/v3/projects/{server.project}/users/{user}/roles/auditor")
    tab = console(user=name, password="Correct-horse-1")
    expect(tab.page.get_by_role("button", name=re.compile("User menu"))).to_contain_text(name)
    tab.check()


def test_a_project_with_an_odd_name_has_its_addresses(console, server):
    name = f"Team A-B 100% ü/{uuid.uuid4().hex[:4]}"
    answer = server.call("POST", "/v3/projects", json={"project": {"name": name}})
    if answer.status_code == 400:
        # What the server does not take needs no address.
        name = f"team_{uuid.uuid4().hex[:6]}"
        answer = server.call("POST", "/v3/projects", json={"project": {"name": name}})
    assert answer.status_code == 201, answer.text
    tab = console()
    tab.page.get_by_role("button", name="Project: default").click()
    tab.page.get_by_role("menuitem", name=name).click()
    expect(tab.page.get_by_role("button", name=f"Project: {name}")).to_be_visible()
    tab.follow("Models")
    expect(tab.page.get_by_role("heading", name="No models yet")).to_be_visible()
    tab.page.reload()
    expect(tab.page.get_by_role("heading", name="No models yet")).to_be_visible()
    tab.check()


def test_a_search_with_signs_of_patterns_is_taken_literally(tab, iris):
    for text in ("%", "_", ".*", "(", "\\", "'", "🙂"):
        tab.in_project("services")
        tab.page.get_by_role("searchbox").fill(text)
        expect(tab.page.get_by_role("heading", name="No matching services")).to_be_visible()
    assert not tab.refusals


# Answers of models


def test_an_answer_with_markup_is_text(tab, iris):
    region = predicted(tab, iris, f"<html><body>{MARKUP}</body></html>", "text/html")
    expect(region).to_contain_text(MARKUP)
    assert tab.page.locator("main img").count() == 0
    tab.check()


def test_a_huge_answer_is_cut_and_the_page_goes_on(tab, iris):
    region = predicted(tab, iris, json.dumps(["x" * 100] * 60_000), "application/json")
    expect(region.get_by_text("only its beginning is shown")).to_be_visible()
    tab.follow("Events")
    expect(tab.page.get_by_text("is being deployed").first).to_be_visible()


def test_an_answer_of_bytes_is_offered_as_a_file(tab, iris):
    region = predicted(tab, iris, bytes(range(256)) * 100, "application/octet-stream")
    expect(region.get_by_role("link", name=re.compile("Save the file"))).to_be_visible()
    with tab.page.expect_download() as download:
        region.get_by_role("link", name=re.compile("Save the file")).click()
    assert download.value.path().read_bytes() == bytes(range(256)) * 100
    tab.check()


def test_an_answer_that_is_a_picture_is_shown(tab, iris):
    pixel = bytes.fromhex("47494638396101000100800000000000ffffff21f90401000000002c00000000010001000002024401003b")
    region = predicted(tab, iris, pixel, "image/gif")
    expect(region.get_by_role("img", name="A picture from the answer")).to_be_visible()
    tab.check()


def test_a_picture_that_could_run_scripts_is_not_shown_as_one(tab, iris):
    region = predicted(tab, iris, f"<svg xmlns='http://www.w3.org/2000/svg'>{MARKUP}</svg>", "image/svg+xml")
    expect(region).to_contain_text("200")
    expect(region.get_by_role("img")).to_have_count(0)


def test_an_answer_that_says_json_and_is_none_stays_as_it_is(tab, iris):
    region = predicted(tab, iris, '{"open": [1, 2', "application/json")
    expect(region).to_contain_text('{"open": [1, 2')
    tab.check()


def test_an_answer_without_a_body_is_told(tab, iris):
    region = predicted(tab, iris, "", "application/json")
    expect(region).to_contain_text("The answer has no body.")


def test_long_numbers_keep_their_digits(tab, iris):
    region = predicted(tab, iris, '{"id": 123456789012345678901234567890, "small": 1e-400, "last": 1.10}', "application/json")
    for number in ("123456789012345678901234567890", "1e-400", "1.10"):
        expect(region).to_contain_text(number)


def test_an_answer_nested_very_deep_does_not_break_the_page(tab, iris):
    region = predicted(tab, iris, "[" * 5000 + "]" * 5000, "application/json")
    expect(region).to_contain_text("[[[")
    assert not tab.faults, tab.faults


def test_an_answer_with_broken_text_is_shown(tab, iris):
    region = predicted(tab, iris, b'{"text": "\xff\xfe \\ud800 \\u0000"}', "application/json")
    expect(region).to_contain_text("text")
    tab.check()


def test_a_401_of_the_model_is_no_end_of_the_session(tab, iris):
    region = predicted(tab, iris, '{"error": "who are you"}', "application/json", status=401)
    expect(region).to_contain_text("who are you")
    expect(tab.page.get_by_role("dialog")).to_have_count(0)


def test_a_large_body_is_typed_without_a_halt(tab, iris):
    tab.in_project(f"services/{iris.id}/predict")
    box = tab.page.get_by_role("textbox", name="Body")
    # In one line: the browser itself takes many at once very slowly.
    box.fill(json.dumps([{"value": number} for number in range(60_000)]))
    took = box.evaluate(
        """async (box) => {
            const begun = performance.now();
            box.focus();
            document.execCommand("insertText", false, " ");
            await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
            return performance.now() - begun;
        }"""
    )
    assert took < 1500


# Clocks


@pytest.mark.parametrize("hours", [-30, 30])
def test_a_clock_that_is_off_does_not_change_what_is_just_now(browser, server, iris, hours):
    tab = Console.open(browser, server)
    tab.page.add_init_script(f"{{ const real = Date.now.bind(Date); Date.now = () => real() + {hours} * 3600000; }}")
    tab.sign_in()
    name = unique("clock")
    service = service_of(server, iris, name)
    tab.in_project(f"services/{service}")
    expect(tab.page.get_by_text(re.compile("now|sec. ago|min. ago")).first).to_be_visible()
    expect(tab.page.get_by_text(re.compile("in \\d+ (hr|day)|\\d (hr|days?). ago|yesterday|tomorrow"))).to_have_count(0)
    server.manage("DELETE", f"/v1/{{project}}/services/{service}")
    tab.close()


# Networks and servers


def test_a_list_of_a_server_that_cannot_be_reached_stays_and_comes_back(tab, iris):
    tab.in_project("services?name=iris")
    page = tab.page
    expect(page.get_by_role("link", name="iris", exact=True)).to_be_visible()
    page.route("**/v1/**", lambda route: route.abort())
    page.get_by_role("searchbox").fill("iri")
    expect(page.get_by_role("alert")).to_contain_text("The server cannot be reached.")
    page.unroute("**/v1/**")
    tab.press("Try again")
    expect(page.get_by_role("link", name="iris", exact=True)).to_be_visible()
    expect(page.get_by_role("alert")).to_have_count(0)


def test_a_500_is_told_with_its_request_and_tried_again(tab, iris):
    body = {"error_code": "ModelArts.0106", "error_msg": "Internal error", "request_id": "f" * 32}
    headers = JSON | {"X-Request-Id": "f" * 32}
    answer(tab.page, "/v1/[^/]+/services/[0-9a-f-]{36}$", status=500, body=json.dumps(body), headers=headers)
    tab.in_project(f"services/{iris.id}")
    alert = tab.page.get_by_role("alert")
    expect(alert).to_contain_text("Internal error")
    expect(alert).to_contain_text("f" * 32)
    tab.check()
    tab.page.unroute_all()
    tab.press("Try again")
    expect(tab.page.get_by_role("heading", name="iris")).to_be_visible()


def test_a_proxys_page_of_an_error_is_told_in_words(tab):
    page = f"<html><head><title>502 Bad Gateway</title></head><body>{MARKUP}</body></html>"
    answer(tab.page, "/v1/[^/]+/services[?]", status=502, body=page, headers={"Content-Type": "text/html"})
    tab.in_project("services")
    alert = tab.page.get_by_role("alert")
    expect(alert).to_contain_text("502")
    expect(alert).not_to_contain_text("<")


def test_an_answer_that_is_no_json_breaks_nothing(tab):
    answer(tab.page, "/v1/[^/]+/services[?]", body="not json", headers=JSON)
    tab.in_project("services")
    expect(tab.page.get_by_role("alert")).to_be_visible()
    expect(tab.page.get_by_role("navigation", name="Navigation")).to_be_visible()


def test_a_slow_server_shows_that_something_comes(tab, iris):
    held: list[Route] = []
    is_slow = True
    tab.page.route(re.compile("/v1/[^/]+/services[?]"), lambda route: held.append(route) if is_slow else route.continue_())
    tab.in_project("services")
    expect(tab.page.get_by_role("table", name="Services")).to_have_attribute("aria-busy", "true")
    is_slow = False
    for route in held:
        route.continue_()
    expect(tab.page.get_by_role("link", name="iris", exact=True)).to_be_visible()


def test_a_slow_answer_does_not_replace_a_newer_one(tab, iris, odd):
    held: list[Route] = []
    page = tab.page
    tab.in_project("services")
    expect(page.get_by_role("link", name="iris", exact=True)).to_be_visible()
    page.route(re.compile("service_name=naaa"), lambda route: held.append(route))
    page.get_by_role("searchbox").fill("naaa")
    page.get_by_role("searchbox").fill("iris")
    expect(page.get_by_role("link", name=LONG)).to_have_count(0)
    for route in held:
        route.continue_()
    expect(page.get_by_role("link", name="iris", exact=True)).to_be_visible()
    expect(page.get_by_role("link", name=LONG)).to_have_count(0)


def test_without_the_live_stream_the_page_works(tab, iris):
    # A browser without shared workers: what a worker asks for is not answered by the test.
    tab.page.add_init_script("delete globalThis.SharedWorker")
    answer(tab.page, "/adyton/v1/[^/]+/live", status=429, body="{}", headers=JSON)
    tab.in_project("requests")
    expect(tab.page.get_by_role("heading", name="Requests", exact=True)).to_be_visible()
    expect(tab.page.get_by_role("alert")).to_have_count(0)
    assert not tab.faults, tab.faults


def test_more_pages_than_a_browser_has_connections_are_all_alive(console, server, iris):
    """A browser opens six connections to a server: streams that took one a page would leave none to the seventh page."""
    tabs = [console()]
    tabs += [tabs[0].another() for _ in range(8)]
    for number, tab in enumerate(tabs):
        tab.in_project(f"services/{iris.id}" if number % 2 else "requests")
        expect(tab.page.get_by_role("heading", level=1)).to_be_visible()
    refused = json.loads(call(server, TokenHolder("nonsense"), f"{iris.path}/alive").body)["request_id"]
    server.manage("PUT", f"/v1/{{project}}/services/{iris.id}", json={"description": "seen by all"})
    for number, tab in enumerate(tabs):
        told = tab.page.get_by_text("seen by all") if number % 2 else tab.page.locator(f"a[href*='{refused}']").first
        expect(told).to_be_visible()
        assert not tab.faults, tab.faults
    server.manage("PUT", f"/v1/{{project}}/services/{iris.id}", json={"description": ""})


def test_too_many_sign_ins_are_told_and_the_form_stays(console):
    tab = console(sign_in=False)
    headers = JSON | {"Retry-After": "60", "X-Adyton-Reason": "manage.too_many_sign_ins"}
    body = {"error_code": "ADYTON.0429", "error_msg": "Too many sign-ins: try again in 60 seconds"}
    answer(tab.page, "/adyton/v1/session$", status=429, body=json.dumps(body), headers=headers)
    tab.go("/sign-in")
    tab.fill("User", "", "admin")
    tab.page.get_by_label("Password").fill("whatever")
    tab.press("Sign in")
    expect(tab.page.get_by_role("alert")).to_contain_text("try again in 60 seconds")
    expect(tab.page.get_by_role("textbox", name="User")).to_have_value("admin")
    expect(tab.page.get_by_role("button", name="Sign in", exact=True)).to_be_enabled()
    tab.check()


def test_a_browser_that_keeps_nothing_is_served(browser, server):
    tab = Console.open(browser, server)
    tab.page.add_init_script("Object.defineProperty(window, 'localStorage', {get() { throw new DOMException('denied', 'SecurityError'); }})")
    tab.sign_in()
    expect(tab.page.get_by_role("heading", name="Overview")).to_be_visible()
    tab.follow("Services")
    expect(tab.page.get_by_role("heading", name="Services", exact=True)).to_be_visible()
    tab.page.reload()
    expect(tab.page.get_by_role("heading", name="Services", exact=True)).to_be_visible()
    tab.close()


# Tabs, addresses, going back


def test_what_another_tab_deletes_leaves_this_list(tab, signed_in, server, iris):
    name = unique("gone")
    service = service_of(server, iris, name)
    tab.in_project(f"services?name={name}")
    expect(tab.page.get_by_role("link", name=name)).to_be_visible()
    server.manage("DELETE", f"/v1/{{project}}/services/{service}")
    expect(tab.page.get_by_role("heading", name="No matching services")).to_be_visible()


def test_a_service_that_is_deleted_meanwhile_is_told(tab, server, iris):
    service = service_of(server, iris)
    tab.in_project(f"services/{service}")
    expect(tab.page.get_by_role("button", name="Stop", exact=True)).to_be_visible()
    server.manage("DELETE", f"/v1/{{project}}/services/{service}")
    expect(tab.page.get_by_role("heading", name="This service does not exist")).to_be_visible()
    tab.check()


def confirm_deletion(tab: Console, name: str) -> None:
    dialog = tab.page.get_by_role("alertdialog")
    dialog.get_by_role("textbox").fill(name)
    dialog.get_by_role("button", name="Delete", exact=True).click()


def test_going_back_after_deleting_says_that_it_is_gone(tab, server, iris):
    name = unique("back")
    service = service_of(server, iris, name)
    server.wait_for_status(service, "running")
    tab.in_project(f"services/{service}")
    tab.press("More actions")
    tab.page.get_by_role("menuitem", name="Delete").click()
    confirm_deletion(tab, name)
    expect(tab.page).to_have_url(re.compile("/services$"))
    tab.page.go_back()
    expect(tab.page.get_by_role("heading", name="This service does not exist")).to_be_visible()


def test_another_user_in_another_tab_takes_this_one_along(console, server):
    tab = console()
    other = tab.another()
    name, password = server.member("auditor")
    other.go("/sign-in")
    expect(other.page.get_by_role("heading", name="Overview")).to_be_visible()
    other.page.get_by_role("button", name="User menu").click()
    other.page.get_by_role("menuitem", name="Sign out").click()
    expect(tab.page.get_by_role("textbox", name="User")).to_be_visible()

    def sign_in(user: str, password: str) -> None:
        other.page.get_by_role("textbox", name="User").fill(user)
        other.page.get_by_label("Password").fill(password)
        other.press("Sign in")
        expect(other.page.get_by_role("button", name=re.compile("User menu"))).to_contain_text(user)

    sign_in(name, password)
    tab.go("/")
    expect(tab.page.get_by_role("button", name=re.compile("User menu"))).to_contain_text(name)
    # A session that ended by itself, and then another user's: nobody has signed out.
    tab.page.context.clear_cookies()
    other.go("/sign-in")
    sign_in(server.bootstrap["user"]["name"], server.bootstrap["password"])
    expect(tab.page.get_by_role("button", name=re.compile("User menu"))).to_contain_text(server.bootstrap["user"]["name"])


def test_a_tab_that_there_is_none_is_the_first_one(tab, iris):
    tab.in_project(f"services/{iris.id}/no-such-tab")
    expect(tab.page.get_by_role("link", name="Usage Guides", exact=True)).to_have_attribute("aria-current", "page")
    expect(tab.page.get_by_text("data.req_data[].sepal_length")).to_be_visible()
    expect(tab.page).to_have_url(re.compile(f"/services/{iris.id}$"))


def test_an_address_that_is_badly_written_leads_nowhere_and_breaks_nothing(tab):
    for path in ("/errors/%E0%A4%A", "/p/%E0%A4%A/services", "/p/default/services/%00", "/explain/nothing"):
        tab.go(path)
        expect(tab.page.get_by_role("main")).to_be_visible()
        expect(tab.page.get_by_role("main").get_by_role("heading").or_(tab.page.get_by_role("alert")).first).to_be_visible()
        expect(tab.page.get_by_text(re.compile("URI|undefined|TypeError"))).to_have_count(0)


def test_choices_that_there_are_none_are_not_taken(tab, iris):
    tab.in_project("services?status=nonsense&name=iris")
    expect(tab.page.get_by_role("link", name="iris", exact=True)).to_be_visible()
    tab.in_project(f"services/{iris.id}/monitoring?range=99y")
    expect(tab.page.get_by_role("figure", name="Latency")).to_be_visible()
    for width in (720, 800, 1024, 1340):
        tab.page.set_viewport_size({"width": width, "height": 800})
        too_wide = tab.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert too_wide <= 0, f"{width}: {too_wide}"
    tab.page.context.set_offline(True)
    expect(tab.page.get_by_text("No connection")).to_be_visible()
    tab.page.context.set_offline(False)
    expect(tab.page.get_by_text("No connection")).to_have_count(0)
    tab.in_project("requests?range=nonsense")
    expect(tab.page.get_by_role("heading", name="Requests", exact=True)).to_be_visible()
    assert not tab.refusals, tab.refusals


def test_a_request_that_nobody_knows_is_told(tab):
    for request in ("0" * 32, "0" * 400):
        tab.go(f"/explain/{request}")
        expect(tab.page.get_by_role("heading", name="No record of this id")).to_be_visible()
        tab.check()
    tab.in_project(f"audit/{'0' * 32}")
    expect(tab.page.get_by_role("heading", name="No record of this call")).to_be_visible()
    for path, thing in ((f"apps/{'0' * 32}", "app"), (f"models/{uuid.UUID(int=0)}", "model")):
        tab.in_project(path)
        expect(tab.page.get_by_role("heading", name=f"This {thing} does not exist")).to_be_visible()


def test_a_user_whose_name_is_taken_is_told_there_and_a_deleted_one_is_gone(tab, server):
    name = unique("short")
    user = server.manage("POST", "/v3/users", json={"user": {"name": name, "password": "Correct-horse-1"}})["user"]["id"]
    tab.go("/users")
    tab.press("Create a user")
    tab.fill("Name", "", name)
    dialog = tab.page.get_by_role("dialog")
    dialog.get_by_label("Password").fill("Correct-horse-1")
    dialog.get_by_role("button", name="Create", exact=True).click()
    expect(tab.page.get_by_role("textbox", name="Name")).to_have_accessible_description(re.compile("taken"))
    tab.go(f"/users/{user}")
    tab.press("Delete")
    confirm_deletion(tab, name)
    expect(tab.page).to_have_url(re.compile("/users$"))
    tab.page.go_back()
    expect(tab.page.get_by_role("heading", name="This user does not exist")).to_be_visible()
    tab.check()


# Sessions


def test_a_renewal_that_is_called_off_keeps_what_was_typed(console, iris):
    tab = console().in_project("services/new")
    tab.fill("Name", "", "kept")
    tab.page.context.clear_cookies()
    tab.press("Deploy")
    expect(tab.page.get_by_role("dialog")).to_contain_text("Your session has ended")
    tab.page.keyboard.press("Escape")
    expect(tab.page.get_by_role("textbox", name="Name")).to_have_value("kept")
    expect(tab.page.get_by_role("alert").first).to_be_visible()


def test_a_wrong_password_in_the_renewal_is_told_there(console, server, iris):
    tab = console().in_project("services/new")
    name = unique("renewed")
    tab.fill("Name", "", name)
    tab.page.context.clear_cookies()
    tab.press("Deploy")
    dialog = tab.page.get_by_role("dialog")
    dialog.get_by_label("Password").fill("wrong")
    dialog.get_by_role("button", name="Sign in and continue").click()
    expect(dialog.get_by_role("alert")).to_be_visible()
    dialog.get_by_label("Password").fill(server.bootstrap["password"])
    dialog.get_by_role("button", name="Sign in and continue").click()
    expect(tab.page.get_by_role("heading", name=name)).to_be_visible()


def test_a_user_without_a_project_is_told_whom_to_ask(console, server):
    name = unique("nobody")
    server.manage("POST", "/v3/users", json={"user": {"name": name, "password": "Correct-horse-1"}})
    tab = console(user=name, password="Correct-horse-1")
    expect(tab.page.get_by_role("heading", name="No project yet")).to_be_visible()
    tab.check()


# Forms


def test_two_presses_deploy_once(tab, server, iris):
    name = unique("twice")
    tab.in_project("services/new")
    tab.fill("Name", "", name)
    tab.page.get_by_role("button", name="Deploy", exact=True).dblclick()
    expect(tab.page.get_by_role("heading", name=name)).to_be_visible()
    assert len(server.manage("GET", f"/v1/{{project}}/services?service_name={name}")["services"]) == 1
    assert not tab.refusals, tab.refusals


def test_two_presses_of_enter_create_one_app(tab, server):
    name = unique("twice")
    tab.in_project("apps")
    tab.press("Create an app")
    tab.fill("Name", "", name)
    tab.page.keyboard.press("Enter")
    tab.page.keyboard.press("Enter")
    expect(tab.page.get_by_role("textbox", name="AppSecret")).to_be_visible()
    assert not tab.refusals, tab.refusals


def test_two_presses_add_one_tag(tab, odd):
    tab.in_project(f"services/{odd}/tags")
    tab.fill("Key", "", "team")
    tab.fill("Value", "", "blue")
    tab.page.get_by_role("button", name="Add the tag").dblclick()
    expect(tab.page.get_by_role("listitem").filter(has_text="blue")).to_have_count(1)
    assert not tab.refusals, tab.refusals


def test_a_model_that_is_deleted_meanwhile_is_named(tab, server, iris):
    from harness.server import ROOT

    name = unique("vanishing")
    model = server.import_model(name, ROOT / "samples/iris")
    tab.in_project(f"services/new?model={model}")
    expect(tab.page.get_by_role("combobox", name="Model")).to_have_value(f"{name} 1.0.0")
    server.manage("DELETE", f"/v1/{{project}}/models/{model}")
    tab.press("Deploy")
    expect(tab.page.get_by_role("alert").first).to_be_visible()
    expect(tab.page.get_by_role("textbox", name="Name")).to_have_value(name)
    tab.check()


def test_a_service_that_is_deleted_during_its_update_is_told(tab, server, iris):
    service = service_of(server, iris)
    server.wait_for_status(service, "running")
    tab.in_project(f"services/{service}/update")
    expect(tab.page.get_by_role("textbox", name="Description")).to_be_visible()
    tab.fill("Description", "", "too late")
    server.manage("DELETE", f"/v1/{{project}}/services/{service}")
    tab.press("Update")
    expect(tab.page.get_by_role("alert").first).to_be_visible()
    expect(tab.page.get_by_role("textbox", name="Description")).to_have_value("too late")


def test_another_language_keeps_what_was_typed(tab, iris):
    tab.in_project("services/new")
    tab.fill("Name", "", "kept")
    tab.page.get_by_role("button", name="User menu").click()
    tab.page.get_by_role("menuitem", name="简体中文").click()
    expect(tab.page.get_by_role("heading", name="部署服务")).to_be_visible()
    expect(tab.page.get_by_role("textbox", name="名称")).to_have_value("kept")
    tab.page.get_by_role("button", name="用户菜单").click()
    tab.page.get_by_role("menuitem", name="English").click()
    expect(tab.page.get_by_role("heading", name="Deploy a service")).to_be_visible()


def test_what_is_typed_or_pasted_into_a_field_stays_there(tab, iris):
    tab.in_project("services")
    box = tab.page.get_by_role("searchbox")
    box.click()
    tab.page.keyboard.type("/k")
    expect(box).to_have_value("/k")
    tab.page.evaluate("text => navigator.clipboard.writeText(text)", "a" * 32)
    tab.page.keyboard.press("Control+a")
    tab.page.keyboard.press("Control+v")
    expect(box).to_have_value("a" * 32)
    expect(tab.page).to_have_url(re.compile("/services"))


def test_a_file_that_is_no_package_and_an_empty_one_are_told_at_once(tab):
    tab.in_project("models/import")
    for file, told in (
        ({"name": "photo.jpg", "mimeType": "image/jpeg", "buffer": b"x"}, ".zip"),
        ({"name": "m.zip", "mimeType": "application/zip", "buffer": b""}, "empty"),
    ):
        tab.page.locator("input[type=file]").set_input_files(file)
        tab.press("Import")
        expect(tab.page.get_by_role("alert").first).to_contain_text(told)
    assert not tab.refusals


def test_a_value_is_copied_where_the_browser_has_no_clipboard(tab, iris):
    tab.page.add_init_script("Object.defineProperty(navigator, 'clipboard', {value: undefined})")
    tab.in_project(f"services/{iris.id}")
    tab.page.get_by_role("button", name="Copy", exact=True).first.click()
    expect(tab.page.get_by_role("button", name="Copied").first).to_be_visible()


def test_a_confirmation_asks_for_the_exact_name(tab, odd):
    tab.in_project(f"services/{odd}")
    tab.press("More actions")
    tab.page.get_by_role("menuitem", name="Delete").click()
    dialog = tab.page.get_by_role("alertdialog")
    dialog.get_by_role("textbox").fill(LONG[:-1])
    tab.page.keyboard.press("Enter")
    expect(dialog).to_be_visible()
    tab.page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(tab.page.get_by_role("heading", name=LONG)).to_be_visible()
