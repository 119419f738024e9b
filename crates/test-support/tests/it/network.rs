//! A network that fails.

use std::io::{ErrorKind, Result};
use std::time::{Duration, Instant};

use sea_orm::{ConnectionTrait as _, Database, DbErr};
use test_support::{Engine, Network, Suite, TestDatabase, tests};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;
use url::Url;

pub(crate) fn suite() -> Suite {
    tests![
        a_silence_holds_back_what_is_said_and_new_connections,
        falls_silent_after_a_given_text,
        forgotten_connections_stay_silent_and_new_ones_work,
        a_cut_resets_every_connection,
        a_delay_counts_once_in_each_direction,
        new_connections_are_redirected,
    ]
    .and(tests![a_database_is_reached_through_it].only_on(Engine::Postgres))
}

/// Long enough to hear something, if there is something to hear.
const A_WHILE: Duration = Duration::from_millis(100);

/// A server that answers each byte with this one. It ends with the runtime of the test.
async fn answering(answer: u8) -> Result<String> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("echo://{}", listener.local_addr()?);
    tokio::spawn(async move {
        while let Ok((mut client, _)) = listener.accept().await {
            tokio::spawn(
                async move { while client.read_u8().await.is_ok() && client.write_u8(answer).await.is_ok() {} },
            );
        }
    });
    Ok(url)
}

async fn connect(network: &Network) -> Result<TcpStream> {
    let url = Url::parse(network.url()).unwrap();
    TcpStream::connect((url.host_str().unwrap(), url.port().unwrap())).await
}

async fn ask(connection: &mut TcpStream) -> Result<u8> {
    connection.write_u8(0).await?;
    connection.read_u8().await
}

async fn is_silent(connection: &mut TcpStream) -> bool {
    timeout(A_WHILE, ask(connection)).await.is_err()
}

async fn a_silence_holds_back_what_is_said_and_new_connections() -> Result<()> {
    let network = Network::to(&answering(1).await?).await?;
    let mut before = connect(&network).await?;
    assert_eq!(ask(&mut before).await?, 1);
    network.fall_silent();
    assert!(is_silent(&mut before).await);
    let mut meanwhile = connect(&network).await?;
    assert!(is_silent(&mut meanwhile).await);
    network.recover();
    assert_eq!((before.read_u8().await?, meanwhile.read_u8().await?), (1, 1));
    Ok(())
}

async fn falls_silent_after_a_given_text() -> Result<()> {
    let network = Network::to(&answering(1).await?).await?;
    let mut connection = connect(&network).await?;
    network.fall_silent_after("now");
    assert_eq!(ask(&mut connection).await?, 1);
    connection.write_all(b"now").await?;
    network.until_silent().await;
    assert!(is_silent(&mut connection).await);
    network.recover();
    let mut answers = [0; 4];
    connection.read_exact(&mut answers).await?;
    assert_eq!(answers, [1; 4]);
    assert_eq!(ask(&mut connection).await?, 1);
    Ok(())
}

async fn forgotten_connections_stay_silent_and_new_ones_work() -> Result<()> {
    let network = Network::to(&answering(1).await?).await?;
    let mut before = connect(&network).await?;
    assert_eq!(ask(&mut before).await?, 1);
    network.forget_connections();
    network.recover();
    assert!(is_silent(&mut before).await);
    assert_eq!(ask(&mut connect(&network).await?).await?, 1);
    Ok(())
}

async fn a_cut_resets_every_connection() -> Result<()> {
    let network = Network::to(&answering(1).await?).await?;
    let (mut heard, mut silent) = (connect(&network).await?, connect(&network).await?);
    assert_eq!((ask(&mut heard).await?, ask(&mut silent).await?), (1, 1));
    network.forget_connections();
    network.cut_connections();
    for connection in [&mut heard, &mut silent] {
        assert_eq!(connection.read_u8().await.unwrap_err().kind(), ErrorKind::ConnectionReset);
    }
    assert_eq!(ask(&mut connect(&network).await?).await?, 1);
    Ok(())
}

async fn a_delay_counts_once_in_each_direction() -> Result<()> {
    let network = Network::to(&answering(1).await?).await?;
    let mut connection = connect(&network).await?;
    network.delay(A_WHILE);
    let started = Instant::now();
    // Said one after the other, they are under way together.
    for _ in 0..10 {
        connection.write_u8(0).await?;
    }
    for _ in 0..10 {
        connection.read_u8().await?;
    }
    assert!((2 * A_WHILE..8 * A_WHILE).contains(&started.elapsed()), "{:?}", started.elapsed());
    Ok(())
}

async fn new_connections_are_redirected() -> Result<()> {
    let network = Network::to(&answering(1).await?).await?;
    let mut before = connect(&network).await?;
    assert_eq!(ask(&mut before).await?, 1);
    network.redirect(&answering(2).await?)?;
    assert_eq!((ask(&mut before).await?, ask(&mut connect(&network).await?).await?), (1, 2));
    Ok(())
}

async fn a_database_is_reached_through_it(database: TestDatabase) -> std::result::Result<(), DbErr> {
    let network = Network::to(database.url()).await.unwrap();
    let connection = Database::connect(network.url()).await?;
    let books = connection.execute_unprepared("SELECT FROM books").await?;
    assert_eq!(books.rows_affected(), 0);
    Ok(())
}
