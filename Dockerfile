# The images of a deployment (docs/deploy.md). All stand on one base image, take programs
# from Debian and Python packages from the hashed locks that the tests use.
ARG BASE=python:3.11-slim-bookworm

# --- what every image has: the code, a user, and the entry point that checks secrets
FROM ${BASE} AS base
ENV LC_ALL=C.UTF-8 TZ=UTC PYTHONUNBUFFERED=1 \
    PYTHONPATH=/opt/rasure RASURE_SECRETS=/run/secrets
WORKDIR /opt/rasure
ENTRYPOINT ["python3", "-P", "-m", "rasure.runtime.containers"]

# --- PostgreSQL with PostGIS
FROM base AS database
RUN mkdir -p /etc/postgresql-common/createcluster.d \
    && echo 'create_main_cluster = false' > /etc/postgresql-common/createcluster.d/rasure.conf \
    && apt-get update \
    && apt-get install --yes --no-install-recommends postgresql-15 postgresql-15-postgis-3 \
    && rm -rf /var/lib/apt/lists/* \
    && install -d -o postgres -g postgres -m 0700 /var/lib/postgresql/rasure
COPY rasure rasure
COPY deploy deploy
USER postgres
CMD ["database"]

# --- Redis: what waits for a worker, and the cached answers of charts
FROM base AS redis
RUN apt-get update \
    && apt-get install --yes --no-install-recommends redis-server \
    && rm -rf /var/lib/apt/lists/* \
    && install -d -o redis -g redis -m 0700 /var/lib/redis
COPY rasure rasure
USER redis
CMD ["redis"]

# --- the reverse proxy with TLS
FROM base AS proxy
RUN apt-get update \
    && apt-get install --yes --no-install-recommends caddy \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 10002 --no-create-home rasure-proxy
COPY rasure rasure
COPY deploy deploy
USER rasure-proxy
CMD ["proxy"]

# --- Airflow, its workers and Superset: Airflow's worker publishes into Superset's
#     metadata with Superset's own programs, so one image holds both environments
FROM base AS application
ENV UV_SYSTEM_CERTS=1 UV_NO_CACHE=1 UV_COMPILE_BYTECODE=1 PYTHONPATH= \
    PATH=/opt/rasure/.venv/bin:$PATH RASURE_HOME=/var/lib/rasure
RUN groupadd --gid 10001 rasure \
    && useradd --uid 10001 --gid 10001 --home-dir /var/lib/rasure --no-create-home rasure \
    && install -d -o rasure -g rasure -m 0711 /var/lib/rasure \
    && install -d -o rasure -g rasure -m 0700 /var/lib/rasure/landing
COPY requirements requirements
RUN python3 -m venv .venv \
    && .venv/bin/python -m pip install --no-cache-dir --require-hashes \
        -r requirements/bootstrap.txt \
    && .venv/bin/uv pip install --quiet --python .venv/bin/python --require-hashes \
        -r requirements/pipeline.txt \
    && .venv/bin/uv pip install --quiet --no-deps --require-hashes \
        --target .venv/reference -r requirements/reference.txt
RUN python3 -m venv .venv-superset \
    && .venv/bin/uv pip install --quiet --python .venv-superset/bin/python \
        --require-hashes -r requirements/superset.txt
COPY LICENSE NOTICE README.md pyproject.toml ./
COPY config config
COPY dags dags
COPY dbt dbt
COPY deploy deploy
COPY expectations expectations
COPY superset superset
COPY rasure rasure
RUN .venv/bin/uv pip install --python .venv/bin/python --no-deps -e ./superset -e . \
    && .venv/bin/uv pip install --python .venv-superset/bin/python --no-deps -e ./superset \
    && .venv/bin/python -m compileall -q rasure superset
USER rasure
CMD ["--help"]

# --- the application with a browser, which photographs the pages that are sent by email
FROM application AS reports
USER root
RUN apt-get update \
    && apt-get install --yes --no-install-recommends \
        chromium fonts-dejavu-core libatomic1 \
    && rm -rf /var/lib/apt/lists/*
USER rasure
CMD ["reports"]
