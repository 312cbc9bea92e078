"""Write a network and what it expects of a photo into one ONNX file."""

from dataclasses import replace
from pathlib import Path

import onnx
import torch
from torch import Tensor, nn

from m2fp.checkpoints import load_model
from m2fp.errors import ConfigError
from m2fp.export.folding import fold_normalisation
from m2fp.export.graph import fold_weights, linear_layers_as_gemm, name_after_modules
from m2fp.export.quiet import quiet
from m2fp.export.sampling_node import sampling_as_one_node, sampling_functions
from m2fp.imaging import InputRule
from m2fp.labels import get_scheme
from m2fp.model import M2FP
from m2fp.registry import METADATA_KEY, ModelInfo, sha256_and_size
from m2fp.train.checkpoint import read_checkpoint
from m2fp.train.config import PublishConfig, TrainConfig, parse_config
from m2fp.whole_file import whole_file

OPSET = 18
STRIDE = 32
# Any multiple of 32 up to 4096 pixels: more is not a photo the network was meant for.
MAX_STRIDES = 128

_LOGGERS = ("torch.onnx", "onnxscript", "onnx_ir")  # of the exporter


class _Queries(nn.Module):
    """The network with the two final tensors as its outputs."""

    def __init__(self, model: M2FP):
        super().__init__()
        self.model = model

    def forward(self, pixels: Tensor) -> tuple[Tensor, Tensor]:
        output = self.model(pixels)
        return output.class_logits, output.mask_logits()


def export_checkpoint(checkpoint: Path, output: Path, recipe: TrainConfig | None = None) -> None:
    """Write the averaged weights of a training checkpoint as ONNX (the last ones without average).

    recipe: has the name and the `publish` table to use instead of those trained with.
    Raises ConfigError if the file is not a training checkpoint.
    """
    if not checkpoint.is_file():
        raise ConfigError(f"no checkpoint at {checkpoint}")
    values = read_checkpoint(checkpoint)
    config = parse_config(values["config"])
    model = M2FP(config.model)
    model.load_state_dict(values["average"] or values["model"])
    said = recipe or config
    sha256, _ = sha256_and_size(checkpoint)
    info = replace(model_info(model, said.name, said.publish), source_sha256=sha256)
    export_model(model, output, info)


def export_converted(source: Path, output: Path) -> None:
    """Write a converted checkpoint (see `m2fp.checkpoints`) as ONNX.

    Raises ModelNotFound or IncompatibleModel if the file is none.
    """
    model, info = load_model(source)
    export_model(model, output, replace(info, source_sha256=info.sha256))


def model_info(model: M2FP, name: str, publish: PublishConfig) -> ModelInfo:
    """Return what the exported file says of itself; its hash is known only once it is written."""
    rule = InputRule(
        short_side=publish.short_side,
        long_side=publish.long_side,
        multiple=STRIDE,
        mean=model.backbone.mean,
        std=model.backbone.std,
    )
    return ModelInfo(
        name=name,
        scheme=get_scheme(model.config.scheme),
        input=rule,
        precision="fp32",
        licence=publish.licence,
        sha256="",
        description=publish.description,
    )


def export_model(model: M2FP, output: Path, info: ModelInfo) -> None:
    """Write the network as ONNX for any input whose sides are multiples of 32.

    Input "pixels" float32 (1, 3, H, W); outputs "class_logits" (1, Q, C + 1) and "mask_logits"
    (1, Q, H / 4, W / 4). Labels, preprocessing and licence are in the file's metadata.
    """
    height, width = (STRIDE * torch.export.Dim(name, max=MAX_STRIDES) for name in ("h", "w"))
    example = torch.zeros(1, 3, 8 * STRIDE, 12 * STRIDE)
    folded = fold_normalisation(model)
    with quiet(*_LOGGERS), torch.no_grad(), sampling_as_one_node(folded):
        program = torch.onnx.export(
            _Queries(folded),
            (example,),
            dynamo=True,
            verbose=False,
            opset_version=OPSET,
            input_names=["pixels"],
            output_names=["class_logits", "mask_logits"],
            dynamic_shapes={"pixels": {2: height, 3: width}},
        )
    assert program is not None
    proto = program.model_proto
    name_after_modules(proto.graph)
    fold_weights(proto.graph)
    linear_layers_as_gemm(proto.graph)
    proto.functions.extend(sampling_functions(folded))
    write_onnx(proto, output, info)


def write_onnx(proto: onnx.ModelProto, output: Path, info: ModelInfo) -> None:
    """Write a graph and what it says of itself; the same bytes for the same graph."""
    del proto.metadata_props[:]
    entry = proto.metadata_props.add()
    entry.key = METADATA_KEY
    entry.value = info.to_metadata()
    onnx.checker.check_model(proto)
    with whole_file(output) as draft:
        draft.write_bytes(proto.SerializeToString(deterministic=True))
