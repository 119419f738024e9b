use std::time::Duration;

/// A request whose response is ready, or whose client is gone.
#[derive(Debug, Clone, Copy)]
pub struct FinishedRequest<'a> {
    /// The method, `OTHER` if HTTP does not define it.
    pub method: &'a str,
    /// The path with placeholders, such as `/books/{id}`, `unknown` if there is none like it.
    pub route: &'a str,
    /// The status of the response; `None` if the client hung up before there was one.
    pub status: Option<u16>,
    /// The time since the head of the request was read.
    pub duration: Duration,
}

/// Is told about every request, for example to count them. MUST NOT block.
pub trait RequestObserver: Send + Sync {
    /// A request began.
    fn began(&self);

    /// A request ended. Called once for each that began.
    fn finished(&self, request: &FinishedRequest<'_>);
}
