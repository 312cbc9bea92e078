"""Hand-made predictions: rectangles of logits on the stride-4 grid."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from m2fp.engine import QueryPredictions
from m2fp.imaging import NetworkInput
from m2fp.labels import LabelScheme, get_scheme
from m2fp.postprocess import Maps, PostprocessConfig, assemble

CIHP = get_scheme("cihp")
LIP = get_scheme("lip")
PERSON = 20
HAIR, SHIRT, FACE, PANTS = 2, 5, 13, 9

# Cells: top, bottom, left, right.
Rectangle = tuple[int, int, int, int]


@dataclass
class Scene:
    """Collects queries on a grid of cells; the photo is as large as the network input."""

    rows: int = 16
    columns: int = 24
    scheme: LabelScheme = CIHP
    classes: list[npt.NDArray[np.float32]] = field(default_factory=list)
    masks: list[npt.NDArray[np.float32]] = field(default_factory=list)

    def add(
        self,
        label: int,
        *rectangles: Rectangle,
        probability: float = 0.95,
        logit: float = 8.0,
        outside: float = -8.0,
    ) -> npt.NDArray[np.float32]:
        """Add a query; return its mask logits, which may be edited."""
        shares = np.full(self.scheme.class_count + 1, (1 - probability) / 1e3, np.float32)
        shares[label] = probability
        shares[-1] = 1 - shares[:-1].sum()
        self.classes.append(np.log(shares))
        mask = np.full((self.rows, self.columns), outside, np.float32)
        for top, bottom, left, right in rectangles:
            mask[top:bottom, left:right] = logit
        self.masks.append(mask)
        return mask

    def predictions(self) -> QueryPredictions:
        """Return the queries, and one that is no object."""
        nothing = np.zeros(self.scheme.class_count + 1, np.float32)
        nothing[-1] = 10.0
        full = np.full((self.rows, self.columns), 8.0, np.float32)
        return QueryPredictions(np.stack([*self.classes, nothing]), np.stack([*self.masks, full]))

    def network_input(self, photo_size: tuple[int, int] | None = None) -> NetworkInput:
        """Return an input without padding."""
        content = (self.rows * 4, self.columns * 4)
        tensor = np.zeros((1, 3, *content), np.float32)
        return NetworkInput(tensor, content, photo_size or content)

    def maps(
        self,
        config: PostprocessConfig | None = None,
        photo_size: tuple[int, int] | None = None,
    ) -> Maps:
        """Return what the post-processing makes of the scene; bare bodies count as people."""
        return assemble(
            self.predictions(),
            self.network_input(photo_size),
            self.scheme,
            config or PostprocessConfig(min_part_share=0.0),
        )


def cells(map_: npt.NDArray[np.uint8] | npt.NDArray[np.uint16]) -> npt.NDArray[np.int64]:
    """Return the map's value inside every 4 x 4 cell."""
    return map_[2::4, 2::4].astype(np.int64)
