use prometheus::core::Collector;
use prometheus::{
    CounterVec, Gauge, GaugeVec, HistogramOpts, HistogramVec, IntCounter, IntCounterVec, IntGauge, IntGaugeVec, Opts,
    Registry, TextEncoder,
};

/// Upper bounds of the latency buckets, in seconds: from a read by key to the limit of a statement.
const LATENCIES: [f64; 12] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0];
/// Upper bounds for e-mails, up to the longest wait for a mail server.
const MAIL_LATENCIES: [f64; 9] = [0.01, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 30.0, 120.0];

/// Everything that is measured. Each process has one.
pub(crate) struct Instruments {
    registry: Registry,
    pub(super) requests: HistogramVec,
    pub(super) requests_in_flight: IntGauge,
    pub(super) placements: IntCounterVec,
    pub(super) cancels: IntCounter,
    pub(super) restocks: IntCounter,
    pub(super) mails: HistogramVec,
    pub(super) hashes: IntCounterVec,
    pub(super) hashing: IntGaugeVec,
    pub(super) connections: IntGaugeVec,
    pub(super) max_connections: IntGaugeVec,
    pub(super) connections_wanted: IntGaugeVec,
    pub(super) acquisitions: IntCounterVec,
    pub(super) acquisition_seconds: CounterVec,
    pub(super) store_up: IntGauge,
    pub(super) pending: IntGauge,
    pub(super) oldest_age: Gauge,
}

impl Instruments {
    /// Registers every metric.
    ///
    /// # Errors
    /// Two have the same name.
    pub(crate) fn register() -> prometheus::Result<Self> {
        let registry = Registry::new();
        let counters = |name, help, labels: &[&str]| IntCounterVec::new(Opts::new(name, help), labels);
        let gauges = |name, help, labels: &[&str]| IntGaugeVec::new(Opts::new(name, help), labels);
        let histograms = |name, help, buckets: &[f64], labels: &[&str]| {
            HistogramVec::new(HistogramOpts::new(name, help).buckets(buckets.to_vec()), labels)
        };
        let instruments = Self {
            requests: histograms(
                "bookstore_http_request_duration_seconds",
                "Time from the head of a request to its response, by route template; status 499: the client hung up.",
                &LATENCIES,
                &["method", "route", "status"],
            )?,
            requests_in_flight: IntGauge::new("bookstore_http_requests_in_flight", "Requests without a response yet.")?,
            placements: counters(
                "bookstore_placements_total",
                "Attempts to place a pre-booking, by outcome.",
                &["outcome"],
            )?,
            cancels: IntCounter::new("bookstore_cancels_total", "Pre-bookings that were cancelled.")?,
            restocks: IntCounter::new("bookstore_restocks_total", "Restocks that this process committed.")?,
            mails: histograms(
                "bookstore_mail_duration_seconds",
                "Time that the mail server took for an e-mail, by outcome: accepted, refused, deferred or trouble.",
                &MAIL_LATENCIES,
                &["outcome"],
            )?,
            hashes: counters(
                "bookstore_password_hashes_total",
                "Passwords hashed or verified, by outcome.",
                &["outcome"],
            )?,
            hashing: gauges("bookstore_password_hashing", "Passwords in work at the moment, by state.", &["state"])?,
            connections: gauges("bookstore_store_connections", "Open connections to PostgreSQL.", &["pool", "state"])?,
            max_connections: gauges("bookstore_store_connections_max", "Limit of connections.", &["pool"])?,
            connections_wanted: gauges("bookstore_store_connections_wanted", "Tasks that wait for one.", &["pool"])?,
            acquisitions: counters(
                "bookstore_store_acquisitions_total",
                "Connections that were taken from the pool, by outcome: acquired, or failed after the time limit.",
                &["pool", "outcome"],
            )?,
            acquisition_seconds: CounterVec::new(
                Opts::new("bookstore_store_acquisition_seconds_total", "Time that all tasks waited for connections."),
                &["pool"],
            )?,
            store_up: IntGauge::new("bookstore_store_up", "Whether the last read of the backlog succeeded.")?,
            pending: IntGauge::new("bookstore_deliveries_pending", "Deliveries that wait to be sent, up to 100000.")?,
            oldest_age: Gauge::new(
                "bookstore_oldest_undelivered_age_seconds",
                "Age of the oldest restock notification that is not delivered; 0 if there is none.",
            )?,
            registry,
        };
        instruments.register_all()?;
        instruments.show_zeros();
        Ok(instruments)
    }

    fn register_all(&self) -> prometheus::Result<()> {
        let build = GaugeVec::new(Opts::new("bookstore_build_info", "The version that runs."), &["version"])?;
        build.with_label_values(&[env!("CARGO_PKG_VERSION")]).set(1.0);
        let all: [Box<dyn Collector>; 17] = [
            Box::new(build),
            Box::new(self.requests.clone()),
            Box::new(self.requests_in_flight.clone()),
            Box::new(self.placements.clone()),
            Box::new(self.cancels.clone()),
            Box::new(self.restocks.clone()),
            Box::new(self.mails.clone()),
            Box::new(self.hashes.clone()),
            Box::new(self.hashing.clone()),
            Box::new(self.connections.clone()),
            Box::new(self.max_connections.clone()),
            Box::new(self.connections_wanted.clone()),
            Box::new(self.acquisitions.clone()),
            Box::new(self.acquisition_seconds.clone()),
            Box::new(self.store_up.clone()),
            Box::new(self.pending.clone()),
            Box::new(self.oldest_age.clone()),
        ];
        all.into_iter().try_for_each(|one| self.registry.register(one))
    }

    /// Shows counters before they count, so that the first increase is seen.
    fn show_zeros(&self) {
        for outcome in ["accepted", "refused", "deferred", "trouble"] {
            self.mails.with_label_values(&[outcome]);
        }
        for outcome in ["added", "duplicate", "limit_reached", "outdated", "failed"] {
            self.placements.with_label_values(&[outcome]);
        }
        for outcome in ["done", "overloaded", "failed"] {
            self.hashes.with_label_values(&[outcome]);
        }
    }

    /// Returns the metrics in the text format.
    pub(super) fn render(&self) -> String {
        TextEncoder::new().encode_to_string(&self.registry.gather()).unwrap_or_default()
    }
}
