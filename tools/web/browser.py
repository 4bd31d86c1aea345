"""A folder on a local server, and a headless Chromium that shows a page of it, which posts its answer to /answer."""

from __future__ import annotations

import contextlib
import functools
import http.server
import os
import pathlib
import queue
import shutil
import signal
import subprocess
import tempfile
import threading

BROWSER = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


class Server:
    """Where pages are, and what they answer."""

    def __init__(self, folder: pathlib.Path):
        answers = self._answers = queue.Queue()

        class Handler(http.server.SimpleHTTPRequestHandler):
            extensions_map = {**http.server.SimpleHTTPRequestHandler.extensions_map, ".wasm": "application/wasm"}

            def end_headers(self):
                # A page of its own process has a clock of 5 microseconds.
                self.send_header("Cross-Origin-Opener-Policy", "same-origin")
                self.send_header("Cross-Origin-Embedder-Policy", "require-corp")
                super().end_headers()

            def do_POST(self):
                answers.put(self.rfile.read(int(self.headers["Content-Length"])).decode())
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_):
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Handler, directory=folder))
        self.address = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever)
        self._thread.start()

    def close(self):
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def answer(self, page: str, timeout: float = 120) -> str:
        """What the page posts, shown in a browser of its own."""
        while not self._answers.empty():
            self._answers.get()  # of a page whose picture was taken
        with _profile() as profile:
            process = subprocess.Popen(
                [*_command(profile), "--remote-debugging-port=0", f"{self.address}/{page}"],
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
            )
            try:
                return self._answers.get(timeout=timeout)
            finally:
                os.killpg(process.pid, signal.SIGKILL)  # with the processes that it started
                process.wait()

    def picture(self, page: str, path: pathlib.Path, *options: str):
        """A picture of the page, once nothing happens in it any more."""
        with _profile() as profile:
            subprocess.run(
                [*_command(profile), "--virtual-time-budget=20000", f"--screenshot={path}", *options,
                 f"{self.address}/{page}"],
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True, timeout=120,
            )


def _profile():
    # What it started may still write when it has ended.
    return tempfile.TemporaryDirectory(prefix="crnn-browser-", ignore_cleanup_errors=True)


def _command(profile: str) -> list[str]:
    return [
        BROWSER, "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
        "--disable-component-update", f"--user-data-dir={profile}",
    ]


@contextlib.contextmanager
def serve(folder: pathlib.Path):
    server = Server(folder)
    try:
        yield server
    finally:
        server.close()
