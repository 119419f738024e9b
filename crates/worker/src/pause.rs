use std::time::Duration;

const FIRST: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_mins(1);

/// How long to leave a mail server in peace that is in trouble: twice as long each time, up to a minute.
#[derive(Debug, Default)]
pub(crate) struct Pause {
    last: Option<Duration>,
}

impl Pause {
    /// The next one. `jitter`, from 0 to 1, takes up to half of it away, so that many workers do not come back together.
    pub(crate) fn next(&mut self, jitter: f64) -> Duration {
        let whole = self.last.map_or(FIRST, |last| (last * 2).min(LONGEST));
        self.last = Some(whole);
        whole.mul_f64(1.0 - jitter.clamp(0.0, 1.0) / 2.0)
    }

    /// It is well again.
    pub(crate) fn reset(&mut self) {
        self.last = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_up_to_a_minute_and_begin_anew() {
        let mut pause = Pause::default();
        let seconds: Vec<_> = (0..8).map(|_| pause.next(0.0).as_secs()).collect();
        assert_eq!(seconds, [1, 2, 4, 8, 16, 32, 60, 60]);
        assert_eq!(pause.next(1.0).as_secs(), 30);
        pause.reset();
        assert_eq!(pause.next(0.0).as_secs(), 1);
    }
}
