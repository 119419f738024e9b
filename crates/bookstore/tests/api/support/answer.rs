use reqwest::Response;
use reqwest::header::HeaderMap;
use serde_json::Value;

use super::Problem;

/// A response of the server.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    /// JSON if the content type says so, otherwise text. Null if it is empty.
    pub(crate) body: Value,
}

impl Answer {
    pub(crate) async fn read(response: Response) -> Self {
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let text = String::from_utf8(response.bytes().await.unwrap().to_vec()).unwrap();
        let is_json = headers.get("content-type").is_some_and(|kind| kind.to_str().unwrap().contains("json"));
        let body = match text.as_str() {
            "" => Value::Null,
            json if is_json => serde_json::from_str(json).unwrap(),
            text => text.into(),
        };
        Self { status, headers, body }
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    /// Checks the status, and returns the body.
    #[track_caller]
    pub(crate) fn body_of(self, status: u16) -> Value {
        assert_eq!(self.status, status, "{self:#?}");
        if status != 204 {
            assert_eq!(self.header("content-type"), Some("application/json"), "{self:#?}");
        }
        self.body
    }

    #[track_caller]
    pub(crate) fn is(self, status: u16, body: &Value) {
        assert_eq!(&self.body_of(status), body);
    }

    /// Checks for 204 without a body.
    #[track_caller]
    pub(crate) fn has_no_content(self) {
        self.is(204, &Value::Null);
    }

    /// Checks for this status without a body.
    #[track_caller]
    pub(crate) fn has_no_body(self, status: u16) {
        assert_eq!((self.status, &self.body), (status, &Value::Null), "{self:#?}");
    }

    #[track_caller]
    pub(crate) fn is_problem(&self, problem: &Problem) {
        problem.check(self);
    }
}
