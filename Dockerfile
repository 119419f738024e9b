# syntax=docker/dockerfile:1
# The image of the service: the program alone, on a base without a shell or a package manager.

ARG RUST_VERSION=1.95

# cargo-chef builds the dependencies in a layer of their own, which stays cached until Cargo.toml or Cargo.lock change.
FROM rust:${RUST_VERSION}-slim-bookworm AS chef
RUN cargo install --locked cargo-chef@0.1.78
WORKDIR /src

FROM chef AS plan
COPY . .
RUN cargo chef prepare --recipe-path recipe.json

FROM chef AS build
COPY --from=plan /src/recipe.json .
RUN cargo chef cook --release --locked --package bookstore --recipe-path recipe.json
COPY . .
RUN cargo build --release --locked --package bookstore --bin bookstore && mkdir /data

# distroless/cc has what the program links to (glibc, libgcc) and the certificates that TLS to a mail server needs, and nothing else
# that could be attacked or need an upgrade. Its user "nonroot" is 65532.
FROM gcr.io/distroless/cc-debian12:nonroot
COPY --from=build /src/target/release/bookstore /usr/local/bin/bookstore
# The embedded store, generated secrets and e-mails without a mail server, unless DATABASE_URL and SMTP_URL say otherwise.
COPY --from=build --chown=65532:65532 /data /data
WORKDIR /data
VOLUME /data
ENV HOST=0.0.0.0 PORT=8080 DATABASE_URL=sqlite:///data/bookstore.db
EXPOSE 8080
HEALTHCHECK --interval=5s --timeout=16s --start-period=60s --retries=3 CMD ["/usr/local/bin/bookstore", "health"]
ENTRYPOINT ["/usr/local/bin/bookstore"]
