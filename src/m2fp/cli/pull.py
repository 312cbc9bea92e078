"""`m2fp models pull`: download a published model and make it ready to run."""

from __future__ import annotations

import shutil
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from m2fp.cli.exit_codes import exit_code_of
from m2fp.errors import DownloadFailed, MissingExtra, ModelNotFound

if TYPE_CHECKING:
    from m2fp.registry import ModelCache, RemoteModel
    from m2fp.registry.pull import PullOptions

_EXPORT_NEEDS = ("torch", "safetensors", "onnx", "onnxscript")
_WORKSHOP = "exporting"  # below the model's folder, where the lock makes it ours


def pull_model(
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="One of those that `m2fp models list` shows.")
    ],
    *,
    accept_licence: Annotated[
        bool, typer.Option("--accept-licence", help="Agree to the licence of the weights.")
    ] = False,
    mirror: Annotated[
        str | None,
        typer.Option(
            metavar="URL",
            help="Server to ask instead of ModelScope; several with commas.",
        ),
    ] = None,
    sha256: Annotated[
        str | None,
        typer.Option("--sha256", metavar="DIGEST", help="What the checkpoint has to have."),
    ] = None,
    export: Annotated[
        bool | None,
        typer.Option(
            "--export/--no-export",
            help="Make the file that runs anew, or not at all. \\[default: if it is missing]",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Download a model and make it ready to run.

    A download that was cut off goes on where it stopped. What is there is not
    fetched again, and files put in place by hand are taken in.
    """
    from m2fp.cli.screen import interrupted, show_note, write_line
    from m2fp.registry import ModelCache, find, find_remote, resolve
    from m2fp.registry.hub import read_bases, read_sha256
    from m2fp.registry.pull import PullOptions
    from m2fp.settings import load_settings

    settings = load_settings()
    model = find_remote(name)
    if model is None:
        if find(name) is None:
            raise ModelNotFound(
                f"no model is called {name!r}; m2fp models list shows those there are", model=name
            )
        show_note(f"{name} comes with m2fp")
        write_line(str(resolve(name)))
        return
    cache = ModelCache(settings.cache_dir)
    options = PullOptions(
        accept_licence=_agreed(model, cache, accepted=accept_licence),
        offline=settings.offline,
        sha256=None if sha256 is None else read_sha256(sha256),
        bases=read_bases(mirror or settings.model_mirror),
    )
    if export is not False and any(find_spec(package) is None for package in _EXPORT_NEEDS):
        show_note(
            "the extra that makes the file that runs is not installed, so that the checkpoint is "
            "only fetched; to have both: pip install 'm2fp[export]'"
        )
    try:
        _fetch(model, cache, options)
        runnable = None if export is False else _make_runnable(model, cache, anew=bool(export))
    except KeyboardInterrupt:
        raise typer.Exit(interrupted("the same command goes on from here")) from None
    write_line(str(runnable or cache.path(model, model.checkpoint)))
    if runnable is not None:
        show_note(f"ready; try: m2fp parse photo.jpg --model {name}")


def _agreed(model: RemoteModel, cache: ModelCache, *, accepted: bool) -> bool:
    """Show the licence, and ask for consent where it was not given and somebody can answer."""
    from m2fp.cli.screen import show_note

    accepted = accepted or bool(cache.records(model))
    if not accepted and not (sys.stdin.isatty() and sys.stderr.isatty()):
        return False  # the refusal that follows names the licence
    show_note(f"licence of {model.name}: {model.licence}. {model.terms} {model.page}")
    return accepted or typer.confirm("Do you accept it?", err=True)


def _fetch(model: RemoteModel, cache: ModelCache, options: PullOptions) -> None:
    from m2fp.cli.download_bars import DownloadBars
    from m2fp.cli.screen import show_error, show_note
    from m2fp.registry.pull import pull

    try:
        with DownloadBars() as bars:
            pull(model, cache, options, bars)
    except DownloadFailed as error:
        show_error(error.code, error.message)
        if error.manual:
            show_note("by hand, and then the same command again:")
            for line in error.manual.splitlines():
                show_note(f"  {line}")
        raise typer.Exit(exit_code_of(error)) from None


def _make_runnable(model: RemoteModel, cache: ModelCache, *, anew: bool) -> Path | None:
    """Return the file that runs, made of the checkpoint if need be; None = it cannot be made."""
    from m2fp.cli.screen import show_note

    def there() -> Path | None:
        found = None if anew else cache.runnable(model)
        return found[0] if found else None

    # Looked at before the lock is taken, for the disk may be read-only, and again when we have it.
    if found := there():
        return found
    with cache.lock(model, lambda: show_note("another process works on this model; waiting")):
        try:
            return there() or _export(model, cache)
        except MissingExtra as missing:
            show_note(f"downloaded. {missing.message}, then: m2fp models pull {model.name}")
            return None


def _export(model: RemoteModel, cache: ModelCache) -> Path:
    """Return the file that runs, newly made. Call it with the model's folder locked."""
    from m2fp.cli.screen import notes, show_note
    from m2fp.extras import needs_extra

    with needs_extra("export", "Making a checkpoint ready to run"):
        from m2fp.checkpoints import convert_checkpoint
        from m2fp.export import export_converted
    workshop = cache.place(model) / _WORKSHOP
    shutil.rmtree(workshop, ignore_errors=True)  # left over from a run that was killed
    workshop.mkdir()
    try:
        with notes().status("making it ready to run, which takes a few minutes"):
            converted, exported = workshop / "model.safetensors", workshop / "model.onnx"
            checkpoint = cache.path(model, model.checkpoint)
            conversion = convert_checkpoint(checkpoint, converted, licence=model.licence)
            export_converted(converted, exported)
        for doubt in conversion.doubts:
            show_note(doubt)
        return cache.keep(model, exported)
    finally:
        shutil.rmtree(workshop, ignore_errors=True)
