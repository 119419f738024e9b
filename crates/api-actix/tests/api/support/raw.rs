use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
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

    /// Reads an answer behind which the connection is kept.
    pub(crate) fn read_kept_answer(&mut self) -> RawAnswer {
        let head = self.read_head();
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap().parse().unwrap();
        let mut body = vec![0; length];
        self.stream.read_exact(&mut body).unwrap();
        RawAnswer { status: status(&head), head, body: String::from_utf8(body).unwrap() }
    }

    /// The server has hung up, and had nothing more to say.
    pub(crate) fn assert_hung_up(mut self) {
        let mut rest = Vec::new();
        // It may be reset, too.
        let hung_up =
            self.stream.read_to_end(&mut rest).map_or_else(|error| error.kind() != ErrorKind::WouldBlock, |_| true);
        assert!(hung_up && rest.is_empty(), "{rest:?}");
    }

    /// Reads an answer, and all that comes until the server hangs up.
    pub(crate) fn read_answer(mut self) -> RawAnswer {
        let head = self.read_head();
        let mut body = Vec::new();
        // A connection may be reset when the server hangs up on a body that it did not want; what it said before counts.
        let _ = self.stream.read_to_end(&mut body);
        RawAnswer { status: status(&head), head, body: String::from_utf8(body).unwrap() }
    }
}

fn status(head: &str) -> u16 {
    head.split(' ').nth(1).unwrap().parse().unwrap()
}
