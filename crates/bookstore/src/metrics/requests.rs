use api_actix::{FinishedRequest, RequestObserver};

use super::instruments::Instruments;

/// What nginx logs for a client that hung up.
const CLIENT_CLOSED_REQUEST: u16 = 499;

impl RequestObserver for Instruments {
    fn began(&self) {
        self.requests_in_flight.inc();
    }

    fn finished(&self, request: &FinishedRequest<'_>) {
        self.requests_in_flight.dec();
        let status = request.status.unwrap_or(CLIENT_CLOSED_REQUEST).to_string();
        let labels = [request.method, request.route, status.as_str()];
        self.requests.with_label_values(&labels).observe(request.duration.as_secs_f64());
    }
}
