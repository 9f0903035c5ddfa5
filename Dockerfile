# Kliping in a container: non-root, nothing but Python and the locked packages; the root file system may be read-only.
#   docker build -t kliping:0.1.0 .
# The base is named by version; pin it by digest where you build: --build-arg BASE=python:3.13.9-slim-bookworm@sha256:...
ARG BASE=python:3.13.9-slim-bookworm

FROM ${BASE} AS packages
WORKDIR /build
COPY requirements.lock ./
# Wheels alone: nothing is compiled, so no compiler is needed. By hash, so that the index cannot exchange one.
RUN python -m venv /venv \
 && /venv/bin/pip install --no-cache-dir --disable-pip-version-check --only-binary=:all: --require-hashes \
      -r requirements.lock -c requirements.lock \
 && (/venv/bin/python -m compileall -q /venv || true)

FROM ${BASE}
RUN useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin kliping
COPY --from=packages /venv /venv
WORKDIR /app
COPY pyproject.toml prefect.yaml prefect.toml datasets.toml requirements.lock README.md LICENSE NOTICE ./
COPY flows flows
COPY schemas schemas
COPY expectations expectations
COPY seeds seeds
# Written to at run time: mount volumes here. Everything else stays as it was built.
RUN mkdir data output .prefect .stores && chown kliping:kliping data output .prefect .stores
ENV PATH=/venv/bin:$PATH PYTHONPATH=/app PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 HOME=/tmp \
    DO_NOT_TRACK=1 PREFECT_SERVER_ANALYTICS_ENABLED=false PREFECT_SERVER_UI_V2_ENABLED=false
USER kliping
VOLUME ["/app/data", "/app/output", "/app/.prefect"]
ENTRYPOINT ["python", "-m", "flows.cli"]
CMD ["--help"]
