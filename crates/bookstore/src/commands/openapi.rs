//! `bookstore openapi`

use crate::output::say;

pub(super) fn run() -> anyhow::Result<()> {
    say(&api_actix::openapi_document().to_pretty_json()?);
    Ok(())
}
