//! A mail server that does what the test's script says, in real SMTP conversations.

mod conversation;
mod mail;
mod script;
mod tls;

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use tokio::net::{TcpListener, TcpSocket};
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::timeout;

use conversation::{Conversation, Traits};
use script::{Rule, State};
use tls::Tls;

use crate::certificate::Certificate;

pub use mail::Mail;
pub use script::{Step, Verdict};

/// Longer than anything that a test waits for may take.
const TOO_LONG: Duration = Duration::from_mins(1);

/// A mail server on a free port of this machine. It agrees to everything that its script says nothing about.
#[derive(Debug)]
pub struct MailServer {
    address: SocketAddr,
    state: Arc<watch::Sender<State>>,
    traits: Traits,
    running: Running,
}

#[derive(Debug)]
enum Running {
    /// The task and all conversations in it end when it is aborted.
    Yes(JoinHandle<()>),
    /// The port stays its own, and refuses connections.
    No(Option<TcpSocket>),
}

impl MailServer {
    /// Starts one.
    ///
    /// # Errors
    /// There is no free port.
    pub fn start() -> io::Result<Self> {
        Self::start_with(Traits::default())
    }

    /// Starts one that takes mails only from whoever knows a name and a password.
    ///
    /// # Errors
    /// There is no free port.
    pub fn start_with_password(name: &str, password: &str) -> io::Result<Self> {
        Self::start_with(Traits { credentials: Some((name.to_owned(), password.to_owned())), ..Traits::default() })
    }

    /// Starts one that speaks TLS after STARTTLS, and offers it.
    ///
    /// # Errors
    /// There is no free port, or the certificate can't be read.
    pub fn start_with_starttls(certificate: &Certificate) -> Result<Self> {
        Self::start_with_tls(certificate, false)
    }

    /// Starts one that speaks TLS from the first byte.
    ///
    /// # Errors
    /// There is no free port, or the certificate can't be read.
    pub fn start_with_implicit_tls(certificate: &Certificate) -> Result<Self> {
        Self::start_with_tls(certificate, true)
    }

    fn start_with_tls(certificate: &Certificate, is_implicit: bool) -> Result<Self> {
        let tls = Some(Tls { acceptor: certificate.acceptor()?, is_implicit });
        Ok(Self::start_with(Traits { tls, ..Traits::default() })?)
    }

    /// Starts one for so many mails that they would fill the memory. It keeps who got which, and no contents.
    ///
    /// # Errors
    /// There is no free port.
    pub fn keep_no_contents() -> io::Result<Self> {
        Self::start_with(Traits { keeps_no_contents: true, ..Traits::default() })
    }

    fn start_with(traits: Traits) -> io::Result<Self> {
        let socket = bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))?;
        let address = socket.local_addr()?;
        let state = Arc::new(watch::Sender::new(State::default()));
        let mut server = Self { address, state, traits, running: Running::No(Some(socket)) };
        server.start_again()?;
        Ok(server)
    }

    /// Where it is, as `SMTP_URL` has it.
    #[must_use]
    pub fn url(&self) -> String {
        format!("smtp://{}", self.address)
    }

    /// The same for somebody who has a name and a password.
    #[must_use]
    pub fn url_for(&self, name: &str, password: &str) -> String {
        format!("smtp://{name}:{password}@{}", self.address)
    }

    /// The same with TLS, and with the host that its certificate is for.
    #[must_use]
    pub fn tls_url(&self) -> String {
        let port = self.address.port();
        match &self.traits.tls {
            Some(Tls { is_implicit: true, .. }) => format!("smtps://localhost:{port}"),
            _ => format!("smtp://localhost:{port}?tls=required"),
        }
    }

    /// Hangs up on everybody, and refuses connections from now on.
    ///
    /// # Errors
    /// Another program has taken the port.
    pub async fn stop(&mut self) -> io::Result<()> {
        if let Running::Yes(task) = &mut self.running {
            task.abort();
            // Its listener and its conversations are dropped by then.
            let _ = task.await;
            self.running = Running::No(Some(bind(self.address)?));
        }
        Ok(())
    }

    /// Is there again, at the same address.
    ///
    /// # Errors
    /// It can't listen.
    pub fn start_again(&mut self) -> io::Result<()> {
        if let Running::No(socket) = &mut self.running
            && let Some(socket) = socket.take()
        {
            let listener = socket.listen(1024)?;
            let (state, traits) = (Arc::clone(&self.state), self.traits.clone());
            self.running = Running::Yes(tokio::spawn(serve(listener, state, traits)));
        }
        Ok(())
    }

    /// From now on it does this at this step.
    pub fn at(&self, step: Step, verdict: Verdict) {
        self.state.send_modify(|state| state.rules.push(Rule { step, recipient: None, verdict }));
    }

    /// From now on it does this at this step of a mail for this address; that is known from RCPT TO on.
    pub fn at_for(&self, step: Step, recipient: &str, verdict: Verdict) {
        let recipient = Some(recipient.to_owned());
        self.state.send_modify(|state| state.rules.push(Rule { step, recipient, verdict }));
    }

    /// Forgets the script: from now on it agrees to everything. Whatever was held goes on.
    pub fn carry_on(&self) {
        self.state.send_modify(|state| state.rules.clear());
    }

    /// Waits until a conversation is held at this step.
    pub async fn until_held(&self, step: Step) {
        self.until(|state| state.held.contains(&step), &format!("no conversation is held at {step:?}")).await;
    }

    /// Waits until so many conversations are held at this step.
    pub async fn until_so_many_are_held(&self, step: Step, count: usize) {
        let held = |state: &State| state.held.iter().filter(|held| **held == step).count();
        self.until(|state| held(state) >= count, &format!("{count} conversations are not held at {step:?}")).await;
    }

    /// Waits until nobody is connected.
    pub async fn until_nobody_is_connected(&self) {
        self.until(|state| state.open == 0, "somebody stays connected").await;
    }

    /// Waits until it has taken so many mails since it was first started, and gives all of them. Many take a while; it gives up if
    /// none comes any more.
    pub async fn until_taken(&self, count: usize) -> Vec<Mail> {
        loop {
            let taken = self.mail_count();
            if taken >= count {
                return self.mails();
            }
            self.until(|state| state.mails.len() > taken, &format!("{taken} mails came, not {count}")).await;
        }
    }

    async fn until(&self, condition: impl Fn(&State) -> bool, what: &str) {
        let mut changes = self.state.subscribe();
        let met = timeout(TOO_LONG, changes.wait_for(|state| condition(state))).await.is_ok();
        assert!(met, "{what}");
    }

    /// The mails that it took since it was first started, in their order.
    #[must_use]
    pub fn mails(&self) -> Vec<Mail> {
        self.state.borrow().mails.clone()
    }

    /// How many they are.
    #[must_use]
    pub fn mail_count(&self) -> usize {
        self.state.borrow().mails.len()
    }

    /// How many connections there were since it was first started.
    #[must_use]
    pub fn connections(&self) -> usize {
        self.state.borrow().connections
    }

    /// How many connections there were at most at the same time.
    #[must_use]
    pub fn most_connections_at_once(&self) -> usize {
        self.state.borrow().most_open
    }
}

impl Drop for MailServer {
    fn drop(&mut self) {
        if let Running::Yes(task) = &self.running {
            task.abort();
        }
    }
}

/// A port, which is not listened on.
fn bind(address: SocketAddr) -> io::Result<TcpSocket> {
    let socket = TcpSocket::new_v4()?;
    // Or connections that have just ended would keep it.
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    Ok(socket)
}

async fn serve(listener: TcpListener, state: Arc<watch::Sender<State>>, traits: Traits) {
    let mut conversations = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        conversations.spawn(Conversation::begin(stream, Arc::clone(&state), traits.clone()).run());
        // Those that are over.
        while conversations.try_join_next().is_some() {}
    }
}
