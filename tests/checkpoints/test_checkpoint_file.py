"""Files from strangers: tensors come out, code does not run, and what is wrong is named."""

from __future__ import annotations

import os
import pickle
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from m2fp.checkpoints.checkpoint_file import read_checkpoint_file
from m2fp.checkpoints.pickled_numpy import PickledArray
from m2fp.errors import (
    IncompatibleModel,
    MissingExtra,
    ModelError,
    ModelNotFound,
    UnsafeCheckpoint,
)

WEIGHTS = {"a.weight": torch.arange(6.0).reshape(2, 3), "a.bias": torch.ones(2)}


class Command:
    """Unpickles by running a shell command."""

    def __init__(self, command: str) -> None:
        self.command = command

    def __reduce__(self) -> tuple[Callable[..., object], tuple[str]]:
        return os.system, (self.command,)


def save_old(values: object, path: Path) -> None:
    torch.save(values, path, _use_new_zipfile_serialization=False)


def save_plain(values: object, path: Path) -> None:
    path.write_bytes(pickle.dumps(values))


@pytest.mark.parametrize("save", [torch.save, save_old])
def test_tensors_and_plain_values_come_out(
    save: Callable[[object, Path], None], tmp_path: Path
) -> None:
    path = tmp_path / "model.pth"
    save({"model": WEIGHTS, "iteration": 7, "betas": (0.9, 0.999), "note": None}, path)
    values = read_checkpoint_file(path)
    assert {key: values[key] for key in values if key != "model"} == {
        "iteration": 7,
        "betas": (0.9, 0.999),
        "note": None,
    }
    model = values["model"]
    assert isinstance(model, dict)
    assert all(torch.equal(model[name], tensor) for name, tensor in WEIGHTS.items())


def test_safetensors_come_out(tmp_path: Path) -> None:
    save_file(WEIGHTS, tmp_path / "model.safetensors")
    values = read_checkpoint_file(tmp_path / "model.safetensors")
    assert values.keys() == WEIGHTS.keys()
    assert all(torch.equal(torch.as_tensor(values[name]), WEIGHTS[name]) for name in WEIGHTS)


def test_numbers_and_arrays_of_numpy_come_out(tmp_path: Path) -> None:
    arrays = [
        np.arange(6, dtype=np.float32).reshape(2, 3),
        np.asfortranarray(np.arange(6, dtype=np.int64).reshape(2, 3)),
        np.arange(3, dtype=">f8"),
    ]
    scalars = [np.float64(4e-4), np.int64(-3), np.float32(0.5), np.bool_(True)]
    torch.save({"arrays": arrays, "scalars": scalars}, tmp_path / "model.pth")
    values = read_checkpoint_file(tmp_path / "model.pth")
    assert values["scalars"] == [4e-4, -3, 0.5, True]
    read = values["arrays"]
    assert isinstance(read, list)
    for array, stand_in in zip(arrays, read, strict=True):
        assert isinstance(stand_in, PickledArray)
        np.testing.assert_array_equal(stand_in.value, array)
        assert stand_in.value.dtype == array.dtype


@pytest.mark.parametrize(
    "array",
    [np.array([{}], dtype=object), np.array(["text"]), np.array([(1, 2.0)], dtype="i4,f8")],
    ids=["objects", "text", "records"],
)
def test_other_arrays_are_refused(array: np.ndarray, tmp_path: Path) -> None:
    torch.save({"model": array}, tmp_path / "model.pth")
    with pytest.raises(UnsafeCheckpoint, match="more than tensors"):
        read_checkpoint_file(tmp_path / "model.pth")


@pytest.mark.parametrize("save", [torch.save, save_old, save_plain])
def test_code_is_refused_and_not_run(save: Callable[[object, Path], None], tmp_path: Path) -> None:
    ran = tmp_path / "ran"
    save({"model": Command(f"echo > {ran}")}, tmp_path / "model.pth")
    with pytest.raises(UnsafeCheckpoint, match=r"could run code|can run code") as caught:
        read_checkpoint_file(tmp_path / "model.pth")
    assert "torch.save({'model': tensors}" in caught.value.message
    assert not ran.exists()
    # The file does what it was made for, when read carelessly.
    if save is save_plain:
        pickle.loads((tmp_path / "model.pth").read_bytes())  # noqa: S301 - our own
    else:
        torch.load(tmp_path / "model.pth", weights_only=False)
    assert ran.exists()


def test_what_would_run_is_named(tmp_path: Path) -> None:
    torch.save({"model": Command("true")}, tmp_path / "model.pth")
    with pytest.raises(UnsafeCheckpoint, match=r", (posix|nt)\.system, and"):
        read_checkpoint_file(tmp_path / "model.pth")
    torch.save({"model": WEIGHTS, "config": Path("x")}, tmp_path / "other.pth")
    with pytest.raises(UnsafeCheckpoint, match=r", pathlib\S*Path, and"):
        read_checkpoint_file(tmp_path / "other.pth")


def test_a_plain_pickle_of_arrays_is_refused_by_kind(tmp_path: Path) -> None:
    for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1):
        content = pickle.dumps({"model": {"a": np.ones(2)}}, protocol=protocol)
        (tmp_path / "R-103.pkl").write_bytes(content)
        with pytest.raises(UnsafeCheckpoint, match="plain Python pickle"):
            read_checkpoint_file(tmp_path / "R-103.pkl")


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("model.pth", b"", "not a PyTorch checkpoint"),
        ("model.pth", b"<!DOCTYPE html><title>Too many requests</title>", "not a PyTorch"),
        ("model.pth", b"PK\x03\x04 cut short", "cut short or damaged"),
        ("model.safetensors", b"", "damaged, or not safetensors"),
        ("model.safetensors", b"\xff" * 64, "damaged, or not safetensors"),
    ],
)
def test_other_files_are_named(name: str, content: bytes, message: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(IncompatibleModel, match=message):
        read_checkpoint_file(tmp_path / name)


@pytest.mark.parametrize("name", ["model.pth", "model.safetensors"])
def test_a_missing_file(name: str, tmp_path: Path) -> None:
    with pytest.raises(ModelNotFound, match=name):
        read_checkpoint_file(tmp_path / name)
    (tmp_path / name).mkdir()
    with pytest.raises(ModelNotFound, match=name):
        read_checkpoint_file(tmp_path / name)


def test_a_file_of_something_else_than_named_values(tmp_path: Path) -> None:
    torch.save([torch.ones(2)], tmp_path / "model.pth")
    with pytest.raises(IncompatibleModel, match="holds a list"):
        read_checkpoint_file(tmp_path / "model.pth")


@pytest.mark.parametrize("save", [torch.save, save_old])
def test_a_truncated_file(save: Callable[[object, Path], None], tmp_path: Path) -> None:
    path = tmp_path / "model.pth"
    save({"model": WEIGHTS}, path)
    whole = path.read_bytes()
    for length in range(0, len(whole) - 1, 13):
        path.write_bytes(whole[:length])
        # Of an old file, cut within a name, it cannot be told what the name was.
        with pytest.raises(IncompatibleModel if save is torch.save else ModelError):
            read_checkpoint_file(path)


@pytest.mark.parametrize("save", [torch.save, save_old])
def test_damage_gives_values_or_a_typed_error(
    save: Callable[[object, Path], None], tmp_path: Path
) -> None:
    path = tmp_path / "model.pth"
    save({"model": WEIGHTS, "rate": np.float64(0.1)}, path)
    whole = path.read_bytes()
    dice = np.random.default_rng(0)
    refused = 0
    for _ in range(300):
        damaged = bytearray(whole)
        for place in dice.integers(0, len(whole), size=dice.integers(1, 5)):
            damaged[place] = dice.integers(256)
        path.write_bytes(damaged)
        try:
            read_checkpoint_file(path)
        except ModelError:
            refused += 1
    assert refused > 30


def test_a_compressed_archive_is_not_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "model.pth"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("model/data.pkl", bytes(50_000_000))
    assert path.stat().st_size < 100_000
    with pytest.raises(UnsafeCheckpoint, match="compressed archive"):
        read_checkpoint_file(path)


def test_parts_that_overlap_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "model.pth"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("model/data.pkl", bytes(5_000))
        for number in range(9):
            (entry,) = archive.infolist()[:1]
            again = zipfile.ZipInfo(f"model/data/{number}")
            again.file_size = again.compress_size = entry.file_size
            again.CRC, again.header_offset = entry.CRC, entry.header_offset
            archive.filelist.append(again)
    with pytest.raises(UnsafeCheckpoint, match="overlap"):
        read_checkpoint_file(path)


def test_an_old_pytorch_is_not_trusted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    torch.save(WEIGHTS, tmp_path / "model.pth")
    for version, trusted in (("2.5.1", False), ("2.6.0", True), ("2.10.0+cpu", True)):
        monkeypatch.setattr(torch, "__version__", torch.torch_version.TorchVersion(version))
        if trusted:
            assert read_checkpoint_file(tmp_path / "model.pth").keys() == WEIGHTS.keys()
        else:
            with pytest.raises(MissingExtra, match=r"m2fp\[export\]"):
                read_checkpoint_file(tmp_path / "model.pth")
