//! A network between a program and a server that fails as the test wants it.

use std::io;
use std::net::Ipv4Addr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream, UnixStream};
use tokio::sync::{mpsc, watch};
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::{Instant, sleep_until};
use url::Url;

/// A relay between a program and a server, which the program takes for the server.
///
/// A silent network loses no packet: the system acknowledges what the relay does not pass on. So a program finds out by its own limits
/// alone, and neither by TCP keepalive nor by `TCP_USER_TIMEOUT`.
#[derive(Debug)]
pub struct Network {
    url: Url,
    state: Arc<watch::Sender<State>>,
    /// The task and all connections in it end when it is aborted.
    task: JoinHandle<()>,
}

#[derive(Debug)]
struct State {
    server: Server,
    is_silent: bool,
    /// The network falls silent when either side says this.
    silent_after: Option<&'static str>,
    delay: Duration,
    /// How many connections there have been. Each is called by the number of those before it.
    connections: usize,
    /// Earlier connections than this one stay silent.
    forgotten_before: usize,
    /// Earlier connections than this one are cut.
    cut_before: usize,
}

#[derive(Clone, Debug)]
enum Server {
    Tcp(String),
    Unix(PathBuf),
}

impl Network {
    /// A network that leads to the server of this URL, such as `postgres://...` or `smtp://...`.
    ///
    /// # Errors
    /// The URL is malformed, or there is no free port.
    pub async fn to(server: &str) -> io::Result<Self> {
        let url = parse(server)?;
        let state = State {
            server: Server::of(&url)?,
            is_silent: false,
            silent_after: None,
            delay: Duration::ZERO,
            connections: 0,
            forgotten_before: 0,
            cut_before: 0,
        };
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let url = through(url, listener.local_addr()?.port())?;
        let state = Arc::new(watch::Sender::new(state));
        let task = tokio::spawn(serve(listener, Arc::clone(&state)));
        Ok(Self { url, state, task })
    }

    /// The same URL, through this network.
    #[must_use]
    pub fn url(&self) -> &str {
        self.url.as_str()
    }

    /// From now on nothing arrives, and nobody is told. New connections hang as well.
    pub fn fall_silent(&self) {
        self.state.send_modify(|state| state.is_silent = true);
    }

    /// Falls silent as soon as either side says this, which no longer arrives. Encrypted text can't be recognized, so the URL of
    /// a database must say `sslmode=disable`.
    pub fn fall_silent_after(&self, said: &'static str) {
        self.state.send_modify(|state| state.silent_after = Some(said));
    }

    /// Waits until the network is silent.
    pub async fn until_silent(&self) {
        // It does not fail, as the sender is here.
        let _ = self.state.subscribe().wait_for(|state| state.is_silent).await;
    }

    /// Ends the silence. What was said meanwhile arrives, but for connections that were forgotten.
    pub fn recover(&self) {
        self.state.send_modify(|state| state.is_silent = false);
    }

    /// The connections of now stay silent for ever, as after a firewall that forgot them. New ones work.
    pub fn forget_connections(&self) {
        self.state.send_modify(|state| state.forgotten_before = state.connections);
    }

    /// Resets all connections.
    pub fn cut_connections(&self) {
        self.state.send_modify(|state| state.cut_before = state.connections);
    }

    /// From now on everything takes this long, in either direction.
    pub fn delay(&self, by: Duration) {
        self.state.send_modify(|state| state.delay = by);
    }

    /// New connections lead to the server of this URL. Those of now stay where they are.
    ///
    /// # Errors
    /// The URL is malformed.
    pub fn redirect(&self, server: &str) -> io::Result<()> {
        let server = Server::of(&parse(server)?)?;
        self.state.send_modify(|state| state.server = server);
        Ok(())
    }
}

impl Drop for Network {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn parse(url: &str) -> io::Result<Url> {
    Url::parse(url).map_err(|_| malformed())
}

fn malformed() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, "not the URL of a server, with a port")
}

/// The URL of the same database or mail server behind this port.
fn through(mut url: Url, port: u16) -> io::Result<Url> {
    let parameters = url.query_pairs().into_owned().filter(|(name, _)| name != "host").collect::<Vec<_>>();
    url.set_query(None);
    if !parameters.is_empty() {
        url.query_pairs_mut().extend_pairs(parameters);
    }
    url.set_host(Some("127.0.0.1")).map_err(|_| malformed())?;
    url.set_port(Some(port)).map_err(|()| malformed())?;
    Ok(url)
}

impl Server {
    fn of(url: &Url) -> io::Result<Self> {
        let (host, port) = url.host_str().zip(url.port()).ok_or_else(malformed)?;
        // PostgreSQL's parameter for the directory of a socket.
        let directory = url.query_pairs().find(|(name, value)| name == "host" && value.starts_with('/'));
        Ok(match directory {
            Some((_, directory)) => Self::Unix(PathBuf::from(&*directory).join(format!(".s.PGSQL.{port}"))),
            None => Self::Tcp(format!("{host}:{port}")),
        })
    }
}

async fn serve(listener: TcpListener, state: Arc<watch::Sender<State>>) {
    let mut connections = JoinSet::new();
    while let Ok((client, _)) = listener.accept().await {
        let mut number = 0;
        state.send_modify(|state| {
            number = state.connections;
            state.connections += 1;
        });
        connections.spawn(Connection { number, state: Arc::clone(&state) }.run(client));
        // Those that are over.
        while connections.try_join_next().is_some() {}
    }
}

#[derive(Debug)]
struct Connection {
    number: usize,
    state: Arc<watch::Sender<State>>,
}

impl Connection {
    async fn run(self, mut client: TcpStream) {
        let ended = tokio::select! {
            ended = self.join(&mut client) => ended,
            () = self.until(|state, number| number < state.cut_before) => Err(io::ErrorKind::ConnectionReset.into()),
        };
        if ended.is_err() {
            // So that it is reset when it is dropped.
            let _ = client.set_zero_linger();
        }
    }

    async fn join(&self, client: &mut TcpStream) -> io::Result<()> {
        self.until_heard().await;
        client.set_nodelay(true)?;
        let server = self.state.borrow().server.clone();
        match server {
            Server::Tcp(address) => {
                let server = TcpStream::connect(address).await?;
                server.set_nodelay(true)?;
                self.carry_both_ways(client, server).await
            }
            Server::Unix(path) => self.carry_both_ways(client, UnixStream::connect(path).await?).await,
        }
    }

    async fn carry_both_ways(&self, client: &mut TcpStream, server: impl AsyncRead + AsyncWrite) -> io::Result<()> {
        let (from_client, to_client) = client.split();
        let (from_server, to_server) = tokio::io::split(server);
        tokio::try_join!(self.carry(from_client, to_server), self.carry(from_server, to_client)).map(drop)
    }

    /// Carries one direction, up to its end.
    async fn carry(&self, mut from: impl AsyncRead + Unpin, mut to: impl AsyncWrite + Unpin) -> io::Result<()> {
        // More than that is not under way at a time.
        let (departed, mut under_way) = mpsc::channel(64);
        let take = async move {
            loop {
                let mut said = vec![0; 16 * 1024];
                let read = from.read(&mut said).await;
                if read.is_err() {
                    // The other end does not hear of a reset in a silence, either.
                    self.until_heard().await;
                }
                let length = read?;
                said.truncate(length);
                self.listen(&said);
                let due = Instant::now() + self.state.borrow().delay;
                if length == 0 || departed.send((due, said)).await.is_err() {
                    return io::Result::Ok(());
                }
            }
        };
        let deliver = async {
            while let Some((due, said)) = under_way.recv().await {
                sleep_until(due).await;
                self.until_heard().await;
                to.write_all(&said).await?;
            }
            self.until_heard().await;
            to.shutdown().await
        };
        tokio::try_join!(take, deliver).map(drop)
    }

    /// Falls silent if this was to be the last thing said.
    fn listen(&self, said: &[u8]) {
        self.state.send_if_modified(|state| {
            let is_last = state.silent_after.is_some_and(|last| contains(said, last));
            if is_last {
                (state.is_silent, state.silent_after) = (true, None);
            }
            is_last
        });
    }

    async fn until_heard(&self) {
        self.until(|state, number| !state.is_silent && number >= state.forgotten_before).await;
    }

    async fn until(&self, condition: impl Fn(&State, usize) -> bool) {
        // It does not fail, as the sender is here.
        let _ = self.state.subscribe().wait_for(|state| condition(state, self.number)).await;
    }
}

fn contains(said: &[u8], part: &str) -> bool {
    said.windows(part.len()).any(|window| window == part.as_bytes())
}
