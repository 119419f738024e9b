use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use actix_web::rt::net::TcpStream;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep, sleep_until};

use crate::connections::Permit;

/// How long a connection may be silent in both directions. No request takes as long.
const SILENCE_LIMIT: Duration = Duration::from_mins(5);

/// A connection to a client, which is closed if the client does not read what it asked for.
///
/// actix-http gives a client time to send a request, but all the time in the world to read the response.
pub(crate) struct ClientStream {
    stream: TcpStream,
    /// How long a client may take to read what is buffered.
    read_limit: Duration,
    active_at: Instant,
    /// Since when the client has not read all that is buffered.
    unread_since: Option<Instant>,
    alarm: Pin<Box<Sleep>>,
    _permit: Permit,
}

impl ClientStream {
    pub(crate) fn new(stream: TcpStream, read_limit: Duration, permit: Permit) -> Self {
        let active_at = Instant::now();
        let alarm = Box::pin(sleep_until(active_at + SILENCE_LIMIT));
        Self { stream, read_limit, active_at, unread_since: None, alarm, _permit: permit }
    }

    /// Fails when the client has taken too long, and otherwise waits until then.
    fn poll_deadline(&mut self, context: &mut Context<'_>) -> Poll<io::Error> {
        let silent_at = self.active_at + SILENCE_LIMIT;
        let deadline = self.unread_since.map_or(silent_at, |since| silent_at.min(since + self.read_limit));
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
            return Poll::Ready(read);
        }
        self.poll_deadline(context).map(Err)
    }
}

impl AsyncWrite for ClientStream {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        if let Poll::Ready(written) = Pin::new(&mut self.stream).poll_write(context, bytes) {
            self.active_at = Instant::now();
            if written.as_ref().is_ok_and(|count| *count == bytes.len()) {
                self.unread_since = None;
            }
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
