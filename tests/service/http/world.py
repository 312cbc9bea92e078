"""An application with a real store, real blobs, and a pool that answers what it is told."""

from __future__ import annotations

import asyncio
import io
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from fastapi import FastAPI
from PIL import Image
from starlette.testclient import TestClient
from starlette.types import Message
from tests.results.made import make_result

from m2fp.imaging import InputRule
from m2fp.labels import get_scheme
from m2fp.registry import ModelInfo
from m2fp.results import ModelStamp
from m2fp.service.blobs import FolderBlobs
from m2fp.service.http import ROUTES, KeyRing, Lifecycle, Parts, build_app
from m2fp.service.http.access.rate import RateLimit
from m2fp.service.http.readiness import StoreCheck
from m2fp.service.jobs import ItemError, ItemRef, Outcome, result_key
from m2fp.service.jobs.sqlite_store import SqliteJobStore
from m2fp.service.operation.metrics import Metrics
from m2fp.service.operation.settings import AccessSettings, AuthMode, ServiceSettings
from m2fp.service.operation.snapshot import BuildFacts
from m2fp.service.rendering import FORMATS, render
from m2fp.service.workers import (
    ImageFacts,
    PoolStates,
    Priority,
    RestartReason,
    WorkAnswer,
    WorkerPhase,
    WorkerState,
    WorkRequest,
)

SHA = "ab" * 32
MODEL = ModelInfo(
    name="m2fp-test",
    scheme=get_scheme("cihp"),
    input=InputRule(short_side=64, long_side=96),
    precision="fp32",
    licence="MIT",
    sha256=SHA,
    description="Answers what it is told.",
)


def picture(size: tuple[int, int] = (32, 24), kind: str = "PNG") -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(np.full((size[1], size[0], 3), 90, np.uint8)).save(buffer, kind)
    return buffer.getvalue()


RESULT = make_result()
_BODIES = {name: render(RESULT, name) for name in FORMATS if name != "modelscope"}
_BODIES["modelscope"] = b'{"masks": [], "labels": [], "scores": []}'


@dataclass
class FakePool:
    """Answers every picture alike, or raises what it is given, after a while."""

    error: Exception | None = None
    seconds: float = 0.0
    ready: bool = True
    seen: list[WorkRequest] = field(default_factory=list)
    stopped: int = 0
    drained: bool = False

    async def start(self) -> None:
        self.ready = True

    async def parse(self, request: WorkRequest, *, priority: Priority | str) -> WorkAnswer:
        self.seen.append(request)
        try:
            await asyncio.sleep(self.seconds)
        except asyncio.CancelledError:
            self.stopped += 1
            raise
        if self.error is not None:
            raise self.error
        return WorkAnswer(
            bodies={name: _BODIES[name] for name in request.options.formats},
            persons=len(RESULT.persons),
            timing={"queue_s": 0.001, "decode_s": 0.002, "inference_s": 0.25, "total_s": 0.3},
            image=ImageFacts(sha256=SHA, size=len(request.photo), format="PNG", width=3, height=2),
            model=ModelStamp(MODEL.name, SHA, "fp32"),
            warnings=(),
            worker=0,
        )

    async def drain(self, seconds: float) -> None:
        self.drained = True

    def states(self) -> PoolStates:
        phase = WorkerPhase.IDLE if self.ready else WorkerPhase.STARTING
        return PoolStates(
            workers=(WorkerState(number=0, phase=phase, pid=1, jobs=0, resident_bytes=5),),
            waiting=dict.fromkeys(Priority, 0),
            capacity=9,
            accepting=self.ready,
            restarts=dict.fromkeys(RestartReason, 0),
            rejected=0,
            served=len(self.seen),
            load_s=1.0,
            model=MODEL if self.ready else None,
            engine="onnxruntime",
            trouble=None,
        )


@dataclass
class FakeQueue:
    """Remembers what it was told."""

    announced: list[ItemRef] = field(default_factory=list)
    started: bool = False

    def announce(self, refs: Iterable[ItemRef]) -> None:
        self.announced += refs

    async def start(self) -> None:
        self.started = True

    async def drain(self, seconds: float) -> None:
        self.started = False


@dataclass
class World:
    """An application and what it is made of."""

    parts: Parts
    pool: FakePool
    queue: FakeQueue
    app: FastAPI

    def client(self, **options: object) -> TestClient:
        # Exceptions that get out of the application are failures of the test.
        return TestClient(self.app, base_url="http://localhost", **options)  # type: ignore[arg-type]

    def work(self, *, fail: Callable[[int], bool] = lambda index: False) -> None:
        """Do all that is queued, as a worker would."""
        while claim := self.parts.store.claim("test", lease_s=60):
            if fail(claim.index):
                error = ItemError(code="undecodable_image", message="it is damaged")
                self.parts.store.finish(claim, Outcome(error=error))
                continue
            keys = {name: result_key(claim, FORMATS[name].suffix) for name in claim.options.formats}
            for name, key in keys.items():
                self.parts.blobs.put(key, _BODIES[name])
            self.parts.store.finish(
                claim, Outcome(results=keys, persons=2, timing={"total_s": 0.123456789})
            )


def make_world(
    folder: Path,
    *,
    keys: str | None = None,
    clock: Callable[[], float] = time.monotonic,
    pool: FakePool | None = None,
    **http: object,
) -> World:
    """Return a world with these settings of `HttpSettings`; ``keys`` is the text of a keys file."""
    settings = ServiceSettings(data=folder, drain_s=1.0)
    if keys is not None:
        http["access"] = AccessSettings(mode=AuthMode.KEYS, declared=True)
    jobs = http.pop("jobs", settings.jobs)
    settings = replace(settings, http=replace(settings.http, **http), jobs=jobs)  # type: ignore[arg-type]
    folder.mkdir(exist_ok=True, parents=True)
    store = SqliteJobStore(folder / "jobs.sqlite")
    blobs = FolderBlobs(folder / "blobs")
    pool = pool or FakePool()
    queue = FakeQueue()
    rate = settings.http.rate_per_minute
    parts = Parts(
        model="builtin",
        pool=pool,
        store=store,
        blobs=blobs,
        queue=queue,
        settings=settings,
        metrics=Metrics(ROUTES, BuildFacts(version="1", python="3", onnxruntime="1")),
        lifecycle=Lifecycle(pool, queue, settings.drain_s),
        stores=StoreCheck((store.healthy, blobs.healthy), clock),
        keys=None if keys is None else KeyRing.from_text(keys, "keys"),
        rate=None if rate is None else RateLimit(rate, clock),
    )
    return World(parts, pool, queue, build_app(parts))


def send(
    world: World, path: str, headers: list[tuple[bytes, bytes]], *, seconds: float | None = None
) -> tuple[int, bytes]:
    """Return status and body of the answer to a POST whose body does not come.

    ``seconds`` = the client goes away after so long; None = reading the body at all is an error.
    """
    messages: list[Message] = []

    async def receive() -> Message:
        if seconds is None:
            raise AssertionError("the body was read")
        await asyncio.sleep(seconds)
        return {"type": "http.disconnect"}

    async def keep(message: Message) -> None:
        messages.append(message)

    scope = {
        "type": "http",
        "method": "POST",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": [(b"host", b"localhost"), *headers],
        "http_version": "1.1",
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 2),
        "scheme": "http",
        "root_path": "",
        "asgi": {"version": "3.0"},
    }
    asyncio.run(world.app(scope, receive, keep))  # type: ignore[arg-type]
    return messages[0]["status"], messages[1]["body"]
