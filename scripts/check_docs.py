"""What a person does with the page at /, done by a real browser over the DevTools protocol, keys and all."""

import base64
import itertools
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request

import websocket
import yaml
from openapi_spec_validator import validate

URL = os.environ["TMS_URL"]
PICTURES = pathlib.Path(".build/test-output")
PATIENCE_SECONDS = 60


class Browser:
    """Headless Chromium with one page."""

    def __init__(self):
        self.profile = tempfile.mkdtemp()
        sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
        self.process = subprocess.Popen(
            ["chromium", "--headless=new", "--remote-debugging-port=0", f"--user-data-dir={self.profile}",
             "--no-first-run", "--disable-gpu", "--disable-dev-shm-usage", *sandbox, "about:blank"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.numbers = itertools.count(1)
        self.problems = []
        self.socket = websocket.create_connection(self.page_address(), timeout=PATIENCE_SECONDS, suppress_origin=True)
        for domain in ["Page", "Runtime", "Log"]:
            self.call(domain + ".enable")

    def page_address(self):
        port_file = pathlib.Path(self.profile, "DevToolsActivePort")
        wait_until("the browser to start", lambda: port_file.exists() and port_file.read_text().count("\n") == 1)
        port = port_file.read_text().split()[0]

        def page():
            targets = json.load(urllib.request.urlopen(f"http://127.0.0.1:{port}/json/list"))
            return next((target for target in targets if target["type"] == "page"), None)

        return wait_until("a page", page)["webSocketDebuggerUrl"]

    def call(self, method, **parameters):
        number = next(self.numbers)
        self.socket.send(json.dumps({"id": number, "method": method, "params": parameters}))
        while True:
            message = json.loads(self.socket.recv())
            if message.get("id") == number:
                if "error" in message:
                    raise RuntimeError(f"{method}: {message['error']}")
                return message["result"]
            self.note(message)

    def note(self, event):
        """Keeps what a person would see in red in the browser's console."""
        detail = event.get("params", {})
        if event["method"] == "Runtime.exceptionThrown":
            self.problems.append(detail["exceptionDetails"])
        elif event["method"] == "Runtime.consoleAPICalled" and detail["type"] in ("error", "warning", "assert"):
            self.problems.append(detail["args"])
        elif event["method"] == "Log.entryAdded" and detail["entry"]["level"] in ("error", "warning"):
            # A refusal of a request that was sent on purpose is no problem of the page.
            if not detail["entry"].get("url", "").startswith(URL + "/v1/"):
                self.problems.append(detail["entry"])

    def run(self, expression):
        result = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in result:
            raise RuntimeError(f"{expression}: {result['exceptionDetails']}")
        return result["result"].get("value")

    def focus(self, selector):
        if not self.run(f"(e => {{ e?.focus(); return document.activeElement === e }})(document.querySelector({selector!r}))"):
            raise AssertionError(f"{selector} cannot be focused")

    def press(self, key, code, text=""):
        for kind in ["keyDown", "keyUp"]:
            self.call("Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode=code, text=text)

    def press_enter(self):
        self.press("Enter", 13, "\r")

    def type(self, selector, text):
        self.focus(selector)
        self.call("Input.insertText", text=text)

    def picture(self, name):
        png = self.call("Page.captureScreenshot", format="png", captureBeyondViewport=False)["data"]
        (PICTURES / name).write_bytes(base64.b64decode(png))

    def size(self, width, height, is_phone=False):
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=is_phone)

    def close(self):
        self.process.terminate()
        self.process.wait()
        shutil.rmtree(self.profile, ignore_errors=True)


def wait_until(what, condition):
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end:
        value = condition()
        if value:
            return value
        time.sleep(0.05)
    raise AssertionError(f"waited in vain for {what}")


def check(condition, what):
    if not condition:
        raise AssertionError(what)


def check_document():
    document = json.load(urllib.request.urlopen(URL + "/spec"))
    validate(document)
    check(yaml.safe_load(urllib.request.urlopen(URL + "/spec_yaml")) == document, "the YAML is another document")
    return sum(len(methods) for methods in document["paths"].values())


def send(browser, operation):
    """Opens an operation and sends it, both with the Enter key. Returns the status line and the answer."""
    browser.focus(f"#{operation} > summary")
    if not browser.run(f"document.getElementById({operation!r}).open"):
        browser.press_enter()
    wait_until("the operation to open", lambda: browser.run(f"!!document.querySelector('#{operation} button')"))
    browser.focus(f"#{operation} button")
    browser.press_enter()
    wait_until("an answer", lambda: browser.run(f"document.querySelector('#{operation} pre').hidden === false"))
    wait_until("the end of it", lambda: browser.run(f"document.querySelector('#{operation} button').disabled === false"))
    return (browser.run(f"document.querySelector('#{operation} output').textContent"),
            browser.run(f"document.querySelector('#{operation} pre').textContent"))


def check_page(browser, operations):
    browser.size(1280, 900)
    browser.call("Page.navigate", url=URL + "/")
    wait_until("the operations", lambda: browser.run(
        f"document.querySelectorAll('#operations details').length === {operations}"))

    status, answer = send(browser, "system_version")
    check(status.startswith("200 ") and " ms" in status, status)
    check(json.loads(answer)["tms_version"], answer)

    status, _ = send(browser, "pubkeys_create")
    check(status.startswith("400 "), f"a key was made without a credential: {status}")
    browser.focus("#credentials > summary")
    browser.press_enter()
    for name, value in [("tenant", "test"), ("client_id", "testclient1"), ("client_secret", "secret1")]:
        browser.type(f"#credential-fields input[name={name}]", value)
    check(browser.run("document.querySelector('input[name=client_secret]').type") == "password", "the secret is shown")
    status, answer = send(browser, "pubkeys_create")
    check(status.startswith("201 "), f"{status}: {answer}")
    check(json.loads(answer)["public_key"].startswith("ssh-ed25519 "), answer)
    status, answer = send(browser, "clients_get")
    check(json.loads(answer)["client_id"] == "testclient1", f"{status}: {answer}")
    check(browser.run("localStorage.length + sessionStorage.length + document.cookie.length") == 0, "something was kept")

    browser.type("#filter", "alias")
    visible = browser.run("[...document.querySelectorAll('#operations details')].filter(e => !e.hidden).map(e => e.id)")
    check(visible and all("host_aliases" in identifier for identifier in visible), f"the filter left {visible}")
    browser.run("document.getElementById('filter').value = ''; "
                "document.getElementById('filter').dispatchEvent(new Event('input'))")


def check_looks(browser):
    """Fits a phone, and follows the wish for light or dark."""
    grounds = []
    for scheme in ["light", "dark"]:
        browser.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
        grounds.append(browser.run("getComputedStyle(document.body).backgroundColor"))
        for name, width, height in [("docs", 1280, 900), ("docs-phone", 360, 740)]:
            browser.size(width, height, is_phone=width < 500)
            browser.run("document.getElementById('pubkeys_create').scrollIntoView({behavior: 'instant'})")
            check(browser.run("document.documentElement.scrollWidth") <= width, f"too wide for {width} pixels")
            browser.picture(f"{name}{'' if scheme == 'light' else '-dark'}.png")
    check(grounds[0] != grounds[1], "light and dark look the same")


def main():
    operations = check_document()
    check(operations >= 44, f"only {operations} operations")
    browser = Browser()
    try:
        check_page(browser, operations)
        check_looks(browser)
        check(not browser.problems, f"the browser complains: {browser.problems}")
    finally:
        browser.close()
    print(f"docs: {operations} operations; valid OpenAPI, and the page made a key; pictures are in {PICTURES}")


if __name__ == "__main__":
    try:
        main()
    except AssertionError as failure:
        sys.exit(f"docs: {failure}")
