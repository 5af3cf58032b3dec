"""A server between us and an S3 server that fails as it is told.

What is signed is left as it was, so the server behind accepts what it is handed.
"""

from __future__ import annotations

import http.client
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Literal
from urllib.parse import urlsplit

Fault = Literal["500", "503", "403", "drop", "lose", "cut", "hang"]
"""An answer of that status; the connection closed before the request is handed on (drop), or after
it was, without the answer (lose) or with half of its body (cut); no answer for long (hang)."""
Plan = Callable[[int, str], Fault | None]
"""From the request's number, from 1 on, and its method: what goes wrong with it."""

HANG_SECONDS = 3.0
_CODES = {"500": "InternalError", "503": "SlowDown", "403": "AccessDenied"}
_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length"}


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def __init__(self, behind: str, plan: Plan) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.behind, self.plan = urlsplit(behind).netloc, plan
        self.count, self.counting = 0, threading.Lock()

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that was left alone has hung up."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def answer(self) -> None:
        with self.server.counting:
            self.server.count += 1
            number = self.server.count
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        fault = self.server.plan(number, self.command)
        if fault == "hang":
            time.sleep(HANG_SECONDS)
        if fault in ("drop", "hang"):
            self.close_connection = True
        elif fault in _CODES:
            self._refuse(int(fault), _CODES[fault])
        else:
            self._hand_on(body, fault)

    do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = answer  # noqa: N815

    def _refuse(self, status: int, code: str) -> None:
        text = f"<?xml version='1.0'?><Error><Code>{code}</Code></Error>".encode()
        self._send(status, {"Content-Type": "application/xml"}, text)

    def _hand_on(self, body: bytes, fault: Fault | None) -> None:
        behind = http.client.HTTPConnection(self.server.behind, timeout=60)
        behind.request(self.command, self.path, body, dict(self.headers))
        answer = behind.getresponse()
        content = answer.read()
        behind.close()
        if fault == "lose":
            self.close_connection = True
            return
        headers = {name: value for name, value in answer.getheaders() if name.lower() not in _HOP}
        length = int(answer.headers.get("Content-Length") or len(content))
        self._send(answer.status, headers, content, length, is_cut=fault == "cut")

    def _send(
        self,
        status: int,
        headers: dict[str, str],
        content: bytes,
        length: int | None = None,
        *,
        is_cut: bool = False,
    ) -> None:
        self.send_response_only(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content) if length is None else length))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content[: len(content) // 2] if is_cut else content)
        self.close_connection = is_cut

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Nobody asked."""


@contextmanager
def faulty(behind: str, plan: Plan) -> Iterator[str]:
    """A server that hands on to the one `behind`; gives its URL."""
    server = _Server(behind, plan)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
