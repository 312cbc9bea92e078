"""Which layout a folder has, found by looking at it.

To teach the package a new layout: write a module beside this one that ends with a constant
``LAYOUT = Layout(name, signs, matches, open)`` (see `m2fp.datasets.layout`), and add it to
`_LAYOUTS`, before every layout whose signs its folders also show. Where each photo has a picture of
part ids, `FolderDataset` does the reading and the module only says where the files are; `cihp.py`
and `voc_folders.py` do it. Otherwise write a `Dataset` and a `Sample` of your own (frozen, can be
pickled, read nothing before they are asked). With the methods ``repeated`` and ``unlisted`` of
`FolderDataset`, a data set lets `m2fp data check` name what is left over; both are optional.
"""

from __future__ import annotations

from pathlib import Path

from m2fp.datasets import (
    atr,
    ccp,
    cihp,
    coco,
    lip,
    mhp_v1,
    mhp_v2,
    pascal_person_part,
    plain,
    saved_results,
)
from m2fp.datasets.dataset import Dataset
from m2fp.datasets.layout import Layout
from m2fp.datasets.listing import folders_in
from m2fp.errors import ConfigError, DataError
from m2fp.labels import LabelScheme, get_scheme

# The first that matches is taken: those with the most peculiar signs come first.
_LAYOUTS: tuple[Layout, ...] = (
    cihp.LAYOUT,
    lip.LAYOUT,
    atr.LAYOUT,
    pascal_person_part.LAYOUT,
    lip.SCHP_LAYOUT,
    mhp_v2.LAYOUT,
    mhp_v1.LAYOUT,
    ccp.LAYOUT,
    saved_results.LAYOUT,
    coco.PANOPTIC_LAYOUT,
    coco.INSTANCES_LAYOUT,
    plain.LAYOUT,
)


def layout_names() -> tuple[str, ...]:
    """Return the names of the layouts that `open_dataset` knows, in the order it tries them."""
    return tuple(layout.name for layout in _LAYOUTS)


def open_dataset(
    root: Path | str, *, layout: str | None = None, scheme: str | LabelScheme | None = None
) -> Dataset:
    """Return the data set in a folder; no picture is opened, and no file of labels read.

    Args:
        root: its folder, or the one around it when that holds no other data set.
        layout: one of `layout_names`; None = found by looking.
        scheme: what the part ids mean, itself or its name; None = what the layout, and for some
            layouts the folder's name, suggests.

    Raises:
        DataError: there is no such folder, it cannot be read, or no layout or several data sets
            were found in it.
        ConfigError: there is no layout or label scheme of that name.
    """
    root = Path(root)
    layouts = _LAYOUTS if layout is None else (_layout_called(layout),)
    label_scheme = get_scheme(scheme) if isinstance(scheme, str) else scheme
    try:
        if not root.exists():
            raise DataError(f"{root} does not exist", path=str(root), code="missing_file")
        place, found = _find(root, layouts)
        return found.open(place, label_scheme)
    except OSError as error:  # no right to look, a name too long, a disk that went away
        raise DataError(
            f"{root} cannot be read: {error.strerror or error}",
            path=str(root),
            code="unreadable_file",
        ) from error


def _layout_called(name: str) -> Layout:
    for layout in _LAYOUTS:
        if layout.name == name:
            return layout
    raise ConfigError(
        f"unknown layout {name!r}; choose one of: {', '.join(layout_names())}", option="layout"
    )


def _find(root: Path, layouts: tuple[Layout, ...]) -> tuple[Path, Layout]:
    """Return the data set's own folder, `root` or one in it, and its layout."""
    here = _match(root, layouts)
    if here:
        return root, here
    inside = [(folder, found) for folder in folders_in(root) if (found := _match(folder, layouts))]
    if len(inside) == 1:
        return inside[0]
    if inside:
        names = ", ".join(f"{folder.name} ({found.name})" for folder, found in inside)
        raise DataError(
            f"{root} holds several data sets: {names}; name one of them", path=str(root)
        )
    raise DataError(_nothing_found(root, layouts), path=str(root))


def _match(folder: Path, layouts: tuple[Layout, ...]) -> Layout | None:
    return next((layout for layout in layouts if layout.matches(folder)), None)


def _nothing_found(root: Path, layouts: tuple[Layout, ...]) -> str:
    sought = "; ".join(f"{layout.signs} ({layout.name})" for layout in layouts)
    around = [folder for folder in root.absolute().parents[:2] if _match(folder, layouts)]
    outer = around[-1] if around else None
    hint = f", but it lies in one: {outer}" if outer else ""
    return (
        f"{root} is no data set in a layout that is known{hint}. Looked for, in it and in the "
        f"folders in it: {sought}"
    )
