"""The page of tools/web in a headless Chromium: it draws digits, reads the answers from the page, takes a picture."""

import functools
import http.server
import pathlib
import re
import shutil
import subprocess
import threading

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
WEB = ROOT / "build/web"
BROWSER = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")

pytestmark = [
    pytest.mark.skipif(not BROWSER, reason="no Chromium is installed"),
    pytest.mark.skipif(not (ROOT / "build/cross/wasm32-simd128/crnn.wasm").exists(), reason="make cross was not run"),
]

# Strokes on the paper of 280 x 280.
DRAWINGS = {
    "1": [[(140, 50), (140, 230)]],
    "7": [[(80, 60), (200, 60), (130, 230)]],
    "0": [[(140, 50), (95, 80), (80, 140), (95, 200), (140, 230), (185, 200), (200, 140), (185, 80), (140, 50)]],
}

# Draws in the page as a hand would, in small steps, and leaves the answer in its own document.
HAND = """<!doctype html><html><body><iframe src="index.html" width="600" height="900"></iframe><pre id="found"></pre>
<script type="module">
const frame = document.querySelector("iframe");
const found = document.getElementById("found");
const wait = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));
try {
  while (frame.contentDocument?.documentElement?.dataset.ready !== "yes") await wait(50);
  const page = frame.contentDocument, paper = page.getElementById("paper"), box = paper.getBoundingClientRect();
  const send = (type, [x, y]) => paper.dispatchEvent(new frame.contentWindow.PointerEvent(
    type, { clientX: box.left + x, clientY: box.top + y, bubbles: true, pointerId: 1 }));
  for (const [label, strokes] of Object.entries(DRAWINGS)) {
    page.getElementById("clear").click();
    for (const stroke of strokes) {
      send("pointerdown", stroke[0]);
      for (let i = 1; i < stroke.length; i++) {
        for (let step = 1; step <= 8; step++) {
          const [a, b] = [stroke[i - 1], stroke[i]];
          send("pointermove", [0, 1].map((axis) => a[axis] + (b[axis] - a[axis]) * step / 8));
        }
      }
      send("pointerup", stroke.at(-1));
    }
    found.textContent += `${label} read as ${page.getElementById("answer").textContent}; `;
  }
  found.textContent += page.getElementById("about").textContent;
} catch (error) {
  found.textContent += `failed: ${error.stack}`;
}
</script></body></html>
"""


@pytest.fixture(scope="module")
def address():
    subprocess.run([ROOT / "tools/web/build"], check=True)
    (WEB / "hand.html").write_text(HAND.replace("DRAWINGS", str(
        {label: [[list(point) for point in stroke] for stroke in strokes] for label, strokes in DRAWINGS.items()})))

    class Quiet(http.server.SimpleHTTPRequestHandler):
        extensions_map = {**http.server.SimpleHTTPRequestHandler.extensions_map, ".wasm": "application/wasm"}

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=WEB))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()


def browse(*options):
    command = [BROWSER, "--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=20000", *options]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=True).stdout


def test_reads_what_is_drawn(address, tmp_path):
    picture = tmp_path / "page.png"
    page = browse("--dump-dom", f"{address}/hand.html")
    found = re.search(r'<pre id="found">(.*?)</pre>', page, re.DOTALL)[1]
    print(found)
    for label in DRAWINGS:
        assert f"{label} read as {label};" in found, found
    assert "simd128" in found
    browse(f"--screenshot={picture}", "--window-size=700,1000", f"{address}/hand.html")
    assert picture.stat().st_size > 5000


def test_is_small(address):
    assert address
    sizes = {path.name: path.stat().st_size for path in WEB.iterdir() if path.name != "hand.html"}
    assert sizes.pop("digits.crnn") <= 400_000
    assert sum(sizes.values()) <= 300_000
