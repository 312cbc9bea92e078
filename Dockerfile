# The service in a container, with its model: docker build -t m2fp .
# How to run it, and why it is built this way: docs/operators/container.md
#
# amd64 and arm64 alike. The base is any Debian 13 (slim); pin it by digest where builds must repeat.
ARG BASE=docker.io/library/debian:trixie-slim

FROM ${BASE} AS build
RUN apt-get update \
    && DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends \
        ca-certificates python3 python3-venv
# pip stays in a folder of its own, which does not get into the image.
RUN python3 -m venv /pip && python3 -m venv --without-pip /app/venv
# Another index, for example a mirror: --build-arg PIP_INDEX_URL=...; hashes hold for any.
ARG PIP_INDEX_URL=https://pypi.org/simple
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore

WORKDIR /source
COPY locks/build.txt locks/serve.txt locks/
RUN /pip/bin/pip install --require-hashes --only-binary :all: -r locks/build.txt \
    && /pip/bin/pip --python /app/venv/bin/python install \
        --require-hashes --only-binary :all: -r locks/serve.txt
# The sources come last: what changes most often costs the least to build again.
COPY pyproject.toml README.md LICENSE ./
COPY src src
RUN /pip/bin/pip wheel --no-deps --no-build-isolation --wheel-dir /wheels . \
    && /pip/bin/pip --python /app/venv/bin/python install --no-deps --no-index /wheels/*.whl

FROM ${BASE}
# tini is process 1: it passes SIGTERM on and collects what workers leave behind.
RUN apt-get update \
    && DEBIAN_FRONTEND=noninteractive apt-get upgrade --yes \
    && apt-get install --yes --no-install-recommends ca-certificates python3 tini \
    && rm -rf /var/lib/apt/lists/* /var/cache/apt/* /var/log/*.log /var/log/apt \
    && useradd --uid 10001 --user-group --no-create-home --home-dir /app/data \
        --shell /usr/sbin/nologin m2fp \
    && find / -xdev -type f -perm /6000 -exec chmod a-s {} + \
    && install --directory --owner m2fp --group m2fp /app/data /app/input /app/output
COPY --from=build /app/venv /app/venv

# The root may be read-only: everything that is written goes to /app/data, /app/output and /tmp.
ENV PATH=/app/venv/bin:$PATH \
    HOME=/app/data \
    LANG=C.UTF-8 \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    M2FP_CACHE_DIR=/app/data/models \
    M2FP_SERVE__DATA=/app/data \
    M2FP_SERVE__HOST=0.0.0.0 \
    M2FP_SERVE__PORT=7860
USER 10001:10001
WORKDIR /app
VOLUME /app/data
EXPOSE 7860
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-m", "m2fp.service.operation.probe", "http://127.0.0.1:7860/readyz"]
ENTRYPOINT ["/usr/bin/tini", "--", "m2fp"]
CMD ["serve"]
