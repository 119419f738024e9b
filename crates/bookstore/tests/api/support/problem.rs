use serde_json::{Map, Value, json};

use super::Answer;

/// An error that a test expects.
#[derive(Debug, Clone)]
pub(crate) struct Problem {
    status: u16,
    code: &'static str,
    detail: Option<&'static str>,
    field: Option<&'static str>,
    invalid: Vec<String>,
}

/// An error with this status and code, about no field.
pub(crate) fn problem(status: u16, code: &'static str) -> Problem {
    Problem { status, code, detail: None, field: None, invalid: Vec::new() }
}

/// A `VALIDATION_ERROR` that lists exactly these fields, in this order.
pub(crate) fn invalid(fields: &[&str]) -> Problem {
    Problem { invalid: fields.iter().map(|&field| field.to_owned()).collect(), ..problem(422, "VALIDATION_ERROR") }
}

impl Problem {
    /// The field that the error is about.
    pub(crate) fn of(self, field: &'static str) -> Self {
        Self { field: Some(field), ..self }
    }

    /// The exact detail, where the contract defines it.
    pub(crate) fn saying(self, detail: &'static str) -> Self {
        Self { detail: Some(detail), ..self }
    }

    /// Compares the whole body. A detail must only exist, because its wording is not part of the contract.
    #[track_caller]
    pub(crate) fn check(&self, answer: &Answer) {
        assert_eq!(answer.status, self.status, "{self:?}, but {answer:#?}");
        assert_eq!(answer.header("content-type"), Some("application/problem+json"), "{answer:#?}");
        assert!(answer.header("x-request-id").is_some(), "{answer:#?}");
        let mut body = answer.body.clone();
        let detail = without_detail(&mut body);
        if let Some(expected) = self.detail {
            assert_eq!(detail, expected);
        }
        for error in body.get_mut("errors").and_then(Value::as_array_mut).into_iter().flatten() {
            without_detail(error);
        }
        assert_eq!(body, self.without_details(), "{answer:#?}");
        assert_eq!(answer.header("www-authenticate"), (self.status == 401).then_some("Bearer"));
        let must_wait = matches!(self.status, 429 | 503);
        let seconds = answer.header("retry-after").map(|seconds| seconds.parse::<u32>().unwrap());
        assert_eq!(seconds.is_some_and(|seconds| seconds >= 1), must_wait, "{answer:#?}");
    }

    /// Checks what can be checked without a body.
    #[track_caller]
    pub(crate) fn check_status(&self, answer: &Answer) {
        assert_eq!(answer.status, self.status, "{self:?}, but {answer:#?}");
    }

    fn without_details(&self) -> Value {
        let mut body = Map::from_iter([
            ("type".to_owned(), "about:blank".into()),
            ("title".to_owned(), reqwest::StatusCode::from_u16(self.status).unwrap().canonical_reason().into()),
            ("status".to_owned(), self.status.into()),
            ("code".to_owned(), self.code.into()),
        ]);
        if let Some(field) = self.field {
            body.insert("field".to_owned(), field.into());
        }
        if !self.invalid.is_empty() {
            let errors = self.invalid.iter().map(|field| json!({ "field": field })).collect();
            body.insert("errors".to_owned(), Value::Array(errors));
        }
        body.into()
    }
}

#[track_caller]
fn without_detail(error: &mut Value) -> String {
    let detail = error.as_object_mut().unwrap().remove("detail");
    let detail = detail.as_ref().and_then(Value::as_str).expect("every error says what is wrong");
    assert!(!detail.trim().is_empty());
    detail.to_owned()
}
