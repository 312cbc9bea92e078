"""What a model file says about itself."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Final

from m2fp.errors import ConfigError, IncompatibleModel
from m2fp.imaging.rules import AnyRule, rule_from_dict
from m2fp.labels import LabelScheme, get_scheme

METADATA_KEY: Final = "m2fp"
METADATA_FORMAT: Final = 1
PRECISIONS: Final = ("fp32", "int8")


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """The description that travels inside a model file.

    Attributes:
        name: short name, for example "m2fp-lite".
        scheme: the labels it was trained on.
        input: how photos become its input.
        precision: "fp32" or "int8".
        licence: of the weights.
        sha256: of the whole file, 64 hexadecimal digits.
        description: one sentence for people.
        source_sha256: of the file of weights it was made from, "" where that is not known.
    """

    name: str
    scheme: LabelScheme
    input: AnyRule
    precision: str
    licence: str
    sha256: str
    description: str
    source_sha256: str = ""

    @classmethod
    def from_metadata(cls, text: str, sha256: str) -> ModelInfo:
        """Return the info written by `to_metadata`.

        Args:
            text: the JSON under the key "m2fp" of an ONNX file's custom metadata.
            sha256: of the file the text was read from.

        Raises:
            IncompatibleModel: the text is not such a document, or of a newer format.
        """
        document = _document(text)
        try:
            info = cls(
                name=_text(document, "name"),
                scheme=get_scheme(_text(document, "scheme")),
                input=rule_from_dict(_object(document, "input")),
                precision=_text(document, "precision"),
                licence=_text(document, "licence"),
                sha256=sha256,
                description=_text(document, "description"),
                source_sha256=str(document.get("source_sha256", "")),
            )
        except KeyError as error:
            raise IncompatibleModel(
                f"the model's metadata lacks {error.args[0]!r}; export the model again"
            ) from None
        except (ConfigError, TypeError) as error:
            raise IncompatibleModel(
                f"the model's metadata cannot be used: {error}; export the model again, "
                "or update m2fp"
            ) from error
        if info.precision not in PRECISIONS:
            raise IncompatibleModel(
                f"the model's precision is {info.precision!r}; this version of m2fp knows "
                f"{' and '.join(PRECISIONS)}; update m2fp"
            )
        return info

    def to_metadata(self) -> str:
        """Return the JSON for a model file; the sha256 is left out, a file cannot hold its own.

        The names of the classes are for other programs that run the file; m2fp knows the scheme.
        """
        return json.dumps(
            {
                "format": METADATA_FORMAT,
                "name": self.name,
                "scheme": self.scheme.name,
                "labels": [
                    self.scheme.class_name(index) for index in range(self.scheme.class_count)
                ],
                "precision": self.precision,
                "licence": self.licence,
                "description": self.description,
                "input": self.input.to_dict(),
                "source_sha256": self.source_sha256,
            },
            ensure_ascii=False,
        )


def _document(text: str) -> dict[str, Any]:
    try:
        document = json.loads(text)
    except ValueError as error:
        raise IncompatibleModel(
            "the model's metadata is not valid JSON; export the model again"
        ) from error
    if not isinstance(document, dict):
        raise IncompatibleModel("the model's metadata is not an object; export the model again")
    if document.get("format") != METADATA_FORMAT:
        raise IncompatibleModel(
            f"the model's metadata has format {document.get('format')!r}, this version of m2fp "
            f"reads format {METADATA_FORMAT}; update m2fp or export the model again"
        )
    return document


def _text(document: dict[str, Any], key: str) -> str:
    value = document[key]
    if not isinstance(value, str):
        raise TypeError(f"{key} must be text, not {type(value).__name__}")
    return value


def _object(document: dict[str, Any], key: str) -> dict[str, Any]:
    value = document[key]
    if not isinstance(value, dict):
        raise TypeError(f"{key} must be an object, not {type(value).__name__}")
    return value
