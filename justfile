# Everyday recipes. None is needed for the two commands of the README: `cargo run` and `cargo test --workspace`.

test_database_url := "postgres://bookstore:bookstore@127.0.0.1:5433/bookstore_test"

# Lists the recipes
default:
    @just --list

# Starts the service on an embedded store
run *arguments:
    cargo run -- {{ arguments }}

# Runs all tests, on every engine that can be found
test *arguments:
    cargo test --workspace {{ arguments }}

# Runs all tests against the test database of docker-compose.yml
test-postgres *arguments:
    docker compose up --detach --wait postgres-test
    TEST_DATABASE_URL={{ test_database_url }} REQUIRE_POSTGRES=1 cargo test --workspace {{ arguments }}

# Checks formatting, lints and documentation
lint:
    cargo fmt --all --check
    cargo clippy --workspace --all-targets --locked -- --deny warnings
    RUSTDOCFLAGS="--deny warnings" cargo doc --workspace --no-deps --locked

# Formats the code
fmt:
    cargo fmt --all

# Writes openapi.json anew, from the code
openapi:
    UPDATE_OPENAPI=1 cargo test --package api-actix --test api -- openapi::the_file_at_the_root

# Starts PostgreSQL for development and for the tests, and a mail catcher
up:
    docker compose up --detach --wait

# Stops them; the development data stays
down:
    docker compose down

# Runs all tests with many times as many rounds of the races and faults and sequences of the model: docs/reliability.md
soak factor="20":
    SOAK={{ factor }} REQUIRE_POSTGRES=1 cargo test --workspace

# Fuzzes the API from its own document, on a store of its own, or on DATABASE_URL
fuzz *arguments:
    fuzz/run {{ arguments }}

# Makes the TypeScript client from openapi.json, and takes the README's tour with it on the service that `just run` started
client:
    cd clients/typescript && npm ci && npm run tour

# Measures the release build beside its floor on a PostgreSQL server of its own; see docs/performance.md
bench *arguments:
    bench/run {{ arguments }}
