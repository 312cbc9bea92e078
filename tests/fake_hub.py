"""A model hub on this machine that can misbehave in every way that networks know."""

from __future__ import annotations

import hashlib
import json
import re
import threading
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal
from urllib.parse import parse_qs, urlsplit

CHECKPOINT = "pytorch_model.pt"
CONFIGURATION = "configuration.json"


@dataclass(frozen=True)
class Step:
    """How one request for the checkpoint is answered; the defaults are good manners.

    Attributes:
        status: instead of 200 or 206.
        body: instead of the file, and then whole.
        cut: hang up after so many bytes of the body.
        stall: after that, keep the connection open and say nothing more.
        dribble_s: send byte by byte, with so many seconds between them.
        declare: length that is announced; -1 = none.
        headers: sent besides the usual ones.
    """

    status: int | None = None
    body: bytes | None = None
    cut: int | None = None
    stall: bool = False
    dribble_s: float = 0.0
    declare: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Request:
    """What a client asked for."""

    path: str
    headers: Mapping[str, str]

    @property
    def range(self) -> str | None:
        return self.headers.get("Range")

    def wants(self, file: str) -> bool:
        return self.path.endswith((f"/{file}", f"FilePath={file}"))


class FakeHub:
    """Serves two files at every model's address.

    Attributes:
        files: what is published.
        steps: answers to the next requests for the checkpoint; good ones follow.
        list_steps: the same for the list of files.
        requests: all that were seen.
        ranges: how requests for a part are answered: properly, like ModelScope with the status of
            a whole file, with the whole file, or not at all.
        listing: what the list of files says; None = it is made of `files`.
        etag: name of the checkpoint's version; "" = none.
        missing: addresses that do not exist.
    """

    def __init__(self, checkpoint: bytes, configuration: bytes = b'{"model": {}}\n') -> None:
        self.files = {CONFIGURATION: configuration, CHECKPOINT: checkpoint}
        self.steps: deque[Step] = deque()
        self.list_steps: deque[Step] = deque()
        self.requests: list[Request] = []
        self.ranges: Literal["206", "200", "ignored", "refused"] = "206"
        self.listing: bytes | None = None
        self.etag = '"one"'
        self.missing: re.Pattern[str] | None = None
        self.url = ""
        self.stopping = threading.Event()
        self.stalled = threading.Event()

    def requests_for(self, file: str) -> list[Request]:
        return [request for request in self.requests if request.wants(file)]

    @property
    def ranges_seen(self) -> list[str | None]:
        return [request.range for request in self.requests_for(CHECKPOINT)]

    def list_files(self, **changes: Any) -> bytes:
        """Return the list of files, with changes to the entry of the checkpoint."""
        entries = [
            {
                "Name": name,
                "Path": name,
                "Type": "blob",
                "Size": len(content),
                "Sha256": hashlib.sha256(content).hexdigest(),
            }
            for name, content in self.files.items()
        ]
        entries[-1].update(changes)
        return json.dumps({"Code": 200, "Success": True, "Data": {"Files": entries}}).encode()


@contextmanager
def running(hub: FakeHub) -> Iterator[FakeHub]:
    """Serve until the block ends; `hub.url` is the address."""

    class Handler(_Handler):
        fake = hub

    server = _Server(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    hub.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield hub
    finally:
        hub.stopping.set()
        server.shutdown()
        thread.join()
        server.server_close()


class _Server(ThreadingHTTPServer):
    def handle_error(self, request: Any, client_address: Any) -> None:
        """Keep quiet: clients that hang up are what is tested."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    fake: FakeHub

    def do_GET(self) -> None:
        hub = self.fake
        hub.requests.append(Request(self.path, dict(self.headers)))
        self.close_connection = True
        parts = urlsplit(self.path)
        query = parse_qs(parts.query)
        if hub.missing is not None and hub.missing.search(self.path):
            self._send(Step(status=404, body=b"no such thing"))
        elif parts.path.endswith("/repo/files"):
            assert query["Revision"] == ["v1.0.1"]
            body = hub.list_files() if hub.listing is None else hub.listing
            step = hub.list_steps.popleft() if hub.list_steps else Step()
            self._send(step, body, {"Content-Type": "application/json"})
        else:
            name = query["FilePath"][0] if query else parts.path.rpartition("/")[2]
            self._serve(hub.files[name], Step() if name != CHECKPOINT else self._next_step())

    def _next_step(self) -> Step:
        return self.fake.steps.popleft() if self.fake.steps else Step()

    def _serve(self, content: bytes, step: Step) -> None:
        hub = self.fake
        headers = {"ETag": hub.etag} if hub.etag else {}
        asked = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
        same = self.headers.get("If-Range", hub.etag) == hub.etag
        odd = step.body is not None or step.status is not None
        if odd or not asked or not same or hub.ranges == "ignored":
            self._send(step, content, headers)
        elif hub.ranges == "refused":
            self._send(Step(status=403, body=b"no parts"))
        elif int(asked[1]) >= len(content):
            headers["Content-Range"] = f"bytes */{len(content)}"
            self._send(Step(status=416, body=b""), b"", headers)
        else:
            start = int(asked[1])
            headers["Content-Range"] = f"bytes {start}-{len(content) - 1}/{len(content)}"
            self._send(step, content[start:], headers, status=int(hub.ranges))

    def _send(
        self,
        step: Step,
        content: bytes = b"",
        headers: Mapping[str, str] | None = None,
        *,
        status: int = 200,
    ) -> None:
        body = content if step.body is None else step.body
        self.send_response(step.status or status)
        for key, value in {**(headers or {}), **step.headers}.items():
            self.send_header(key, value)
        length = len(body) if step.declare is None else step.declare
        if length >= 0:
            self.send_header("Content-Length", str(length))
        self.send_header("Connection", "close")
        self.end_headers()
        sent = body if step.cut is None else body[: step.cut]
        if step.dribble_s:
            for byte in sent:
                if self.fake.stopping.wait(step.dribble_s):
                    return
                self.wfile.write(bytes([byte]))
        else:
            self.wfile.write(sent)
        if step.stall:
            self.wfile.flush()
            self.fake.stalled.set()
            self.fake.stopping.wait(60)

    def log_message(self, format: str, *args: Any) -> None:
        """Keep quiet."""
