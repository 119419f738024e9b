use infra_postgres::{PoolUsage, Store};

use super::instruments::Instruments;

impl Instruments {
    /// Shows how the connections to the store are used now.
    pub(super) fn show_pools(&self, store: &Store) {
        for (pool, usage) in store.pools() {
            self.show_pool(pool, &usage);
        }
    }

    fn show_pool(&self, pool: &str, usage: &PoolUsage) {
        let gauge = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
        for (state, number) in [("in_use", usage.in_use), ("idle", usage.idle)] {
            self.connections.with_label_values(&[pool, state]).set(gauge(number));
        }
        self.max_connections.with_label_values(&[pool]).set(gauge(usage.max));
        self.connections_wanted.with_label_values(&[pool]).set(gauge(usage.waiting));
        // The pool counts from the start of the process, so its numbers only grow.
        for (outcome, number) in [("acquired", usage.acquired), ("failed", usage.failed)] {
            let counter = self.acquisitions.with_label_values(&[pool, outcome]);
            counter.inc_by(number.saturating_sub(counter.get()));
        }
        let seconds = self.acquisition_seconds.with_label_values(&[pool]);
        seconds.inc_by((usage.waited.as_secs_f64() - seconds.get()).max(0.0));
    }
}
