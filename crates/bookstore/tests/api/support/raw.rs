use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use reqwest::Method;
use serde_json::Value;
use tokio::net::TcpSocket;

use super::Caller;

/// A connection that can send any bytes, even an invalid request.
pub(crate) struct RawConnection {
    stream: BufReader<TcpStream>,
}

#[derive(Debug)]
pub(crate) struct RawAnswer {
    pub(crate) status: u16,
    pub(crate) head: String,
    /// Everything until the server closed the connection.
    pub(crate) body: String,
}

impl RawConnection {
    pub(crate) fn open(url: &str) -> Self {
        Self::over(TcpStream::connect(url.strip_prefix("http://").unwrap()).unwrap())
    }

    /// Opens it from another loopback address, which is another peer.
    pub(crate) async fn open_from(address: [u8; 4], url: &str) -> Self {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind((address, 0).into()).unwrap();
        let stream = socket.connect(url.strip_prefix("http://").unwrap().parse().unwrap()).await.unwrap();
        let stream = stream.into_std().unwrap();
        stream.set_nonblocking(false).unwrap();
        Self::over(stream)
    }

    fn over(stream: TcpStream) -> Self {
        stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        Self { stream: BufReader::new(stream) }
    }

    /// Sends these bytes, even if the server has already responded.
    pub(crate) fn say(&mut self, text: &[u8]) -> std::io::Result<()> {
        self.stream.get_mut().write_all(text)
    }

    /// Makes a call as this user, without waiting for the response. Null means no body.
    pub(crate) fn call(&mut self, caller: &Caller, method: &Method, path: &str, body: &Value) {
        let authorization = match caller.tokens["access_token"].as_str() {
            Some(token) => format!("authorization: Bearer {token}\r\n"),
            None => String::new(),
        };
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let request = format!(
            "{method} {path} HTTP/1.1\r\nhost: x\r\n{authorization}content-type: application/json\r\n\
             content-length: {}\r\n\r\n{body}",
            body.len()
        );
        self.say(request.as_bytes()).unwrap();
    }

    /// The status of the response, if it has arrived.
    pub(crate) fn status_so_far(&mut self) -> Option<u16> {
        let mut seen = vec![0; 64 * 1024];
        self.stream.get_ref().set_nonblocking(true).unwrap();
        let length = self.stream.get_mut().read(&mut seen).unwrap_or(0);
        self.stream.get_ref().set_nonblocking(false).unwrap();
        (length > 0).then(|| status(&String::from_utf8_lossy(&seen[..length])))
    }

    /// Hangs up with a reset (RST). Dropping it closes it (FIN).
    pub(crate) fn reset(self) {
        let stream = self.stream.into_inner();
        stream.set_nonblocking(true).unwrap();
        tokio::net::TcpStream::from_std(stream).unwrap().set_zero_linger().unwrap();
    }

    /// Waits for the response, and returns its status.
    pub(crate) fn read_status(&mut self) -> u16 {
        status(&self.read_head())
    }

    pub(crate) fn read_head(&mut self) -> String {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            assert_ne!(self.stream.read_line(&mut head).unwrap(), 0, "the server hung up after {head:?}");
        }
        head
    }

    /// Reads a response after which the connection stays open.
    pub(crate) fn read_kept_answer(&mut self) -> RawAnswer {
        let head = self.read_head();
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap().parse().unwrap();
        let mut body = vec![0; length];
        self.stream.read_exact(&mut body).unwrap();
        RawAnswer { status: status(&head), head, body: String::from_utf8(body).unwrap() }
    }

    /// Checks that the server has closed the connection without sending anything more.
    pub(crate) fn assert_hung_up(mut self) {
        let mut rest = Vec::new();
        // A reset closes it, too.
        let hung_up =
            self.stream.read_to_end(&mut rest).map_or_else(|error| error.kind() != ErrorKind::WouldBlock, |_| true);
        assert!(hung_up && rest.is_empty(), "{rest:?}");
    }

    /// Reads a response, and everything until the server closes the connection.
    pub(crate) fn read_answer(mut self) -> RawAnswer {
        let head = self.read_head();
        let mut body = Vec::new();
        // The server may reset the connection if it rejects the body. What it sent before is its response.
        let _ = self.stream.read_to_end(&mut body);
        RawAnswer { status: status(&head), head, body: String::from_utf8(body).unwrap() }
    }
}

fn status(head: &str) -> u16 {
    head.split(' ').nth(1).unwrap().parse().unwrap()
}
