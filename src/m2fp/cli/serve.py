"""`m2fp serve`: the API and the web page, until it is told to end."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from m2fp.cli.config_option import ConfigOption
from m2fp.cli.engine_options import EngineOption, ThreadsOption
from m2fp.errors import ConfigError
from m2fp.extras import needs_extra

if TYPE_CHECKING:
    from m2fp.service.operation.settings import AccessSettings, ServiceSettings
    from m2fp.service.workers import PoolSettings


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("serve")(serve)


def serve(
    *,
    host: Annotated[
        str | None,
        typer.Option("--host", metavar="ADDRESS", help="\\[default: 127.0.0.1, this machine only]"),
    ] = None,
    port: Annotated[
        int | None, typer.Option("--port", metavar="N", help="0 = any free one. \\[default: 7860]")
    ] = None,
    data: Annotated[
        Path | None, typer.Option("--data", metavar="FOLDER", help="Where jobs and results are.")
    ] = None,
    model: Annotated[
        str | None,
        typer.Option("--model", "-m", metavar="MODEL", help="Name or file. \\[default: builtin]"),
    ] = None,
    workers: Annotated[
        int | None,
        typer.Option(
            "--workers", metavar="N", help="Processes with the model. \\[default: one for 4 CPUs]"
        ),
    ] = None,
    api_keys: Annotated[
        Path | None,
        typer.Option("--api-keys", metavar="FILE", help="Hashed keys; see `m2fp keys new`."),
    ] = None,
    auth: Annotated[
        str | None,
        typer.Option(
            "--auth", metavar="keys|none", help="none = everybody who reaches it may use it."
        ),
    ] = None,
    engine: EngineOption = None,
    threads: ThreadsOption = None,
    config: ConfigOption = None,
) -> None:
    """Serve the API and the web page.

    Ends with Ctrl-C or SIGTERM when what is being worked on is done; jobs go on
    at the next start. All other settings: m2fp config show.
    """
    from m2fp.cli.service_settings import log_settings, pool_settings, service_settings
    from m2fp.settings import load_settings

    settings = load_settings(
        model=model,
        engine=engine,
        threads=threads,
        options={
            "serve.host": host,
            "serve.port": port,
            "serve.data": data,
            "serve.workers": workers,
            "serve.api_keys": api_keys,
            "serve.auth": auth,
        },
        config=config,
    )
    service, pool = service_settings(settings), pool_settings(settings)
    with needs_extra("serve", "m2fp serve"):
        import fastapi
        import uvicorn  # noqa: F401

        del fastapi
    from m2fp.service.operation.logs import set_up_logs

    _check(service)
    set_up_logs(log_settings(settings))
    _run(service, pool)


def _run(settings: ServiceSettings, pool: PoolSettings) -> None:
    import asyncio

    from m2fp.cli.screen import write_line
    from m2fp.registry import locate
    from m2fp.service.http.assembly import assemble
    from m2fp.service.http.intake.upload import keep_uploads_in
    from m2fp.service.http.server import Listener, serve

    locate(pool.model)  # a model that is not there is told before anything is started
    http = settings.http
    listener = Listener(http.host, http.port)
    metrics = None if http.metrics_port is None else Listener(http.host, http.metrics_port)
    parts = assemble(settings, pool)
    keep_uploads_in(settings.data / "tmp")
    keys = None if parts.keys is None else len(parts.keys)
    for line in exposure(settings, pool, listener.url, keys=keys):
        write_line(line)
    asyncio.run(
        serve(parts, listener, metrics, when_ready=lambda: write_line("ready; Ctrl-C ends it"))
    )


def exposure(
    settings: ServiceSettings, pool: PoolSettings, url: str, *, keys: int | None
) -> list[str]:
    """Return what the operator should know about who can do what, a line each.

    Args:
        settings: of the service.
        pool: of the worker processes.
        url: where it listens.
        keys: number of API keys; None = none are asked for.
    """
    import m2fp

    http = settings.http
    hours = settings.jobs.result_s / 3600
    pictures = "kept as long" if settings.jobs.keep_inputs else "deleted once they are done"
    lines = [
        f"m2fp {m2fp.__version__} listens on {url} (open it in a browser)",
        f"  who        {_who(http.access, http.host, keys)}",
        f"  model      {pool.model}, {pool.workers} x {pool.threads} threads",
        f"  jobs       {_where(settings)}; results are deleted after {hours:g} h, pictures are "
        f"{pictures}",
        f"  limits     {http.limits.max_bytes / 1e6:g} MB and {http.limits.max_pixels / 1e6:g} "
        f"megapixels a picture, {settings.jobs.max_items} pictures a job, "
        f"{http.rate_per_minute or 'any number of'} pictures a minute and client",
    ]
    if http.docs:
        lines.append(f"  reference  {url}/docs")
    if http.cors:
        lines.append(f"  browsers   pages of {', '.join(http.cors)} may call it")
    return lines


def _who(access: AccessSettings, host: str, keys: int | None) -> str:
    from m2fp.service.http.access.addresses import is_loopback

    if keys is not None:
        return f"holders of the {keys} API key(s) in {access.keys_file}"
    if is_loopback(host):
        return "everybody on this machine, without a key"
    return "EVERYBODY who reaches this address, without a key (serve.auth=none)"


def _where(settings: ServiceSettings) -> str:
    from m2fp.settings import masked

    queue = settings.queue
    if queue.redis_url is None:
        return f"in {settings.data}"
    return f"in {masked(queue.redis_url)}, pictures in {masked(queue.blobs or str(settings.data))}"


def _check(settings: ServiceSettings) -> None:
    """Return when the service may be started like this.

    Raises:
        ConfigError: it would be open to others without anybody having said so.
    """
    from m2fp.service.http.access.addresses import is_loopback
    from m2fp.service.operation.settings import AuthMode

    http = settings.http
    open_to_all = http.access.mode is AuthMode.NONE and not http.access.declared
    if open_to_all and not is_loopback(http.host):
        raise ConfigError(
            f"other machines reach {http.host}, and no API keys are set: give --api-keys FILE "
            "(`m2fp keys new` makes one), or --auth none if everybody may use it",
            option="serve.auth",
        )
