"""The label scheme of a folder: what a list of classes in it says, or else what its name does."""

from __future__ import annotations

import os
from pathlib import Path

from m2fp.datasets.class_list import FILE_NAMES, find_class_list, read_class_list
from m2fp.errors import DataError
from m2fp.labels import LabelScheme, get_scheme, plain_name, scheme_names

_SCHEMES = {
    "cihp": "cihp",
    "lip": "lip",
    "atr": "atr",
    "pascalpersonpart": "ppp",
    "ppp": "ppp",
    "mhpv1": "mhp-v1",
    "lvmhpv1": "mhp-v1",
    "mhpv2": "mhp-v2",
    "lvmhpv2": "mhp-v2",
}


def scheme_by_name(folder: Path) -> LabelScheme | None:
    """Return the scheme of the data set that a folder is named after, None for other names.

    Case, spaces and signs do not matter: "LV-MHP-v2", "lv_mhp_v2" and "LVMHPv2" are one.
    """
    # Not resolve(): of a link its own name counts. Not absolute(): it keeps "..".
    path = os.path.abspath(folder)  # noqa: PTH100
    name = _SCHEMES.get(plain_name(Path(path).name))
    return None if name is None else get_scheme(name)


def told_scheme(root: Path) -> LabelScheme:
    """Return what the ids mean by a list of classes in a folder or else by the folder's name.

    Raises:
        DataError: neither says it, or the list cannot be read.
    """
    listed = find_class_list(root)
    scheme = read_class_list(listed) if listed else scheme_by_name(root)
    if scheme is None:
        raise DataError(
            f"{root}: nothing says what the ids of the labels mean; put a list of classes there "
            f"({' or '.join(FILE_NAMES)}) or name the label scheme with --scheme: "
            f"{', '.join(scheme_names())}",
            path=str(root),
        )
    return scheme
