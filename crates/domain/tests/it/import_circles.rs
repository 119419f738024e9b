//! No two files of a crate use each other, directly or through others.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use cargo_metadata::MetadataCommand;
use cargo_metadata::camino::Utf8Path;

use crate::source_file::{Path, SourceFile};

type Files = BTreeMap<Path, SourceFile>;

/// Returns the files of a crate by their modules, without `main.rs`, which nothing can use.
fn files_of_crate(source: &Utf8Path) -> Files {
    let mut files = Files::new();
    let mut directories = vec![(source.to_owned(), Path::new())];
    while let Some((directory, module)) = directories.pop() {
        for entry in directory.read_dir_utf8().expect("a directory of sources") {
            let entry = entry.expect("a readable directory");
            let name = entry.path().file_stem().expect("a name").to_owned();
            let child: Path = module.iter().cloned().chain([name.clone()]).collect();
            if entry.path().is_dir() {
                directories.push((entry.path().to_owned(), child));
            } else if entry.path().extension() == Some("rs") && name != "main" {
                let module = if name == "lib" || name == "mod" { module.clone() } else { child };
                let text = fs::read_to_string(entry.path()).expect("a readable file");
                files.insert(module.clone(), SourceFile::parse(module, &text));
            }
        }
    }
    files
}

/// Returns each set of files of which every one uses every other, directly or through others.
fn circles(files: &Files) -> BTreeSet<BTreeSet<String>> {
    let uses: BTreeMap<&Path, BTreeSet<Path>> = files.iter().map(|(name, file)| (name, file.uses(files))).collect();
    let reachable = |from: &Path| {
        let mut met = BTreeSet::new();
        let mut next: Vec<&Path> = uses[from].iter().collect();
        while let Some(file) = next.pop() {
            if met.insert(file) {
                next.extend(&uses[file]);
            }
        }
        met
    };
    let reachable: BTreeMap<&Path, BTreeSet<&Path>> = files.keys().map(|file| (file, reachable(file))).collect();
    let mut circles = BTreeSet::new();
    for (file, used) in &reachable {
        let circle = used.iter().filter(|other| reachable[**other].contains(file));
        circles.insert(circle.map(|other| format!("crate::{}", other.join("::"))).collect());
    }
    circles.remove(&BTreeSet::new());
    circles
}

#[test]
fn no_file_of_the_workspace_is_in_a_circle() {
    let metadata = MetadataCommand::new().no_deps().exec().expect("cargo metadata succeeds");
    let circles: BTreeMap<String, _> = metadata
        .workspace_packages()
        .into_iter()
        .map(|package| {
            let directory = package.manifest_path.parent().expect("a directory");
            (package.name.to_string(), circles(&files_of_crate(&directory.join("src"))))
        })
        .filter(|(_, circles)| !circles.is_empty())
        .collect();
    assert!(circles.is_empty(), "these files use each other: {circles:#?}");
}

/// Returns the circles of a crate that has these files.
fn circles_of(files: &[(&str, &str)]) -> Vec<Vec<String>> {
    let files = files.iter().map(|(module, text)| {
        let module: Path = module.split("::").skip(1).map(str::to_owned).collect();
        (module.clone(), SourceFile::parse(module, text))
    });
    circles(&files.collect()).into_iter().map(|circle| circle.into_iter().collect()).collect()
}

#[test]
fn imports_and_paths_make_circles() {
    let root = ("crate", "mod a; mod b; mod c; pub use a::A;");
    let a = ("crate::a", "use crate::b; pub struct A(b::B);");
    let b = ("crate::b", "pub struct B(super::c::C);");
    for c in ["use crate::A; pub struct C(Box<A>);", "pub struct C; fn a() { matches!(1, super::a::A) }"] {
        assert_eq!(circles_of(&[root, a, b, ("crate::c", c)]), [["crate::a", "crate::b", "crate::c"]]);
    }
    assert!(circles_of(&[root, a, b, ("crate::c", "pub struct C;")]).is_empty());
}

#[test]
fn a_folder_and_its_file_make_a_circle() {
    let root = ("crate", "mod server;");
    let client = ("crate::server::client", "use super::Settings; pub(super) struct Client(Settings);");
    let server = "mod client; use client::Client; pub struct Settings; pub struct Server(Client);";
    assert_eq!(circles_of(&[root, ("crate::server", server), client]), [["crate::server", "crate::server::client"]]);
}

#[test]
fn tests_and_re_exports_make_no_circles() {
    let root = ("crate", "pub mod a; pub use a::A;");
    let folder = ("crate::a", "mod one; mod other; pub use one::{A, B}; pub(crate) use other::C;");
    let one = ("crate::a::one", "use super::C; pub struct A(C); pub struct B;");
    let other = (
        "crate::a::other",
        "pub struct C; #[cfg(test)] mod tests { use super::*; use crate::a::B; fn a() -> crate::A { A(C) } }",
    );
    assert!(circles_of(&[root, folder, one, other]).is_empty());
}
