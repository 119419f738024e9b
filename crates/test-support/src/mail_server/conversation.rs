use std::io;
use std::mem;
use std::sync::Arc;
use std::time::Instant;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufStream};
use tokio::net::TcpStream;
use tokio::sync::watch;

use super::mail::Mail;
use super::script::{State, Step, Verdict};
use super::tls::{Stream, Tls};

/// What a server is like, whatever its script.
#[derive(Clone, Debug, Default)]
pub(super) struct Traits {
    /// Without these it takes no mail.
    pub(super) credentials: Option<(String, String)>,
    pub(super) keeps_no_contents: bool,
    pub(super) tls: Option<Tls>,
}

/// One client, from its connection to its end.
pub(super) struct Conversation {
    stream: BufStream<Box<dyn Stream>>,
    is_encrypted: bool,
    state: Arc<watch::Sender<State>>,
    traits: Traits,
    connection: usize,
    is_authenticated: bool,
    /// The sender of the mail that has begun, and when it began.
    from: Option<(String, Instant)>,
    to: Vec<String>,
}

impl Conversation {
    pub(super) fn begin(stream: TcpStream, state: Arc<watch::Sender<State>>, traits: Traits) -> Self {
        let mut connection = 0;
        state.send_modify(|state| {
            state.connections += 1;
            state.open += 1;
            state.most_open = state.most_open.max(state.open);
            connection = state.connections;
        });
        let (is_authenticated, stream) = (traits.credentials.is_none(), BufStream::new(Box::new(stream) as _));
        Self { stream, is_encrypted: false, state, traits, connection, is_authenticated, from: None, to: Vec::new() }
    }

    /// Ends when the client has gone, or the script has it so.
    pub(super) async fn run(mut self) {
        let _ = self.converse().await;
    }

    async fn converse(&mut self) -> io::Result<()> {
        if self.traits.tls.as_ref().is_some_and(|tls| tls.is_implicit) {
            self.encrypt().await?;
        }
        if !self.answer(Step::Greeting, "220 localhost ESMTP").await? {
            return Ok(());
        }
        loop {
            let line = self.read_line().await?;
            let (verb, rest) = line.split_once([' ', ':']).unwrap_or((&line, ""));
            match verb.to_ascii_uppercase().as_str() {
                "EHLO" => self.hello().await?,
                "STARTTLS" => self.start_tls().await?,
                "AUTH" => self.authenticate(rest).await?,
                "MAIL" => self.mail_from(rest).await?,
                "RCPT" => self.rcpt_to(rest).await?,
                "DATA" => self.data().await?,
                "RSET" => {
                    self.forget_the_mail();
                    self.answer(Step::Reset, "250 forgotten").await?;
                }
                "NOOP" => self.say("250 yes").await?,
                "QUIT" => return self.say("221 bye").await,
                _ => self.say("500 what?").await?,
            }
        }
    }

    async fn hello(&mut self) -> io::Result<()> {
        self.forget_the_mail();
        let auth = self.traits.credentials.as_ref().map_or("", |_| "250-AUTH PLAIN LOGIN\r\n");
        let tls = if self.traits.tls.is_some() && !self.is_encrypted { "250-STARTTLS\r\n" } else { "" };
        self.answer(Step::Hello, &format!("250-localhost\r\n{auth}{tls}250-8BITMIME\r\n250 SMTPUTF8")).await?;
        Ok(())
    }

    async fn start_tls(&mut self) -> io::Result<()> {
        if self.traits.tls.is_none() || self.is_encrypted {
            return self.say("502 no TLS here").await;
        }
        if self.answer(Step::StartTls, "220 go on").await? {
            self.encrypt().await?;
        }
        Ok(())
    }

    async fn encrypt(&mut self) -> io::Result<()> {
        let tls = self.traits.tls.as_ref().ok_or_else(gone)?;
        let nothing: Box<dyn Stream> = Box::new(tokio::io::empty());
        let plain = mem::replace(&mut self.stream, BufStream::new(nothing)).into_inner();
        self.stream = BufStream::new(Box::new(tls.acceptor.accept(plain).await?));
        self.is_encrypted = true;
        Ok(())
    }

    async fn authenticate(&mut self, mechanism: &str) -> io::Result<()> {
        let told = match mechanism.split_once(' ').unwrap_or((mechanism, "")) {
            ("PLAIN", response) => {
                let response = decoded(response);
                let mut parts = response.split('\0').skip(1).map(str::to_owned);
                parts.next().zip(parts.next())
            }
            ("LOGIN", _) => {
                self.say("334 VXNlcm5hbWU6").await?;
                let name = decoded(&self.read_line().await?);
                self.say("334 UGFzc3dvcmQ6").await?;
                Some((name, decoded(&self.read_line().await?)))
            }
            _ => None,
        };
        let is_right = told.is_some() && told == self.traits.credentials;
        let usual = if is_right { "235 welcome" } else { "535 5.7.8 wrong name or password" };
        self.is_authenticated = self.answer(Step::Auth, usual).await?;
        Ok(())
    }

    async fn mail_from(&mut self, rest: &str) -> io::Result<()> {
        if !self.is_authenticated {
            return self.say("530 5.7.0 authentication required").await;
        }
        if self.from.is_some() {
            return self.say("503 5.5.1 there is a mail already").await;
        }
        let begun_at = Instant::now();
        let step = if rest.contains(" SMTPUTF8") { Step::MailFromUtf8 } else { Step::MailFrom };
        if self.answer(step, "250 sender ok").await? {
            self.from = Some((address(rest), begun_at));
        }
        Ok(())
    }

    async fn rcpt_to(&mut self, rest: &str) -> io::Result<()> {
        if self.from.is_none() {
            return self.say("503 5.5.1 from whom?").await;
        }
        self.to.push(address(rest));
        if !self.answer(Step::RcptTo, "250 recipient ok").await? {
            self.to.pop();
        }
        Ok(())
    }

    async fn data(&mut self) -> io::Result<()> {
        if self.to.is_empty() {
            return self.say("503 5.5.1 to whom?").await;
        }
        if !self.answer(Step::Data, "354 go on").await? {
            return Ok(());
        }
        let content = self.read_content().await?;
        if matches!(self.decide(Step::Content).await?, Verdict::Agree) {
            self.keep(content)?;
            self.answer(Step::Taken, "250 2.0.0 taken").await?;
            self.stream.flush().await?;
            if !matches!(self.decide(Step::Answered).await?, Verdict::Agree) {
                return Err(gone());
            }
        }
        self.forget_the_mail();
        Ok(())
    }

    fn keep(&self, content: String) -> io::Result<()> {
        let (from, begun_at) = self.from.clone().ok_or_else(gone)?;
        let is_name = |line: &&str| line.get(..11).is_some_and(|name| name.eq_ignore_ascii_case("message-id:"));
        let name = content.lines().take_while(|line| !line.is_empty()).find(is_name);
        let mail = Mail {
            connection: self.connection,
            begun_at,
            from,
            to: self.to.clone(),
            message_id: name.map_or_else(String::new, |line| line[11..].trim().to_owned()),
            content: if self.traits.keeps_no_contents { String::new() } else { content },
        };
        self.state.send_modify(|state| state.mails.push(mail));
        Ok(())
    }

    fn forget_the_mail(&mut self) {
        self.from = None;
        self.to.clear();
    }

    /// Says what the script wants, or else the usual. Gives whether that is a yes.
    async fn answer(&mut self, step: Step, usual: &str) -> io::Result<bool> {
        let said = match self.decide(step).await? {
            Verdict::Say(answer) => answer,
            Verdict::Agree | Verdict::Hold | Verdict::HangUp => {
                self.say(usual).await?;
                usual.to_owned()
            }
        };
        Ok(said.starts_with(['2', '3']))
    }

    /// What the script wants to be done, when it does not hold the conversation any more. What it wants to be said is said.
    async fn decide(&mut self, step: Step) -> io::Result<Verdict> {
        let mut changes = self.state.subscribe();
        let mut verdict = changes.borrow_and_update().verdict(step, &self.to);
        if verdict == Verdict::Hold {
            self.state.send_modify(|state| state.held.push(step));
            let held = Held { state: Arc::clone(&self.state), step };
            let released = async {
                let _ = changes.wait_for(|state| state.verdict(step, &self.to) != Verdict::Hold).await;
            };
            tokio::select! {
                () = released => {}
                () = hung_up(&mut self.stream) => return Err(gone()),
            }
            drop(held);
            verdict = self.state.borrow().verdict(step, &self.to);
        }
        match &verdict {
            Verdict::HangUp => return Err(gone()),
            Verdict::Say(answer) => self.say(answer).await?,
            Verdict::Agree | Verdict::Hold => {}
        }
        Ok(verdict)
    }

    async fn say(&mut self, answer: &str) -> io::Result<()> {
        self.stream.write_all(format!("{answer}\r\n").as_bytes()).await?;
        self.stream.flush().await
    }

    async fn read_line(&mut self) -> io::Result<String> {
        let mut line = Vec::new();
        if self.stream.read_until(b'\n', &mut line).await? == 0 {
            return Err(gone());
        }
        Ok(String::from_utf8_lossy(&line).trim_end_matches(['\r', '\n']).to_owned())
    }

    async fn read_content(&mut self) -> io::Result<String> {
        let mut content = String::new();
        loop {
            let line = self.read_line().await?;
            if line == "." {
                return Ok(content);
            }
            content.push_str(line.strip_prefix('.').unwrap_or(&line));
            content.push_str("\r\n");
        }
    }
}

impl Drop for Conversation {
    fn drop(&mut self) {
        self.state.send_modify(|state| state.open -= 1);
    }
}

/// A conversation that is held, however that ends.
struct Held {
    state: Arc<watch::Sender<State>>,
    step: Step,
}

impl Drop for Held {
    fn drop(&mut self) {
        self.state.send_modify(|state| {
            if let Some(index) = state.held.iter().position(|step| *step == self.step) {
                state.held.swap_remove(index);
            }
        });
    }
}

/// Ends when the client has hung up; not if it says something.
async fn hung_up(stream: &mut BufStream<Box<dyn Stream>>) {
    if stream.fill_buf().await.is_ok_and(|more| !more.is_empty()) {
        std::future::pending::<()>().await;
    }
}

fn gone() -> io::Error {
    io::ErrorKind::ConnectionAborted.into()
}

/// What is between the angle brackets.
fn address(rest: &str) -> String {
    let address = rest.split_once('<').and_then(|(_, rest)| rest.split_once('>'));
    address.map_or_else(String::new, |(address, _)| address.to_owned())
}

fn decoded(text: &str) -> String {
    String::from_utf8_lossy(&BASE64_STANDARD.decode(text).unwrap_or_default()).into_owned()
}
