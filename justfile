# Everyday recipes. The README's two commands, `cargo run` and `cargo test --workspace`, work without them.

test_database_url := "postgres://bookstore:bookstore@127.0.0.1:5433/bookstore_test"

# Lists the recipes
default:
    @just --list

# Starts the service on an embedded store
run *arguments:
    cargo run -- {{ arguments }}

# Runs all tests, on SQLite and on PostgreSQL if there is one
test *arguments:
    cargo test --workspace {{ arguments }}

# Runs all tests against the test database of docker-compose.yml
test-postgres *arguments:
    docker compose up --detach --wait postgres-test
    TEST_DATABASE_URL={{ test_database_url }} REQUIRE_POSTGRES=1 cargo test --workspace {{ arguments }}

# Lists the mutants of a crate that its own tests miss; needs cargo-mutants
mutants package="domain" *arguments:
    cargo mutants --package {{ package }} {{ arguments }}

# Checks formatting, lints and documentation
lint:
    cargo fmt --all --check
    cargo clippy --workspace --all-targets --locked -- --deny warnings
    RUSTDOCFLAGS="--deny warnings" cargo doc --workspace --no-deps --locked

# Checks the dependencies' licences, sources, versions and advisories; needs cargo-deny, and the network for the advisories
deny:
    cargo deny --locked check

# Formats the code
fmt:
    cargo fmt --all

# Generates openapi.json from the code
openapi:
    UPDATE_OPENAPI=1 cargo test --package bookstore --test api -- openapi::openapi_json_is_up_to_date

# Starts PostgreSQL for development and for the tests, and a mail catcher
up:
    docker compose up --detach --wait

# Stops what `just up` started, and keeps the development data
down:
    docker compose down

# Runs all tests with more rounds of the races, the faults and the model: docs/reliability.md
soak factor="20":
    SOAK={{ factor }} REQUIRE_POSTGRES=1 cargo test --workspace

# Fuzzes the API with requests generated from its OpenAPI document, on a temporary store or on DATABASE_URL
fuzz *arguments:
    fuzz/run {{ arguments }}

# Attacks a server of its own with slow clients, floods and guesses, for about two minutes: docs/limits.md
attack factor="4":
    SOAK={{ factor }} cargo test --package bookstore --test api -- attacks::

# Generates the TypeScript client from openapi.json, and takes the README's tour with it; start the service with `just run` first
client:
    cd clients/typescript && npm ci && npm run tour

# Makes the leader of a PostgreSQL cluster fail under load, again and again, and checks that nothing is lost: docs/reliability.md
failover *arguments:
    failover/run {{ arguments }}

# Replaces both servers under load, one after the other, and checks that no request fails: docs/operations.md
rolling-restart:
    failover/run rolling-restart rolling-restart

# Backs up a store, destroys and restores it, from a dump and to a point in time: docs/operations.md
backup-drill *arguments:
    backup/run {{ arguments }}

# Compares the release build with its SQL alone, on a temporary PostgreSQL server: docs/performance.md
bench *arguments:
    bench/run {{ arguments }}
