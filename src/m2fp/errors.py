"""Every error that m2fp raises on purpose.

    M2FPError
    |-- ImageError                  a picture cannot be used
    |   |-- UnsupportedImageFormat  unsupported_image_format
    |   |-- ImageTooLarge           body_too_large | too_many_pixels
    |   |-- EmptyImage              empty_image | image_too_small | aspect_too_extreme
    |   `-- UndecodableImage        undecodable_image
    |-- ModelError                  a model file cannot be used
    |   |-- ModelNotFound           model_not_found
    |   |-- ChecksumMismatch        checksum_mismatch
    |   |-- IncompatibleModel       incompatible_model
    |   |-- UnsafeCheckpoint        unsafe_checkpoint
    |   |-- LicenceNotAccepted      licence_not_accepted
    |   `-- DownloadFailed          download_failed
    |       `-- OfflineModelMissing offline_model_missing
    |-- EngineError                 the run-time under the model failed
    |   |-- EngineUnavailable       engine_unavailable
    |   `-- InferenceFailed         inference_failed
    |-- ResultError                 maps, masks or documents do not fit together
    |   |-- InvalidMaps             invalid_maps
    |   |-- InvalidRle              invalid_rle
    |   |-- InvalidDocument         invalid_document
    |   `-- NoEvidence              no_evidence
    |-- ConfigError                 config_error: an option has no such value
    |-- DataError                   a data set on disk is not what was expected
    |                               data_error | missing_file | unreadable_file | size_mismatch |
    |                               unknown_id
    |-- MissingExtra                missing_extra: an optional dependency is not installed
    `-- SourceNotFound              source_not_found: a file, folder or pattern gives nothing

``code`` is stable and documented, so programs may compare it. The message is for people and says
what to do. Where one class carries several codes, the code of the instance tells them apart.
"""

from __future__ import annotations


class M2FPError(Exception):
    """Base of every error m2fp raises on purpose."""

    code: str = "m2fp_error"

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message

    def __reduce__(self) -> tuple[object, ...]:
        # Pickle would make it anew from the message alone, which most of these classes refuse.
        return Exception.__new__, (type(self), *self.args), vars(self)


class ImageError(M2FPError):
    """A picture cannot be used; ``name`` is the picture's name where it is known."""

    code = "image_error"

    def __init__(self, message: str, *, name: str | None = None) -> None:
        super().__init__(message)
        self.name = name


class UnsupportedImageFormat(ImageError):
    """The bytes or the array are of a kind that is not accepted."""

    code = "unsupported_image_format"

    def __init__(
        self, message: str, *, name: str | None = None, accepted: tuple[str, ...] = ()
    ) -> None:
        super().__init__(message, name=name)
        self.accepted = accepted


class ImageTooLarge(ImageError):
    """Too many bytes (``body_too_large``) or pixels (``too_many_pixels``).

    ``actual`` is None when the decoder refused to say how many.
    """

    code = "too_many_pixels"

    def __init__(
        self,
        message: str,
        *,
        code: str = "too_many_pixels",
        actual: int | None,
        limit: int,
        name: str | None = None,
    ) -> None:
        super().__init__(message, name=name)
        self.code = code
        self.actual = actual
        self.limit = limit


class EmptyImage(ImageError):
    """There is no picture to speak of: no bytes, or sides that are too short or too unequal.

    ``size`` is (height, width) where it is known.
    """

    code = "empty_image"

    def __init__(
        self,
        message: str,
        *,
        code: str = "empty_image",
        size: tuple[int, int] | None = None,
        name: str | None = None,
    ) -> None:
        super().__init__(message, name=name)
        self.code = code
        self.size = size


class UndecodableImage(ImageError):
    """The bytes look like an accepted format but do not decode; ``reason`` says why."""

    code = "undecodable_image"

    def __init__(self, message: str, *, reason: str = "", name: str | None = None) -> None:
        super().__init__(message, name=name)
        self.reason = reason


class ModelError(M2FPError):
    """A model file cannot be used; ``model`` is the name or path that was asked for."""

    code = "model_error"

    def __init__(self, message: str, *, model: str | None = None) -> None:
        super().__init__(message)
        self.model = model


class ModelNotFound(ModelError):
    """No model that is on this machine and no file has this name."""

    code = "model_not_found"


class ChecksumMismatch(ModelError):
    """The file's sha256 is not the recorded one."""

    code = "checksum_mismatch"

    def __init__(
        self, message: str, *, expected: str, actual: str, model: str | None = None
    ) -> None:
        super().__init__(message, model=model)
        self.expected = expected
        self.actual = actual


class IncompatibleModel(ModelError):
    """The file is a model, but not one that this version can run."""

    code = "incompatible_model"


class LicenceNotAccepted(ModelError):
    """The weights come under a licence that the user has to accept; ``licence`` is its name."""

    code = "licence_not_accepted"

    def __init__(self, message: str, *, licence: str, model: str | None = None) -> None:
        super().__init__(message, model=model)
        self.licence = licence


class DownloadFailed(ModelError):
    """A file could not be fetched or stored.

    ``manual`` has the commands that fetch by hand what is missing, one per line.
    """

    code = "download_failed"

    def __init__(self, message: str, *, model: str | None = None, manual: str = "") -> None:
        super().__init__(message, model=model)
        self.manual = manual

    def __str__(self) -> str:
        return f"{self.message}\n{self.manual}" if self.manual else self.message


class OfflineModelMissing(DownloadFailed):
    """A file would have to be fetched, and downloads are forbidden."""

    code = "offline_model_missing"


class UnsafeCheckpoint(ModelError):
    """Reading the file could run code or fill the memory, so it was not read."""

    code = "unsafe_checkpoint"


class EngineError(M2FPError):
    """The run-time under the model failed; ``engine`` is its name."""

    code = "engine_error"

    def __init__(self, message: str, *, engine: str | None = None) -> None:
        super().__init__(message)
        self.engine = engine


class EngineUnavailable(EngineError):
    """The engine or the device asked for does not exist here."""

    code = "engine_unavailable"


class InferenceFailed(EngineError):
    """The engine was loaded but could not compute this picture."""

    code = "inference_failed"


class ResultError(M2FPError):
    """Maps, masks or documents do not fit together."""

    code = "result_error"


class InvalidMaps(ResultError):
    """The label maps or the scores that go with them do not fit together; ``field`` says which."""

    code = "invalid_maps"

    def __init__(self, message: str, *, field: str) -> None:
        super().__init__(message)
        self.field = field


class InvalidRle(ResultError):
    """A run-length mask is not a COCO mask of the size it claims."""

    code = "invalid_rle"


class InvalidDocument(ResultError):
    """A result document lacks a field or contradicts itself; ``where`` is the place, as a path."""

    code = "invalid_document"

    def __init__(self, message: str, *, where: str) -> None:
        super().__init__(f"{where}: {message}")
        self.where = where


class NoEvidence(ResultError):
    """A result does not hold what the network said, only the maps made from it."""

    code = "no_evidence"


class ConfigError(M2FPError):
    """An option has a value that it cannot have; ``option`` is its name."""

    code = "config_error"

    def __init__(self, message: str, *, option: str | None = None) -> None:
        super().__init__(message)
        self.option = option


class DataError(M2FPError):
    """A data set on disk is not what was expected; ``path`` is where.

    Codes: a file is not there (``missing_file``) or cannot be read (``unreadable_file``), pictures
    of one photo differ in size (``size_mismatch``), a label is not in the scheme (``unknown_id``),
    or anything else (``data_error``).
    """

    code = "data_error"

    def __init__(self, message: str, *, path: str | None = None, code: str = "data_error") -> None:
        super().__init__(message)
        self.code = code
        self.path = path


class MissingExtra(M2FPError):
    """An optional dependency is not installed; ``extra`` is the one that brings it."""

    code = "missing_extra"

    def __init__(self, *, extra: str, purpose: str) -> None:
        super().__init__(f"{purpose} needs an optional package: pip install 'm2fp[{extra}]'")
        self.extra = extra
        self.purpose = purpose


class SourceNotFound(M2FPError):
    """A file, folder or pattern gives nothing; ``source`` is what was asked for."""

    code = "source_not_found"

    def __init__(self, message: str, *, source: str | None = None) -> None:
        super().__init__(message)
        self.source = source
