"""Runs a command of an image as a container engine would, with Linux's own tools and no engine.

The root is read-only, the user is the image's, there are no capabilities and no network but
loopback, process 1 is the image's entry point. Needs root, util-linux, iproute2 and curl.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

_START = r"""
set -eu
root=$1 volumes=$2; shift 2
mount --make-rprivate /
mount --bind "$root" "$root"
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
mount -t tmpfs -o size=256m,mode=1777 tmpfs "$root/tmp"
echo "$volumes" | while read -r outside inside; do
    [ -z "$outside" ] || mount --bind "$outside" "$root$inside"
done
mount -o remount,bind,ro "$root"
ip link set lo up
exec chroot "$root" setpriv --clear-groups --inh-caps=-all --bounding-set=-all --no-new-privs "$@"
"""


@dataclass(frozen=True, slots=True)
class Image:
    """An image that is mounted somewhere, and what is written in it about running it."""

    root: Path
    config: Mapping[str, object]

    @classmethod
    def of(cls, root: str, config_file: str) -> Image:
        """Return the image of a mounted root and the output of `buildah inspect`."""
        document = json.loads(Path(config_file).read_text())
        return cls(Path(root), document["Docker"]["config"])

    def words(self, name: str) -> list[str]:
        """Return a list of words of the configuration: Entrypoint, Cmd, Env."""
        found = self.config[name]
        assert isinstance(found, list)
        return [str(word) for word in found]

    @property
    def health_check(self) -> list[str]:
        """Return the command of the health check."""
        check = self.config["Healthcheck"]
        assert isinstance(check, dict)
        return [str(word) for word in check["Test"][1:]]


@dataclass
class Container:
    """A command of an image. Use it in a `with` statement, at whose end it is over."""

    image: Image
    volumes: Mapping[str, Path] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)

    def start(self, command: Sequence[str] | None = None, *, entry: bool = True) -> None:
        """Start the command, or the image's own; ``entry`` puts its entry point before it."""
        words = [*self.image.words("Entrypoint")] if entry else []
        words += self.image.words("Cmd") if command is None else command
        pairs = [*self.image.words("Env"), *(f"{k}={v}" for k, v in self.environment.items())]
        user, group = str(self.image.config["User"]).split(":")
        volumes = "\n".join(f"{path} {inside}" for inside, path in self.volumes.items())
        self.process = subprocess.Popen(
            [
                *("unshare", "--mount", "--pid", "--net", "--ipc", "--uts", "--fork"),
                *("sh", "-c", _START, "sh", str(self.image.root), volumes),
                *(f"--reuid={user}", f"--regid={group}"),
                *("env", "-i", "-C", str(self.image.config["WorkingDir"]), *pairs, *words),
            ],
            # Not pipes: nobody reads while it runs, and a full pipe would stop it.
            stdout=self._out,
            stderr=self._err,
        )

    def wait(self, seconds: float = 120) -> tuple[int, str, str]:
        """Return the exit status, stdout and stderr, once it has ended."""
        status = self.process.wait(seconds)
        return status, _text(self._out), _text(self._err)

    def __enter__(self) -> Container:
        self._out, self._err = tempfile.TemporaryFile(), tempfile.TemporaryFile()
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            # Not `unshare`: the wish to die with it is lost when process 1 changes its user.
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.first_process(), signal.SIGKILL)
        self.process.wait()
        self._out.close()
        self._err.close()

    def stop(self, seconds: float = 20) -> tuple[int, str, str]:
        """Send process 1 SIGTERM, as `docker stop` does, and wait."""
        os.kill(self.first_process(), signal.SIGTERM)
        return self.wait(seconds)

    def first_process(self) -> int:
        """Return the number by which process 1 goes outside."""
        outer = self.process.pid
        children = Path(f"/proc/{outer}/task/{outer}/children")
        deadline = time.monotonic() + 5
        while time.monotonic() < deadline:
            found = children.read_text().split()
            if found:
                return int(found[0])
            time.sleep(0.05)
        raise AssertionError(f"the container has no process: {_text(self._err)}")

    def healthy(self) -> str:
        """Run the image's health check beside it; return "" or what it says."""
        inside = ["nsenter", f"--target={self.first_process()}", "--net", "--mount", "--pid"]
        environment = ["env", "-i", *self.image.words("Env")]
        chroot = ["chroot", str(self.image.root), *environment, *self.image.health_check]
        done = subprocess.run([*inside, *chroot], capture_output=True, text=True, check=False)
        return "" if done.returncode == 0 else done.stdout + done.stderr or "failed"

    def wait_until_healthy(self, seconds: float = 60) -> float:
        """Return the seconds until the health check is content; fail when it never is."""
        start = time.monotonic()
        while True:
            trouble = self.healthy()
            if not trouble:
                return time.monotonic() - start
            if self.process.poll() is not None or time.monotonic() > start + seconds:
                raise AssertionError(f"{trouble}\n{_text(self._err)}")
            time.sleep(0.2)

    def curl(self, *arguments: str) -> str:
        """Return what curl says to a server in the container."""
        net = ["nsenter", f"--target={self.first_process()}", "--net"]
        words = [*net, "curl", "--silent", "--show-error", "--max-time", "60", *arguments]
        return subprocess.run(words, capture_output=True, text=True, check=True).stdout


def _text(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read().decode(errors="replace")
