//! Which items of a crate a source file names: in its `use` declarations, and in paths such as `super::book::Entity`.
//!
//! Comments, tests and re-exports do not count. A re-export only shows where an item is defined.

use std::collections::{BTreeMap, BTreeSet};
use std::mem;

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// The segments of a path, from the root of the crate. The path of a module is also the name of its file.
pub(crate) type Path = Vec<String>;

/// A source file of a crate.
#[derive(Debug)]
pub(crate) struct SourceFile {
    module: Path,
    /// What its imports, re-exports and child modules are called here, and their paths.
    names: BTreeMap<String, Path>,
    /// The paths of the crate that it imports or names.
    used: BTreeSet<Path>,
}

impl SourceFile {
    pub(crate) fn parse(module: Path, text: &str) -> Self {
        let mut reader = Reader { module: &module, names: BTreeMap::new(), imports: Vec::new(), paths: BTreeSet::new() };
        reader.read(text.parse().expect("the file has valid tokens"));
        let Reader { names, imports, paths, .. } = reader;
        let named = paths.iter().filter_map(|path| absolute(path, &module, &names));
        let used = imports.into_iter().chain(named).collect();
        Self { module, names, used }
    }

    /// Returns the modules whose items this file uses, without itself.
    pub(crate) fn used_modules(&self, files: &BTreeMap<Path, Self>) -> BTreeSet<Path> {
        self.used.iter().filter_map(|path| defined_in(path, files)).filter(|module| *module != self.module).collect()
    }
}

/// Returns the module that defines the item of this path. Returns `None` for a path that ends at a module: the use of its items counts.
fn defined_in(path: &[String], files: &BTreeMap<Path, SourceFile>) -> Option<Path> {
    let end = (0..path.len()).find(|end| !files.contains_key(&path[..=*end]))?;
    let (module, item) = path.split_at(end);
    match files.get(module)?.names.get(&item[0]) {
        Some(elsewhere) if elsewhere != path => defined_in(&[elsewhere, &item[1..]].concat(), files),
        _ => Some(module.to_vec()),
    }
}

/// Returns a path that begins in this module as one from the root of the crate. Returns `None` for items of other crates.
fn absolute(path: &[String], module: &[String], names: &BTreeMap<String, Path>) -> Option<Path> {
    let (first, rest) = path.split_first()?;
    match first.as_str() {
        "crate" => Some(rest.to_vec()),
        "self" => Some([module, rest].concat()),
        "super" => {
            let parent = module.split_last()?.1;
            if rest.first().is_some_and(|next| next == "super") {
                absolute(rest, parent, names)
            } else {
                Some([parent, rest].concat())
            }
        }
        name => names.get(name).map(|path| [path, rest].concat()),
    }
}

struct Reader<'module> {
    module: &'module [String],
    names: BTreeMap<String, Path>,
    imports: Vec<Path>,
    /// The other paths, as they are written. Most of them are local names.
    paths: BTreeSet<Path>,
}

impl Reader<'_> {
    fn read(&mut self, tokens: TokenStream) {
        let mut tokens = tokens.into_iter().peekable();
        let (mut is_public, mut path) = (false, Path::new());
        while let Some(token) = tokens.next() {
            let is_in_path = matches!(&token, TokenTree::Punct(punct) if punct.as_char() == ':') && !path.is_empty();
            match token {
                TokenTree::Group(group) if is_test(&group.stream()) => {
                    // The attribute of an item, which ends with its body or a semicolon.
                    let _ = tokens.find(ends_item);
                }
                TokenTree::Group(group) if path == ["pub"] && group.delimiter() == Delimiter::Parenthesis => continue,
                TokenTree::Group(group) => self.read(group.stream()),
                TokenTree::Ident(ident) if ident == "use" => {
                    is_public = path == ["pub"];
                    let tree: TokenStream =
                        tokens.by_ref().take_while(|token| !is_punct(token, ';')).collect();
                    self.import(&Path::new(), tree, is_public);
                }
                TokenTree::Ident(ident) if ident == "mod" => {
                    if let Some(TokenTree::Ident(child)) = tokens.next() {
                        let child = child.to_string();
                        self.names.insert(child.clone(), [self.module, &[child]].concat());
                    }
                }
                TokenTree::Ident(ident) => {
                    path.push(ident.to_string());
                    let goes_on = tokens.peek().is_some_and(|next| is_punct(next, ':')) || ident == "pub";
                    if goes_on {
                        continue;
                    }
                }
                TokenTree::Punct(_) if is_in_path => continue,
                TokenTree::Punct(_) | TokenTree::Literal(_) => {}
            }
            self.paths.insert(mem::take(&mut path));
        }
        let _ = is_public;
    }
}
