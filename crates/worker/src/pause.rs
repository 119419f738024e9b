use std::time::Duration;

const FIRST: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_mins(1);

/// The pauses while the mail server is in trouble. Each is twice as long as the one before, up to a minute.
#[derive(Debug, Default)]
pub(crate) struct Pause {
    last: Option<Duration>,
}

impl Pause {
    /// Returns the next pause. `jitter`, from 0 to 1, shortens it by up to a half, so that workers do not all try again at the
    /// same moment.
    pub(crate) fn next(&mut self, jitter: f64) -> Duration {
        let whole = self.last.map_or(FIRST, |last| (last * 2).min(LONGEST));
        self.last = Some(whole);
        whole.mul_f64(1.0 - jitter.clamp(0.0, 1.0) / 2.0)
    }

    /// Starts over with the shortest pause.
    pub(crate) fn reset(&mut self) {
        self.last = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doubles_up_to_a_minute_until_it_is_reset() {
        let mut pause = Pause::default();
        let seconds: Vec<_> = (0..8).map(|_| pause.next(0.0).as_secs()).collect();
        assert_eq!(seconds, [1, 2, 4, 8, 16, 32, 60, 60]);
        assert_eq!(pause.next(1.0).as_secs(), 30);
        pause.reset();
        assert_eq!(pause.next(0.0).as_secs(), 1);
    }
}
