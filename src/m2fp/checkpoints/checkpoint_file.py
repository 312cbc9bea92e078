"""Reading a checkpoint from a stranger: tensors and plain values come out, code never runs."""

from __future__ import annotations

import re
import warnings
import zipfile
from collections.abc import Mapping
from pathlib import Path
from pickle import UnpicklingError

import torch
from torch.serialization import safe_globals

from m2fp.checkpoints.pickled_numpy import STAND_INS
from m2fp.errors import IncompatibleModel, MissingExtra, ModelNotFound, UnsafeCheckpoint

# The safe reader of older versions can be made to run code (CVE-2025-32434).
_SAFE_TORCH = "2.6"

_PICKLE = b"\x80"
# How PyTorch began its files before 1.6: the pickle of a number.
_OLD_TORCH = b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19."
_ZIP = b"PK\x03\x04"


def read_checkpoint_file(path: Path) -> Mapping[str, object]:
    """Return the values of a `.pth`, `.pt` or `.safetensors` file, tensors on the CPU.

    Large tensors are mapped, not read: they need no memory until they are used, and the file must
    not change until then. NumPy arrays come as `PickledArray`.

    Raises:
        ModelNotFound: the file cannot be opened.
        UnsafeCheckpoint: reading it could run code or fill the memory. Nothing of it was run.
        IncompatibleModel: it is damaged, or no checkpoint.
        MissingExtra: this PyTorch is too old to read checkpoints safely.
    """
    if torch.__version__ < _SAFE_TORCH:  # compares versions, not text
        raise MissingExtra(extra="export", purpose="Reading a checkpoint safely")
    values = _read_safetensors(path) if path.suffix == ".safetensors" else _read_torch(path)
    if not isinstance(values, Mapping):
        raise IncompatibleModel(f"the file holds a {type(values).__name__}, not named tensors")
    return values


def _read_safetensors(path: Path) -> object:
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    _first_bytes(path)
    try:
        return load_file(path)
    except SafetensorError as error:
        raise IncompatibleModel(f"the file is damaged, or not safetensors ({error})") from error


def _read_torch(path: Path) -> object:
    start = _first_bytes(path)
    if start.startswith(_ZIP):
        _refuse_compressed(path)
    elif start.startswith(_PICKLE) and not start.startswith(_OLD_TORCH):
        raise UnsafeCheckpoint(
            "the file is a plain Python pickle, which can run code when it is read (detectron2's "
            "R-103.pkl and model zoo are of this kind); if you trust it, load it yourself and "
            "save its tensors with torch.save({'model': tensors}, 'model.pth')"
        )
    elif not start.startswith(_OLD_TORCH):
        raise IncompatibleModel("the file is not a PyTorch checkpoint, or its download failed")
    try:
        with warnings.catch_warnings(), safe_globals(list(STAND_INS)):
            warnings.simplefilter("ignore")  # about itself and the file's age
            return torch.load(
                path, map_location="cpu", weights_only=True, mmap=start.startswith(_ZIP)
            )
    except UnpicklingError as error:
        raise UnsafeCheckpoint(
            f"the file holds more than tensors and plain values, {_refusal(str(error))}, and could "
            "run code when it is read, so it was not; get the weights from their authors, or, if "
            "you trust this file, load it yourself and save its tensors with "
            "torch.save({'model': tensors}, 'model.pth')"
        ) from error
    except Exception as error:  # a damaged pickle is a random program: anything can happen
        raise IncompatibleModel(
            f"the file is damaged, or no checkpoint of tensors ({type(error).__name__}); "
            "download it again"
        ) from error


def _first_bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(len(_OLD_TORCH))
    except OSError as error:
        raise ModelNotFound(
            f"the checkpoint {str(path)!r} cannot be read: {error.strerror or error}",
            model=str(path),
        ) from error


def _refuse_compressed(path: Path) -> None:
    """Refuse zip files that unpack to more than they are; PyTorch stores without compression."""
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise IncompatibleModel(
            f"the file is cut short or damaged ({error}); download it again"
        ) from error
    if any(entry.compress_type != zipfile.ZIP_STORED for entry in entries):
        raise UnsafeCheckpoint(
            "the file is a compressed archive, which PyTorch never writes and which could fill "
            "the memory; if it is an archive around a checkpoint, unpack it first"
        )
    if sum(entry.file_size for entry in entries) > path.stat().st_size:
        raise UnsafeCheckpoint("the parts of the file overlap and could fill the memory")


def _refusal(message: str) -> str:
    """Return what PyTorch's safe reader stumbled over: the name of a function where it says so."""
    found = re.search(r"GLOBAL (\S+)", message)
    return found.group(1) if found else "of a kind it does not allow"
