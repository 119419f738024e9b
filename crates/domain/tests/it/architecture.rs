//! The arrows between the crates: api-actix, worker -> domain <- infra-postgres, infra-smtp.

use std::collections::BTreeMap;

use cargo_metadata::{DependencyKind, MetadataCommand};

/// What each crate may depend on, of the crates of this workspace and of the I/O libraries.
///
/// A crate that is not here, and an I/O library that a crate may not use, fails the test: think about the layer first, and
/// write it down here and in ARCHITECTURE.md.
const ALLOWED: [(&str, &[&str]); 7] = [
    ("domain", &[]),
    ("migration", &["sea-orm-migration"]),
    ("infra-postgres", &["domain", "migration", "sea-orm", "sqlx", "tokio"]),
    ("infra-smtp", &["domain", "deadpool", "lettre", "tokio"]),
    ("worker", &["domain", "governor", "tokio", "tokio-util"]),
    (
        "api-actix",
        &[
            "domain",
            "infra-postgres",
            "infra-smtp",
            "worker",
            "actix-cors",
            "actix-web",
            "argon2",
            "getrandom",
            "jsonwebtoken",
            "tokio",
            "tokio-util",
            "utoipa-swagger-ui",
        ],
    ),
    ("test-support", &["migration", "sea-orm", "tokio"]),
];

/// What a pure crate has no use for. The crates of the workspace count as well.
const IO: [&str; 25] = [
    "actix-cors",
    "actix-rt",
    "actix-web",
    "argon2",
    "async-std",
    "deadpool",
    "diesel",
    "futures",
    "getrandom",
    "governor",
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

/// All that `domain` is made of. It is short on purpose.
const DOMAIN: [&str; 8] = ["anyhow", "async-trait", "chrono", "email_address", "isbn", "secrecy", "thiserror", "url"];

/// The dependencies of each crate of the workspace, without those of its tests.
fn dependencies() -> BTreeMap<String, Vec<String>> {
    let metadata = MetadataCommand::new().no_deps().exec().expect("cargo describes this workspace");
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
fn arrows_point_inwards() {
    let crates = dependencies();
    let allowed: BTreeMap<_, _> = ALLOWED.into_iter().collect();
    for (name, dependencies) in &crates {
        let allowed = allowed.get(name.as_str()).unwrap_or_else(|| panic!("which layer is {name} of?"));
        for dependency in dependencies {
            let is_layered = crates.contains_key(dependency) || IO.contains(&dependency.as_str());
            assert!(!is_layered || allowed.contains(&dependency.as_str()), "{name} may not depend on {dependency}");
        }
    }
}

#[test]
fn the_domain_stays_pure() {
    let domain = dependencies().remove("domain").unwrap();
    assert_eq!(domain, DOMAIN, "a new dependency of the domain must be pure, and worth it");
}
