"""A pool that parses nothing: it does what the bytes of the picture say."""

from __future__ import annotations

import asyncio
from collections import Counter

from m2fp.errors import UndecodableImage
from m2fp.results import ModelStamp
from m2fp.service.errors import DeadlineExceeded, ModelNotReady, WorkerLost
from m2fp.service.workers import ImageFacts, Priority, WorkAnswer, WorkRequest

# What a picture may say, and what becomes of it.
GOOD = b"good"
SLOW = b"slow"  # takes until it is let go or stopped
BROKEN = b"broken"
DEADLY = b"deadly"  # kills its worker
LATE = b"late"
BUGGY = b"buggy"


class FakePool:
    """Stands in for `Pool`."""

    def __init__(self) -> None:
        self.calls: Counter[bytes] = Counter()
        self.running = 0
        self.most_running = 0
        self.stopped = 0
        self.ready = True
        self.let_go = asyncio.Event()

    async def start(self) -> None:
        return

    async def drain(self, seconds: float) -> None:
        return

    async def parse(self, request: WorkRequest, *, priority: Priority) -> WorkAnswer:
        assert priority is Priority.JOB
        self.calls[request.photo] += 1
        self.running += 1
        self.most_running = max(self.most_running, self.running)
        try:
            return await self._parse(request)
        except asyncio.CancelledError:
            self.stopped += 1
            raise
        finally:
            self.running -= 1

    async def _parse(self, request: WorkRequest) -> WorkAnswer:
        await asyncio.sleep(0.001)
        if not self.ready:
            raise ModelNotReady("still loading")
        match request.photo:
            case b"slow":
                await self.let_go.wait()
            case b"broken":
                raise UndecodableImage("the picture is broken")
            case b"deadly":
                raise WorkerLost("killed by SIGSEGV")
            case b"late":
                raise DeadlineExceeded(f"longer than {request.limit_s} s")
            case b"buggy":
                raise RuntimeError("a fault of ours")
        return answer(request)


def answer(request: WorkRequest) -> WorkAnswer:
    return WorkAnswer(
        bodies={
            name: b"%s of %s" % (name.encode(), request.photo) for name in request.options.formats
        },
        persons=3,
        timing={"total_s": 0.25},
        image=ImageFacts(sha256="0" * 64, size=1, format="PNG", width=1, height=1),
        model=ModelStamp(name="fake", sha256="0" * 64, precision="fp32"),
        warnings=(),
        worker=0,
    )
