# syntax=docker/dockerfile:1
# Firstmile as a server: the binary, and the dbt that its checks run. Built by `make image`.
#
#   docker run -v firstmile:/data -v ./server.yml:/etc/firstmile/server.yml:ro --env-file secrets.env firstmile
#   docker run -v firstmile:/data -p 127.0.0.1:8080:8080 firstmile local --data /data/local --addr 0.0.0.0:8080
#
# Tokens come from the environment or from mounted files when the container starts; no layer holds any.

FROM golang:1.26-bookworm AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN --mount=type=cache,target=/go/pkg/mod go mod download
COPY . .
ARG VERSION=dev
ENV GOCACHE=/go/build-cache
RUN --mount=type=cache,target=/go/pkg/mod --mount=type=cache,target=/go/build-cache \
    CGO_ENABLED=1 go build -mod=readonly -buildvcs=false -trimpath -ldflags "-s -w -X main.version=${VERSION}" -o /out/firstmile ./bot

# A venv holds absolute paths and its Python's version: it is made where it will be used, on the same Debian.
FROM debian:bookworm-slim AS dbt
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates python3-venv
COPY requirements-dbt.txt /tmp/
RUN python3 -m venv /opt/dbt \
    && /opt/dbt/bin/pip install --no-cache-dir --require-hashes -r /tmp/requirements-dbt.txt \
    && /opt/dbt/bin/python -m pip uninstall -y pip setuptools

FROM debian:bookworm-slim
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates libstdc++6 python3 tzdata \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --home-dir /data --shell /usr/sbin/nologin firstmile \
    && install -d -o firstmile -g firstmile -m 0700 /data
COPY --from=dbt /opt/dbt /opt/dbt
COPY --from=build /out/firstmile /usr/local/bin/firstmile
COPY LICENSE /usr/share/doc/firstmile/LICENSE

ENV PATH=/opt/dbt/bin:/usr/local/bin:/usr/bin:/bin \
    HOME=/data \
    DBT_SEND_ANONYMOUS_USAGE_STATS=False \
    FIRSTMILE_CONFIG=/etc/firstmile/server.yml \
    FIRSTMILE_DATA=/data \
    FIRSTMILE_HEALTH=127.0.0.1:8081
USER firstmile
WORKDIR /data
VOLUME /data

# Healthy is: connected to Slack. The bot says so on FIRSTMILE_HEALTH, and `firstmile health` asks there.
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s CMD ["firstmile", "health"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["firstmile"]
CMD ["serve"]
