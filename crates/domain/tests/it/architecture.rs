//! The dependencies between the crates: api-actix, worker -> domain <- infra-postgres, infra-smtp.

use std::collections::BTreeMap;

use cargo_metadata::{DependencyKind, MetadataCommand};

/// The workspace crates and I/O libraries that each crate may depend on.
///
/// A new crate fails the test, as does an I/O library in a crate that may not use it. Decide on the layer first, then write it
/// down here and in ARCHITECTURE.md.
const ALLOWED: [(&str, &[&str]); 9] = [
    ("domain", &[]),
    ("migration", &["sea-orm-migration"]),
    ("infra-postgres", &["domain", "migration", "deadpool", "sea-orm", "sqlx", "tokio"]),
    ("infra-security", &["domain", "argon2", "getrandom", "jsonwebtoken", "tokio"]),
    ("infra-smtp", &["domain", "deadpool", "lettre", "tokio"]),
    ("worker", &["domain", "tokio", "tokio-util"]),
    (
        "api-actix",
        &[
            "domain",
            "actix-cors",
            "actix-http",
            "actix-server",
            "actix-web",
            "tokio",
            "tokio-util",
            "utoipa-swagger-ui",
        ],
    ),
    (
        "bookstore",
        &["domain", "api-actix", "infra-postgres", "infra-security", "infra-smtp", "worker", "tokio", "tokio-util"],
    ),
    ("test-support", &["migration", "sea-orm", "tokio"]),
];

/// Libraries that do I/O, which a pure crate must not use.
const IO: [&str; 26] = [
    "actix-cors",
    "actix-http",
    "actix-rt",
    "actix-server",
    "actix-web",
    "argon2",
    "async-std",
    "deadpool",
    "diesel",
    "futures",
    "getrandom",
    "hyper",
    "jsonwebtoken",
    "lettre",
    "rand",
    "reqwest",
    "rusqlite",
    "sea-orm",
    "sea-orm-migration",
    "sea-query",
    "smol",
    "sqlx",
    "tokio",
    "tokio-postgres",
    "tokio-util",
    "utoipa-swagger-ui",
];

/// All dependencies of `domain`. The list is short on purpose.
const DOMAIN: [&str; 11] = [
    "anyhow",
    "async-trait",
    "chrono",
    "email_address",
    "idna",
    "isbn",
    "secrecy",
    "serde_json",
    "thiserror",
    "url",
    "zxcvbn",
];

/// Returns the dependencies of each crate of the workspace, without dev-dependencies.
fn dependencies() -> BTreeMap<String, Vec<String>> {
    let metadata = MetadataCommand::new().no_deps().exec().expect("cargo metadata succeeds");
    let packages = metadata.workspace_packages().into_iter();
    packages
        .map(|package| {
            let dependencies =
                package.dependencies.iter().filter(|dependency| dependency.kind != DependencyKind::Development);
            (package.name.to_string(), dependencies.map(|dependency| dependency.name.clone()).collect())
        })
        .collect()
}

#[test]
fn dependencies_point_inwards() {
    let crates = dependencies();
    let allowed: BTreeMap<_, _> = ALLOWED.into_iter().collect();
    for (name, dependencies) in &crates {
        let allowed = allowed
            .get(name.as_str())
            .unwrap_or_else(|| panic!("{name} is not in ALLOWED: which layer does it belong to?"));
        for dependency in dependencies {
            let is_layered = crates.contains_key(dependency) || IO.contains(&dependency.as_str());
            assert!(!is_layered || allowed.contains(&dependency.as_str()), "{name} may not depend on {dependency}");
        }
    }
}

#[test]
fn domain_has_only_pure_dependencies() {
    let domain = dependencies().remove("domain").unwrap();
    assert_eq!(domain, DOMAIN, "a new dependency of the domain must be pure, and worth it");
}
