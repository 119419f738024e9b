use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use actix_web::rt::net::TcpStream;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep, sleep_until};

use crate::connections::Permit;

/// How long a request may be worked on while nothing is sent in either direction. None takes as long.
const WORK_LIMIT: Duration = Duration::from_mins(5);
/// How long an idle connection is kept.
pub(crate) const KEEP_ALIVE: Duration = Duration::from_secs(5);

/// A connection to a client, which is closed if the client does not read what it asked for, or never sends what it announced.
///
/// actix-http gives a client time to send the head of a request, but all the time in the world to read the response, and to send the
/// rest of a chunked body after it.
pub(crate) struct ClientStream {
    stream: TcpStream,
    /// How long a client may take to read what is buffered.
    timeout: Duration,
    active_at: Instant,
    /// Whether the last thing that happened is that something was sent to the client.
    has_answered: bool,
    /// Since when the client has not read all that is buffered.
    unread_since: Option<Instant>,
    alarm: Pin<Box<Sleep>>,
    _permit: Permit,
}

impl ClientStream {
    pub(crate) fn new(stream: TcpStream, timeout: Duration, permit: Permit) -> Self {
        let active_at = Instant::now();
        let alarm = Box::pin(sleep_until(active_at + WORK_LIMIT));
        Self { stream, timeout, active_at, has_answered: false, unread_since: None, alarm, _permit: permit }
    }

    /// Fails when the client has taken too long, and otherwise waits until then.
    fn poll_deadline(&mut self, context: &mut Context<'_>) -> Poll<io::Error> {
        let silence_limit = if self.has_answered { self.timeout + KEEP_ALIVE } else { WORK_LIMIT };
        let silent_at = self.active_at + silence_limit;
        let deadline = self.unread_since.map_or(silent_at, |since| silent_at.min(since + self.timeout));
        // An alarm that comes too early is set again then. So most requests need not set it.
        if self.alarm.deadline() > deadline {
            self.alarm.as_mut().reset(deadline);
        }
        loop {
            ready!(self.alarm.as_mut().poll(context));
            if Instant::now() >= deadline {
                return Poll::Ready(io::ErrorKind::TimedOut.into());
            }
            self.alarm.as_mut().reset(deadline);
        }
    }
}

impl AsyncRead for ClientStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if let Poll::Ready(read) = Pin::new(&mut self.stream).poll_read(context, buffer) {
            self.active_at = Instant::now();
            self.has_answered = false;
            return Poll::Ready(read);
        }
        self.poll_deadline(context).map(Err)
    }
}

impl AsyncWrite for ClientStream {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        if let Poll::Ready(written) = Pin::new(&mut self.stream).poll_write(context, bytes) {
            self.active_at = Instant::now();
            self.has_answered = true;
            if written.as_ref().is_ok_and(|count| *count == bytes.len()) {
                self.unread_since = None;
            }
            // Sets the alarm. Nobody may ask to read or write again.
            let _ = self.poll_deadline(context);
            return Poll::Ready(written);
        }
        self.unread_since.get_or_insert_with(Instant::now);
        self.poll_deadline(context).map(Err)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
