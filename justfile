# Daily commands; `just` lists them. Each is one line that works without just, too.

set shell := ["bash", "-euo", "pipefail", "-c"]

_list:
    @just --list

# The demo restaurant on this machine
run *ARGS:
    cargo run --release -- {{ARGS}}

# One crate, fast: just check store
check CRATE:
    cargo check --locked -p {{CRATE}} --all-targets

# Format everything
fmt:
    cargo fmt --all

# What a merge needs and takes no tests: formatting, citations, lines, spelling, dependencies, lints
lint:
    cargo fmt --all --check
    scripts/check-citations
    scripts/check-lines
    scripts/check-dependencies
    scripts/check-licences
    scripts/check-spelling
    cargo clippy --workspace --all-targets --locked -- -D warnings

# The documentation of the crates, without a link that leads nowhere
doc:
    RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --locked

# Alerts, dashboards, runbook, units, package, compose, Kubernetes: just deploy alerts
deploy *PARTS:
    scripts/check-deploy {{PARTS}}

# All tests, or what `cargo test` would take: just test -p domain
test *ARGS:
    scripts/test {{ARGS}}

# Groups of black-box tests: just it rounds cart
it +GROUPS:
    scripts/test -p comanda --test it -- {{GROUPS}}

# The long runs of which the tests play a sample: just soak crashes 50
soak *ARGS:
    scripts/soak {{ARGS}}

# Everything that must pass before a merge
ci:
    .ci/run

# The committed documents, from the code
documents:
    cargo run -- openapi > api/openapi.json
    cargo run -- asyncapi > ws-gateway/asyncapi.json
    cargo run -- configuration > docs/configuration.md

# Every citation in comments, with its place
citations:
    scripts/check-citations --list

# Rounds a second beside pgbench, and the way of an event
bench:
    scripts/bench

# Known faults of what we depend on; needs the network
advisories:
    scripts/cargo-tool cargo-deny 0.20.2 --locked check advisories
