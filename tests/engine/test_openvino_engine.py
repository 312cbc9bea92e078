"""What is particular to OpenVINO; what it shares with other engines is in test_conformance."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
import pytest
from tests.engine.engines import build_rigid_model

from m2fp.engine.openvino_engine import OpenVinoEngine, _Compiler
from m2fp.engine.openvino_import import import_openvino
from m2fp.errors import (
    EngineUnavailable,
    IncompatibleModel,
    InferenceFailed,
    MissingExtra,
    ModelError,
)


def noise(size: tuple[int, int]) -> npt.NDArray[np.float32]:
    return np.random.default_rng(0).standard_normal((1, 3, *size), dtype=np.float32)


@pytest.fixture
def compiled(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int] | None]:
    """Return the sizes that networks are compiled for, as they are."""
    sizes: list[tuple[int, int] | None] = []
    original = _Compiler.compile

    def watch(self: _Compiler, size: tuple[int, int] | None) -> object:
        sizes.append(size)
        return original(self, size)

    monkeypatch.setattr(_Compiler, "compile", watch)
    return sizes


def test_a_small_model_is_compiled_once_for_all_sizes(
    fake_model: Path, compiled: list[tuple[int, int] | None]
) -> None:
    engine = OpenVinoEngine(fake_model, 1)
    for size in [(32, 32), (64, 32), (32, 96)]:
        engine.run(noise(size))
    assert compiled == [None]


def test_the_last_four_sizes_are_kept(
    fake_model: Path, compiled: list[tuple[int, int] | None]
) -> None:
    engine = OpenVinoEngine(fake_model, 1, per_size=True)
    sizes = [(32, 32 * number) for number in range(1, 6)]
    for size in [*sizes[:4], *sizes[:4], sizes[4], *sizes[1:], sizes[0]]:
        engine.run(noise(size))
    assert compiled == [*sizes, sizes[0]]


def test_of_large_models_one_is_kept(
    fake_model: Path, tmp_path: Path, compiled: list[tuple[int, int] | None]
) -> None:
    model = onnx.load(fake_model)
    ballast = np.zeros(26_000_000, np.float32)  # which 160 MiB would hold once
    model.graph.initializer.append(onnx.numpy_helper.from_array(ballast, "ballast"))
    path = tmp_path / "large.onnx"
    onnx.save(model, path)
    engine = OpenVinoEngine(path, 1, per_size=True)
    assert compiled == []
    for size in [(32, 32), (32, 32), (64, 32), (32, 32)]:
        engine.run(noise(size))
    assert compiled == [(32, 32), (64, 32), (32, 32)]


def test_a_file_that_is_replaced_fails_at_the_next_new_size(
    fake_model: Path, tmp_path: Path
) -> None:
    path = tmp_path / "model.onnx"
    path.write_bytes(fake_model.read_bytes())
    engine = OpenVinoEngine(path, 1, per_size=True)
    engine.run(noise((32, 32)))
    path.unlink()
    path.write_bytes(fake_model.read_bytes())
    engine.run(noise((32, 32)))
    with pytest.raises(ModelError, match="changed while it was in use"):
        engine.run(noise((64, 32)))


def test_a_model_with_other_outputs(tmp_path: Path, fake_model: Path) -> None:
    model = onnx.load(fake_model)
    model.graph.output[1].name = "raw_masks"
    path = tmp_path / "other.onnx"
    onnx.save(model, path)
    with pytest.raises(IncompatibleModel, match="raw_masks"):
        OpenVinoEngine(path, 1)


def test_an_operator_that_openvino_does_not_know(tmp_path: Path, fake_model: Path) -> None:
    model = onnx.load(fake_model)
    model.graph.node[-1].op_type = "Frobnicate"
    path = tmp_path / "strange.onnx"
    onnx.save(model, path)
    with pytest.raises(IncompatibleModel, match="Frobnicate") as caught:
        OpenVinoEngine(path, 1)
    assert "\n" not in caught.value.message
    assert ".cpp" not in caught.value.message


@pytest.mark.parametrize("per_size", [False, True])
def test_an_input_that_the_graph_cannot_take(tmp_path: Path, per_size: bool) -> None:
    path = build_rigid_model(tmp_path / "rigid.onnx")
    engine = OpenVinoEngine(path, 1, per_size=per_size)
    with pytest.raises(InferenceFailed, match="64 x 64 pixels") as caught:
        engine.run(noise((64, 64)))
    assert caught.value.engine == engine.name
    assert engine.run(noise((32, 64))).mask_logits.shape[-2:] == (8, 16)


def test_options(fake_model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[dict[str, Any]] = []
    package = import_openvino()
    original = package.Core.compile_model

    def watch(self: Any, model: Any, device: str, options: dict[str, Any]) -> Any:
        network = original(self, model, device, options)
        seen.append({key: network.get_property(key) for key in options})
        return network

    monkeypatch.setattr(package.Core, "compile_model", watch)
    OpenVinoEngine(fake_model, 1)
    (options,) = seen
    assert options["INFERENCE_NUM_THREADS"] == 1
    assert options["NUM_STREAMS"] == 1
    assert options["ENABLE_CPU_PINNING"] is False
    assert options["INFERENCE_PRECISION_HINT"] == package.Type.f32


def test_bfloat16_is_close_where_there_is_any_and_refused_elsewhere(
    fake_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tensor = np.abs(noise((32, 32))) / 4
    exact = OpenVinoEngine(fake_model, 1).run(tensor).mask_logits
    if "BF16" in import_openvino().Core().get_property("CPU", "OPTIMIZATION_CAPABILITIES"):
        engine = OpenVinoEngine(fake_model, 1, precision="bf16")
        assert engine.name == "openvino-bf16"
        found = engine.run(tensor).mask_logits
        assert found.dtype == np.float32
        assert not np.array_equal(found, exact)
        assert np.corrcoef(found.ravel(), exact.ravel())[0, 1] > 0.99
    monkeypatch.setattr(_Compiler, "capabilities", lambda self: ["FP32", "INT8"])
    with pytest.raises(EngineUnavailable, match="bfloat16; use the engine openvino"):
        OpenVinoEngine(fake_model, 1, precision="bf16")


def test_without_openvino(fake_model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "openvino", None)
    with pytest.raises(MissingExtra, match=r"pip install 'm2fp\[openvino\]'"):
        OpenVinoEngine(fake_model, 1)


def test_a_broken_installation(fake_model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "openvino.frontend", None)
    with pytest.raises(EngineUnavailable, match="installed but cannot be loaded"):
        OpenVinoEngine(fake_model, 1)


def test_the_telemetry_of_others_is_left_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "openvino_telemetry", sys)
    import_openvino()
    assert sys.modules["openvino_telemetry"] is sys
    monkeypatch.delitem(sys.modules, "openvino_telemetry")
    import_openvino()
    assert "openvino_telemetry" not in sys.modules


_WATCHED_RUN = """
import sys

def refuse(event, arguments):
    if event in ("os.fork", "socket.connect", "socket.getaddrinfo", "subprocess.Popen"):
        print(event, arguments, file=sys.stderr, flush=True)

sys.addaudithook(refuse)
import numpy as np
from m2fp.engine.openvino_engine import OpenVinoEngine

engine = OpenVinoEngine(sys.argv[1], 1)
engine.run(np.zeros((1, 3, 32, 32), np.float32))
print(sorted(name for name in sys.modules if "telemetry" in name))
"""


def test_nothing_is_sent_and_nothing_is_written(fake_model: Path, tmp_path: Path) -> None:
    kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT") if name in os.environ}
    home = {"HOME": str(tmp_path), "LOCALAPPDATA": str(tmp_path), "USERPROFILE": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", _WATCHED_RUN, str(fake_model)],
        env=kept | home,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr == ""
    assert "'openvino.tools.ovc.telemetry_stub'" in done.stdout
    assert "openvino_telemetry" not in done.stdout
    assert list(tmp_path.iterdir()) == []


_INTERRUPTED = """
import signal, sys, threading
from m2fp.engine.openvino_engine import OpenVinoEngine

engines = [OpenVinoEngine(sys.argv[1], 1) for _ in range(2)]
engines.pop(0).close()
another = threading.Thread(target=engines.pop().close)
another.start()
another.join()
try:
    signal.raise_signal(signal.SIGINT)
except KeyboardInterrupt:
    print("interrupted")
"""


@pytest.mark.parametrize("options", [[], ["-X", "faulthandler"]])
def test_ctrl_c_after_closing_is_an_interrupt(fake_model: Path, options: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, *options, "-c", _INTERRUPTED, str(fake_model)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stdout, done.stderr, done.returncode) == ("interrupted\n", "", 0)
