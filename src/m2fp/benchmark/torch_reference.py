"""The contender to beat: the plain PyTorch network, and naive post-processing after it.

It is the way the published model is run today. Nothing here is slowed down on purpose: the network
computes what was published, see `plain_network`, in evaluation mode and without gradients.
"""

from __future__ import annotations

from pathlib import Path
from time import perf_counter

import torch

from m2fp.benchmark.messages import Parsed
from m2fp.benchmark.naive_postprocess import parse_naively
from m2fp.benchmark.plain_network import PlainNetwork
from m2fp.benchmark.plan import TORCH_REFERENCE
from m2fp.checkpoints import load_model
from m2fp.errors import InferenceFailed
from m2fp.imaging import IntakeLimits, prepare, read_photo
from m2fp.registry import ModelInfo
from m2fp.results import Timing


class TorchReference:
    """Parses photos with a converted checkpoint; not for use beside other work of this process."""

    def __init__(self, path: Path, threads: int, limits: IntakeLimits) -> None:
        """Load the model and set the threads of the whole process.

        Raises:
            ModelError: the file is no converted checkpoint.
        """
        torch.set_num_threads(threads)
        network, self._info = load_model(path)
        self._network = PlainNetwork(network).eval()
        self._limits = limits

    @property
    def info(self) -> ModelInfo:
        """Return the description of the model."""
        return self._info

    def parse(self, path: Path) -> Parsed:
        """Return the times of one photo and the number of people in it.

        With a scheme that knows no people there is one person, or none where all is background.

        Raises:
            InferenceFailed: PyTorch could not compute it, most often for lack of memory.
            ImageError, SourceNotFound: the photo cannot be read.
        """
        start = perf_counter()
        photo = read_photo(path, self._limits)
        decoded = perf_counter()
        network_input = prepare(photo, self._info.input)
        prepared = perf_counter()
        try:
            with torch.inference_mode():
                output = self._network(torch.from_numpy(network_input.tensor))
                classes, masks = output.class_logits[0], output.mask_logits()[0]
                inferred = perf_counter()
                parsing = parse_naively(classes, masks, network_input, self._info.scheme)
        except RuntimeError as error:
            raise InferenceFailed(
                f"PyTorch could not parse {path.name}: {error}", engine=TORCH_REFERENCE
            ) from error
        end = perf_counter()
        one_at_most = self._info.scheme.person_class is None
        persons = int(parsing.semantic.any()) if one_at_most else len(parsing.people)
        return Parsed(
            Timing(
                decode_s=decoded - start,
                preprocess_s=prepared - decoded,
                inference_s=inferred - prepared,
                postprocess_s=end - inferred,
                total_s=end - start,
            ),
            persons,
        )
