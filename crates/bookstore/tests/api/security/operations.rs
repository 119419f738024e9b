use reqwest::Method;
use serde_json::{Value, json};

use crate::openapi::document;
use crate::support::{Answer, Caller};

/// An operation of the document.
pub(crate) struct Operation {
    pub(crate) method: Method,
    /// Ids are written as `{id}`.
    pub(crate) path: String,
    pub(crate) said: Value,
}

impl Operation {
    pub(crate) fn all() -> Vec<Self> {
        let document = document();
        let mut all = Vec::new();
        for (path, item) in document["paths"].as_object().unwrap() {
            for (method, said) in item.as_object().unwrap() {
                let method = Method::from_bytes(method.to_uppercase().as_bytes()).unwrap();
                all.push(Self { method, path: path.clone(), said: said.clone() });
            }
        }
        all
    }

    /// The operations that require a token, each GET as HEAD as well.
    pub(crate) fn secured() -> Vec<Self> {
        let mut secured: Vec<_> = Self::all().into_iter().filter(|operation| !operation.is_open()).collect();
        let gets = secured.iter().filter(|operation| operation.method == Method::GET);
        let heads: Vec<_> = gets.map(|get| Self { method: Method::HEAD, ..get.copy() }).collect();
        secured.extend(heads);
        assert!(!secured.is_empty(), "the document has no secured operation");
        secured
    }

    pub(crate) fn is_open(&self) -> bool {
        self.said["security"].is_null()
    }

    /// Whether the document says so. The tests in [`routes`](super::routes) check that it is true.
    pub(crate) fn is_for_admins(&self) -> bool {
        self.said["responses"]["403"].to_string().contains("AUTH_FORBIDDEN")
    }

    pub(crate) fn has_id(&self) -> bool {
        self.path.contains("{id}")
    }

    /// Calls it with this id and an empty object: an unauthorized caller must not learn more about it.
    pub(crate) async fn call(&self, caller: &Caller, id: &Value) -> Answer {
        caller.call(self.method.clone(), &self.path.replace("{id}", &id.to_string()), &json!({})).await
    }

    fn copy(&self) -> Self {
        Self { method: self.method.clone(), path: self.path.clone(), said: self.said.clone() }
    }
}
