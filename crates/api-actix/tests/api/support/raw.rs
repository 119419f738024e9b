use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

/// A connection on which anything may be said, also what no client would say.
pub(crate) struct RawConnection {
    stream: BufReader<TcpStream>,
}

#[derive(Debug)]
pub(crate) struct RawAnswer {
    pub(crate) status: u16,
    pub(crate) head: String,
    /// What came until the server closed the connection.
    pub(crate) body: String,
}

impl RawConnection {
    pub(crate) fn open(url: &str) -> Self {
        let stream = TcpStream::connect(url.strip_prefix("http://").unwrap()).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        Self { stream: BufReader::new(stream) }
    }

    /// Says this, whether the server still listens or has already answered.
    pub(crate) fn say(&mut self, text: &[u8]) -> std::io::Result<()> {
        self.stream.get_mut().write_all(text)
    }

    pub(crate) fn read_head(&mut self) -> String {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            assert_ne!(self.stream.read_line(&mut head).unwrap(), 0, "the server hung up after {head:?}");
        }
        head
    }

    /// Reads an answer, and all that comes until the server hangs up.
    pub(crate) fn read_answer(mut self) -> RawAnswer {
        let head = self.read_head();
        let mut body = Vec::new();
        // A connection may be reset when the server hangs up on a body that it did not want; what it said before counts.
        let _ = self.stream.read_to_end(&mut body);
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        RawAnswer { status, head, body: String::from_utf8(body).unwrap() }
    }
}
