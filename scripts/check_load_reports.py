"""Opens load test reports in a real browser from the file system: nothing is fetched, nothing complains, everything fits.

    scripts/check-load-reports                    sample runs
    scripts/check_load_reports.py RUNS_FOLDER     any runs folder, with the Python of .build/venv

Pictures go to .build/test-output.
"""

import base64
import os
import pathlib
import sys

os.environ.setdefault("TMS_URL", "http://127.0.0.1:9")
sys.path.insert(0, str(pathlib.Path(__file__).parent))
from check_docs import PICTURES, Browser, check, wait_until  # noqa: E402


class Reader(Browser):
    """Also keeps the addresses of whatever is fetched."""

    def __init__(self):
        self.fetched = []
        super().__init__()
        self.call("Network.enable")

    def note(self, event):
        if event["method"] == "Network.requestWillBeSent":
            self.fetched.append(event["params"]["request"]["url"])
        super().note(event)

    def open(self, path):
        self.call("Page.navigate", url=path.resolve().as_uri())
        wait_until("the page", lambda: self.run(
            "location.protocol === 'file:' && document.readyState === 'complete'"))

    def whole_picture(self, name):
        height = self.run("document.documentElement.scrollHeight")
        width = self.run("innerWidth")
        png = self.call("Page.captureScreenshot", format="png", captureBeyondViewport=True,
                        clip={"x": 0, "y": 0, "width": width, "height": height, "scale": 1})["data"]
        (PICTURES / name).write_bytes(base64.b64decode(png))


# Texts of pictures that cannot be read: too small, cut at the picture's edge, or upon each other.
UNREADABLE = """
[...document.querySelectorAll('svg')].flatMap(svg => {
  const size = svg.viewBox.baseVal, found = [], boxes = [];
  for (const text of svg.querySelectorAll('text')) {
    const box = text.getBBox(), name = `${svg.getAttribute('aria-label')}: ${text.textContent}`;
    if (text.getBoundingClientRect().height < %d) found.push(`${name}: too small`);
    if (box.x < 0 || box.y < 0 || box.x + box.width > size.width || box.y + box.height > size.height) found.push(`${name}: cut`);
    const under = boxes.find(other => box.x < other.x + other.width && other.x < box.x + box.width
      && box.y + 2 < other.y + other.height && other.y + 2 < box.y + box.height);
    if (under) found.push(`${name}: upon ${under.name}`);
    boxes.push({ x: box.x, y: box.y, width: box.width, height: box.height, name: text.textContent });
  }
  return found;
})
"""
TEXT_PIXELS_MIN = 10


def check_page(browser, path, name):
    browser.open(path)
    for width, height, device in [(1280, 900, "desk"), (390, 800, "phone")]:
        browser.size(width, height, is_phone=device == "phone")
        for scheme in ["dark", "light"]:
            browser.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
            browser.picture(f"{name}-{device}-{scheme}.png")
        browser.whole_picture(f"{name}-{device}-whole.png")
        check(browser.run("document.documentElement.scrollWidth") <= width, f"{path}: wider than {width} pixels")
        unreadable = browser.run(UNREADABLE % TEXT_PIXELS_MIN)
        check(not unreadable, f"{path}, {width} pixels wide: {unreadable}")
    browser.size(1280, 900)


def check_hovering(browser):
    """The line under the pointer, and what all charts say of that second."""
    box = browser.run("(() => { const box = document.querySelector('svg.time').getBoundingClientRect();"
                      " return [box.x + box.width / 2, box.y + box.height / 2] })()")
    browser.call("Input.dispatchMouseEvent", type="mouseMoved", x=box[0], y=box[1])
    readings = browser.run("[...document.querySelectorAll('.now')].map(e => e.textContent)")
    check(readings and all(readings), f"hovering shows {readings}")


def check_sorting(browser):
    column = browser.run("[...document.querySelectorAll('th')].findIndex(e => e.textContent === 'req/s')")
    rates = f"[...document.querySelectorAll('#runs tbody tr')].map(e => Number(e.cells[{column}].dataset.sort))"
    for expected in [sorted, lambda values: sorted(values, reverse=True)]:
        browser.run(f"document.querySelectorAll('th button')[{column}].click()")
        values = browser.run(rates)
        check(values == expected(values), f"sorted by rate: {values}")


def main():
    folder = pathlib.Path(sys.argv[1])
    PICTURES.mkdir(parents=True, exist_ok=True)
    browser = Reader()
    try:
        reports = sorted(folder.glob("*/report.html"))
        for report in reports:
            check_page(browser, report, f"load-{report.parent.name}")
            if browser.run("!!document.querySelector('svg.time')"):
                check_hovering(browser)
        check_page(browser, folder / "index.html", "load-runs")
        check(browser.run("(e => e.scrollWidth <= e.clientWidth)(document.querySelector('.scroll'))"),
              "the table of runs is wider than 1280 pixels")
        check_sorting(browser)
        (PICTURES / "load-report.pdf").write_bytes(base64.b64decode(print_pdf(browser, reports[0])))
        elsewhere = [url for url in browser.fetched if not url.startswith(("file:", "data:", "about:"))]
        check(not elsewhere, f"fetched {elsewhere}")
        check(not browser.problems, f"the browser complains: {browser.problems}")
    finally:
        browser.close()
    print(f"load reports: {len(reports)} reports and the runs page; pictures are in {PICTURES}")


def print_pdf(browser, report):
    browser.open(report)
    return browser.call("Page.printToPDF", printBackground=True)["data"]


if __name__ == "__main__":
    try:
        main()
    except AssertionError as failure:
        sys.exit(f"load reports: {failure}")
