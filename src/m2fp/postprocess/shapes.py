"""Whether a network's outputs fit the photo and the label scheme."""

from __future__ import annotations

from m2fp.engine.protocol import QueryPredictions
from m2fp.errors import IncompatibleModel
from m2fp.imaging.network_input import NetworkInput
from m2fp.labels import LabelScheme
from m2fp.postprocess.resample import content_cells


def check_shapes(
    predictions: QueryPredictions, network_input: NetworkInput, scheme: LabelScheme
) -> None:
    """Return when the shapes fit.

    Raises:
        IncompatibleModel: they do not fit the scheme or the input.
    """
    classes, masks = predictions.class_logits.shape, predictions.mask_logits.shape
    if len(classes) != 2 or classes[1] != scheme.class_count + 1:
        raise IncompatibleModel(
            f"the model's class logits have shape {classes}, but the label scheme "
            f"{scheme.name!r} needs (queries, {scheme.class_count + 1}); export the model again "
            "with the scheme it was trained on"
        )
    cells = content_cells(network_input)
    if (
        len(masks) != 3
        or masks[0] != classes[0]
        or masks[1] < cells.bottom
        or masks[2] < cells.right
    ):
        raise IncompatibleModel(
            f"the model's mask logits have shape {masks}, but {classes[0]} masks of at least "
            f"{(cells.bottom, cells.right)} cells (a quarter of the input) are needed; "
            "export the model again"
        )
