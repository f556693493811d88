# One image for every process of Comanda: the command picks which (`api`, `ws-gateway`, `migrate`, or `serve` for all in
# one).

FROM rust:1.95.0-slim-bookworm AS build
WORKDIR /src
COPY . .
# Without the demo's fake provider (feature `sandbox`). The caches stay on the build host: a change to one crate
# compiles that crate, not its 400 dependencies.
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/src/target \
    cargo build --release --locked --no-default-features --bin comanda \
    && install -D target/release/comanda /out/comanda

FROM debian:12.12-slim
# Certificates for the payment provider; everything else the binary brings along.
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin comanda \
    && install -d -o comanda -g comanda -m 700 /data
COPY --from=build /out/comanda /usr/local/bin/comanda
USER comanda
WORKDIR /data
VOLUME /data
# The image listens on all addresses, where development refuses to start: its passwords are published.
ENV COMANDA_ENV=production \
    COMANDA_API_ADDR=0.0.0.0:8000 \
    COMANDA_WS_ADDR=0.0.0.0:8001 \
    COMANDA_DATA_DIR=/data
EXPOSE 8000 8001
# Sockets are closed over a few seconds before the process ends; Docker's own patience is ten.
STOPSIGNAL SIGTERM
ENTRYPOINT ["/usr/local/bin/comanda"]
CMD ["serve"]
