//! The source files of a crate, and which of them use each other.

use std::collections::{BTreeMap, BTreeSet};

use syn::visit::{self, Visit};
use syn::{Attribute, Item, ItemMod, ItemUse, UseTree, Visibility};

/// The segments of a path, from the root of the crate. The path of a module is also the name of its file.
pub(crate) type Path = Vec<String>;

/// A source file of a crate, without its tests.
#[derive(Debug, Default)]
pub(crate) struct SourceFile {
    module: Path,
    children: BTreeSet<String>,
    /// The names of imports and re-exports, and the paths that they stand for.
    names: BTreeMap<String, Path>,
    imports: Vec<Path>,
    /// Other paths, as they are written.
    paths: BTreeSet<Path>,
}

impl SourceFile {
    pub(crate) fn parse(module: Path, text: &str) -> Self {
        let mut file = Self { module, ..Self::default() };
        file.visit_file(&syn::parse_file(text).expect("valid source"));
        file
    }

    /// Returns the other files that define what this file imports or names. A re-export alone is not a use.
    pub(crate) fn uses(&self, files: &BTreeMap<Path, Self>) -> BTreeSet<Path> {
        let named = self.paths.iter().filter_map(|path| self.absolute(path));
        let paths = self.imports.iter().cloned().chain(named);
        paths.filter_map(|path| definition(&path, files)).filter(|module| *module != self.module).collect()
    }

    /// Returns a path as one from the root of the crate. Returns `None` for local names and names of other crates.
    fn absolute(&self, path: &[String]) -> Option<Path> {
        let is_super = |segment: &&String| *segment == "super";
        let (first, rest) = path.split_first()?;
        let start = match first.as_str() {
            "crate" => Path::new(),
            "self" => self.module.clone(),
            "super" => {
                let levels = path.iter().take_while(is_super).count();
                self.module[..self.module.len().checked_sub(levels)?].to_vec()
            }
            name if !rest.is_empty() && self.children.contains(name) => self.child(name),
            name => self.names.get(name)?.clone(),
        };
        Some(start.into_iter().chain(rest.iter().skip_while(is_super).cloned()).collect())
    }

    fn child(&self, name: &str) -> Path {
        self.module.iter().cloned().chain([name.to_owned()]).collect()
    }

    fn add_use(&mut self, prefix: &[String], tree: &UseTree, is_public: bool) {
        let (name, alias) = match tree {
            UseTree::Path(path) => {
                return self.add_use(&[prefix, &[path.ident.to_string()]].concat(), &path.tree, is_public);
            }
            UseTree::Group(group) => {
                return group.items.iter().for_each(|tree| self.add_use(prefix, tree, is_public));
            }
            UseTree::Name(name) => (name.ident.to_string(), name.ident.to_string()),
            UseTree::Rename(rename) => (rename.ident.to_string(), rename.rename.to_string()),
            UseTree::Glob(_) => ("*".to_owned(), "*".to_owned()),
        };
        let path = if name == "self" { prefix.to_vec() } else { [prefix, &[name]].concat() };
        let Some(path) = self.absolute(&path) else { return };
        let alias = if alias == "self" { path.last().cloned().unwrap_or_default() } else { alias };
        if !is_public {
            self.imports.push(path.clone());
        }
        self.names.insert(alias, path);
    }
}

/// Returns the file that defines an item. Returns `None` for a module: using it is using its items.
fn definition(path: &[String], files: &BTreeMap<Path, SourceFile>) -> Option<Path> {
    let is_module = |end: &usize| files.contains_key(&path[..*end]);
    let end = (0..path.len()).rev().find(is_module)?;
    let (module, item) = path.split_at(end);
    match files[module].names.get(&item[0]) {
        Some(elsewhere) => definition(&[elsewhere, &item[1..]].concat(), files),
        None if is_module(&path.len()) => None,
        None => Some(module.to_vec()),
    }
}

fn is_test(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("cfg") && attribute.parse_args::<syn::Ident>().is_ok_and(|flag| flag == "test")
    })
}

impl Visit<'_> for SourceFile {
    #[expect(clippy::wildcard_enum_match_arm, reason = "other items hold no code of tests")]
    fn visit_item(&mut self, item: &Item) {
        let attributes = match item {
            Item::Fn(item) => &item.attrs,
            Item::Impl(item) => &item.attrs,
            Item::Mod(item) => &item.attrs,
            Item::Struct(item) => &item.attrs,
            Item::Use(item) => &item.attrs,
            _ => &Vec::new(),
        };
        if !is_test(attributes) {
            visit::visit_item(self, item);
        }
    }

    fn visit_item_mod(&mut self, item: &ItemMod) {
        self.children.insert(item.ident.to_string());
    }

    fn visit_item_use(&mut self, item: &ItemUse) {
        self.add_use(&[], &item.tree, !matches!(item.vis, Visibility::Inherited));
    }

    /// The arguments of a macro can have any form, so whatever looks like a path counts as one.
    fn visit_macro(&mut self, call: &syn::Macro) {
        let text = call.tokens.to_string().replace(" :: ", "::");
        let paths = text.split(|character: char| !(character.is_alphanumeric() || "_:".contains(character)));
        self.paths.extend(paths.map(|path| path.split("::").map(str::to_owned).collect()));
    }

    fn visit_path(&mut self, path: &syn::Path) {
        self.paths.insert(path.segments.iter().map(|segment| segment.ident.to_string()).collect());
        visit::visit_path(self, path);
    }
}
