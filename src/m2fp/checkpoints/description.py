"""What a converted model says of itself: labels, input, name and licence."""

from __future__ import annotations

from typing import Final

from m2fp.checkpoints.configuration import FILE_NAME, Configuration
from m2fp.errors import ConfigError, IncompatibleModel
from m2fp.imaging import AnyRule, CanvasRule, InputRule
from m2fp.labels import LabelScheme, get_scheme, scheme_names
from m2fp.model import ModelConfig
from m2fp.registry.model_info import ModelInfo

# The schemes that M2FP was published for; no two have the same number of classes.
_PUBLISHED: Final = ("lip", "cihp", "mhp-v2", "ppp")
# Both families of public weights are for research only.
DEFAULT_LICENCE: Final = "CC-BY-NC-4.0 (non-commercial; see the source of the weights)"
# Of the official models of several people; those of one person have the default canvas.
_SHORT_SIDE, _LONG_SIDE = 640, 1333
_BACKBONES: Final = {"resnet50": ("r50", "ResNet-50"), "resnet101": ("r101", "ResNet-101")}


def label_scheme(classes: int, labels: str | None) -> LabelScheme:
    """Return the scheme of this name, or the published one with so many classes.

    Raises:
        IncompatibleModel: no published scheme has so many classes.
        ConfigError: there is no scheme of this name, or it has another number of classes.
    """
    if labels is not None:
        scheme = get_scheme(labels)
        if scheme.class_count != classes:
            raise ConfigError(
                f"the network has {classes} classes, but the labels {labels!r} make "
                f"{scheme.class_count}; choose others: {_choices()}",
                option="labels",
            )
        return scheme
    for name in _PUBLISHED:
        if get_scheme(name).class_count == classes:
            return get_scheme(name)
    raise IncompatibleModel(
        f"the network has {classes} classes, as no public M2FP does; if they are of a scheme that "
        f"m2fp knows, name it with --labels: {_choices()}"
    )


def input_rule(scheme: LabelScheme, configuration: Configuration) -> tuple[AnyRule, list[str]]:
    """Return how photos become input, and what is wrong with the configuration's word on it."""
    if scheme.person_class is not None:
        return InputRule(_SHORT_SIDE, _LONG_SIDE), []
    if configuration.canvas is None:
        return CanvasRule(), []
    height, width = configuration.canvas
    try:
        return CanvasRule(height, width), []
    except ConfigError as error:
        standard = CanvasRule()
        return standard, [
            f"{FILE_NAME} asks for an input of {width} x {height} pixels, which cannot be "
            f"({error.message}); it is {standard.width} x {standard.height}"
        ]


def model_info(
    config: ModelConfig, rule: AnyRule, *, source: str, name: str | None, licence: str | None
) -> ModelInfo:
    """Return the description; its hash is known only once the file is written.

    Args:
        config: the network.
        rule: how photos become its input.
        source: file name of the checkpoint.
        name: of the model; made from backbone and labels when None.
        licence: of the weights; non-commercial when None, as all public ones are.
    """
    scheme = get_scheme(config.scheme)
    short, title = _BACKBONES[config.backbone]
    return ModelInfo(
        name=name or f"m2fp-{short}-{scheme.name}",
        scheme=scheme,
        input=rule,
        precision="fp32",
        licence=licence or DEFAULT_LICENCE,
        sha256="",
        description=f"M2FP, {title}, labels {scheme.title}; converted from {source}",
    )


def _choices() -> str:
    schemes = [get_scheme(name) for name in scheme_names()]
    return ", ".join(f"{scheme.name} ({scheme.class_count})" for scheme in schemes)
