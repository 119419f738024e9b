use std::num::NonZeroU32;
use std::time::Duration;

use tokio::sync::Mutex;
use tokio::time::{Instant, sleep_until};

/// How late an e-mail may start, because of timers or a busy machine, without delaying the ones after it.
const CATCH_UP: Duration = Duration::from_millis(20);
/// Within this time at most the allowed number of mails start. It is a second, plus `CATCH_UP`, plus 80 ms because the mail server
/// counts, and some e-mails take longer to reach it than others.
const WINDOW: Duration = Duration::from_millis(1_100);

/// Spaces e-mails out, so that no second has more than allowed.
#[derive(Debug)]
pub struct Pace {
    gap: Duration,
    /// When the next e-mail may start. The lock is fair, so e-mails start in order.
    next: Mutex<Instant>,
}

impl Pace {
    /// Allows this many e-mails within any second.
    #[must_use]
    pub fn new(max_per_second: NonZeroU32) -> Self {
        Self { gap: WINDOW / max_per_second.get(), next: Mutex::new(Instant::now()) }
    }

    /// Waits until another e-mail may start.
    pub(crate) async fn wait(&self) {
        let mut next = self.next.lock().await;
        sleep_until(*next).await;
        *next = (*next + CATCH_UP).max(Instant::now()) - CATCH_UP + self.gap;
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    /// Returns when e-mails start if ten tasks always have one to send.
    async fn start_times(max_per_second: u32, mails: u32) -> Vec<Instant> {
        let pace = Arc::new(Pace::new(NonZeroU32::new(max_per_second).unwrap()));
        let senders: Vec<_> = (0..10)
            .map(|_| {
                let pace = Arc::clone(&pace);
                tokio::spawn(async move {
                    let mut started = Vec::new();
                    for _ in 0..mails / 10 {
                        pace.wait().await;
                        started.push(Instant::now());
                    }
                    started
                })
            })
            .collect();
        let mut started = Vec::new();
        for sender in senders {
            started.extend(sender.await.unwrap());
        }
        started.sort_unstable();
        started
    }

    #[tokio::test(start_paused = true)]
    async fn no_second_has_more_mails_than_allowed_and_few_have_fewer() {
        for limit in [1, 2, 7, 50, 333, 1_000, 10_000] {
            let started = start_times(limit, 3 * limit.max(10)).await;
            // The end of a second counts as part of it.
            let within_a_second =
                |first: &[Instant]| first.iter().take_while(|at| **at - first[0] <= Duration::from_secs(1)).count();
            let most = (0..started.len()).map(|first| within_a_second(&started[first..])).max().unwrap();
            assert!(most <= limit as usize, "{most} within a second, limit {limit}");
            let average = f64::from(3 * limit.max(10)) / (*started.last().unwrap() - started[0]).as_secs_f64();
            assert!(average > 0.9 * f64::from(limit), "{average} a second, limit {limit}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_pause_allows_no_burst_after_it() {
        let pace = Pace::new(NonZeroU32::new(50).unwrap());
        for _ in 0..3 {
            tokio::time::advance(Duration::from_mins(1)).await;
            let start = Instant::now();
            for _ in 0..51 {
                pace.wait().await;
            }
            assert!(start.elapsed() > Duration::from_secs(1), "{:?}", start.elapsed());
        }
    }
}
