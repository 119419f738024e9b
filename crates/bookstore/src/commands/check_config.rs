//! `bookstore check-config`

use crate::output::say;
use crate::settings::Settings;

pub(super) fn run(settings: &Settings) -> anyhow::Result<()> {
    settings.check()?;
    say("the settings are valid");
    Ok(())
}
