//! The mail server does what its script says.

use std::io;

use test_support::{MailServer, Step, Suite, Verdict, tests};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufStream};
use tokio::net::TcpStream;

pub(crate) fn suite() -> Suite {
    tests![
        it_keeps_what_it_takes,
        it_knows_the_order_of_a_conversation,
        it_says_what_the_script_says,
        it_holds_a_conversation_until_it_is_released,
        it_forgets_whom_it_held_and_who_hung_up,
        it_hangs_up,
        it_wants_the_right_password,
        it_goes_away_and_comes_back,
    ]
}

/// Somebody who speaks with it.
struct Client(BufStream<TcpStream>);

impl Client {
    async fn connect(server: &MailServer) -> io::Result<Self> {
        let address = server.url().trim_start_matches("smtp://").to_owned();
        Ok(Self(BufStream::new(TcpStream::connect(address).await?)))
    }

    /// One who was greeted and has said EHLO.
    async fn greeted(server: &MailServer) -> Self {
        let mut client = Self::connect(server).await.unwrap();
        assert!(client.hear().await.starts_with("220"));
        assert!(client.ask("EHLO me").await.starts_with("250"));
        client
    }

    async fn say(&mut self, line: &str) {
        self.0.write_all(format!("{line}\r\n").as_bytes()).await.unwrap();
        self.0.flush().await.unwrap();
    }

    /// The last line of an answer; nothing if it has hung up.
    async fn hear(&mut self) -> String {
        loop {
            let mut line = String::new();
            let _ = self.0.read_line(&mut line).await;
            if line.as_bytes().get(3) != Some(&b'-') {
                return line.trim_end().to_owned();
            }
        }
    }

    async fn ask(&mut self, line: &str) -> String {
        self.say(line).await;
        self.hear().await
    }

    /// The answers to a whole mail, the last of which is the first that is not yes.
    async fn send(&mut self, to: &str) -> Vec<String> {
        let recipient = format!("RCPT TO:<{to}>");
        let mut answers = Vec::new();
        for line in ["MAIL FROM:<shop@localhost>", &recipient, "DATA", "Message-ID: <one@shop>\r\n\r\n..dot\r\n."] {
            let answer = self.ask(line).await;
            let goes_on = answer.starts_with(['2', '3']);
            answers.push(answer);
            if !goes_on {
                break;
            }
        }
        answers
    }
}

async fn it_keeps_what_it_takes() {
    let server = MailServer::start().unwrap();
    let mut client = Client::greeted(&server).await;
    client.send("ada@example.com").await;
    client.send("eve@example.com").await;
    let mails = server.until_taken(2).await;
    let envelopes: Vec<_> = mails.iter().map(|mail| (mail.connection, &*mail.from, mail.to.join(" "))).collect();
    let ada_and_eve =
        [(1, "shop@localhost", "ada@example.com".to_owned()), (1, "shop@localhost", "eve@example.com".to_owned())];
    assert_eq!(envelopes, ada_and_eve);
    assert_eq!((&*mails[0].message_id, &*mails[0].content), ("<one@shop>", "Message-ID: <one@shop>\r\n\r\n.dot\r\n"));

    let server = MailServer::keep_no_contents().unwrap();
    Client::greeted(&server).await.send("ada@example.com").await;
    let mails = server.until_taken(1).await;
    assert_eq!((&*mails[0].message_id, &*mails[0].content), ("<one@shop>", ""));
}

async fn it_knows_the_order_of_a_conversation() {
    let server = MailServer::start().unwrap();
    let mut client = Client::greeted(&server).await;
    for (line, answer) in [
        ("RCPT TO:<ada@example.com>", "503"),
        ("DATA", "503"),
        ("MAIL FROM:<shop@localhost>", "250"),
        ("DATA", "503"),
        ("MAIL FROM:<shop@localhost>", "503"),
        ("RSET", "250"),
        ("MAIL FROM:<shop@localhost>", "250"),
        ("NOOP", "250"),
        ("HELLO?", "500"),
        ("QUIT", "221"),
    ] {
        let said = client.ask(line).await;
        assert!(said.starts_with(answer), "{line}: {said}");
    }
    assert_eq!(client.hear().await, "");
}

async fn it_says_what_the_script_says() {
    let server = MailServer::start().unwrap();
    server.at(Step::Content, Verdict::say("451 later"));
    server.at_for(Step::RcptTo, "eve@example.com", Verdict::say("550 who?"));
    let mut client = Client::greeted(&server).await;
    assert_eq!(client.send("eve@example.com").await.last().unwrap(), "550 who?");
    client.ask("RSET").await;
    assert_eq!(client.send("ada@example.com").await.last().unwrap(), "451 later");
    server.carry_on();
    assert_eq!(client.send("eve@example.com").await.last().unwrap(), "250 2.0.0 taken");
    assert_eq!(server.mail_count(), 1);
}

async fn it_holds_a_conversation_until_it_is_released() {
    let server = MailServer::start().unwrap();
    server.at(Step::Data, Verdict::Hold);
    let mut client = Client::greeted(&server).await;
    let sending = tokio::spawn(async move { client.send("ada@example.com").await });
    server.until_held(Step::Data).await;
    assert_eq!(server.mail_count(), 0);
    server.at_for(Step::Data, "ada@example.com", Verdict::say("452 full"));
    assert_eq!(sending.await.unwrap().last().unwrap(), "452 full");
}

async fn it_forgets_whom_it_held_and_who_hung_up() {
    let server = MailServer::start().unwrap();
    server.at(Step::Greeting, Verdict::Hold);
    let clients = [Client::connect(&server).await.unwrap(), Client::connect(&server).await.unwrap()];
    server.until_so_many_are_held(Step::Greeting, 2).await;
    drop(clients);
    server.until_nobody_is_connected().await;
    assert_eq!((server.connections(), server.most_connections_at_once()), (2, 2));
}

async fn it_hangs_up() {
    for (step, taken) in [(Step::MailFrom, 0), (Step::Content, 0), (Step::Taken, 1), (Step::Answered, 1)] {
        let server = MailServer::start().unwrap();
        server.at(step, Verdict::HangUp);
        let mut client = Client::greeted(&server).await;
        let answers = client.send("ada@example.com").await;
        assert_eq!(answers.last().unwrap().is_empty(), step != Step::Answered, "{step:?}: {answers:?}");
        assert_eq!(client.hear().await, "");
        server.until_nobody_is_connected().await;
        assert_eq!(server.mail_count(), taken, "{step:?}");
    }
}

async fn it_wants_the_right_password() {
    let server = MailServer::start_with_password("ada", "secret").unwrap();
    let mut client = Client::greeted(&server).await;
    assert!(client.send("eve@example.com").await[0].starts_with("530"));
    // "\0ada\0wrong" and "\0ada\0secret".
    assert!(client.ask("AUTH PLAIN AGFkYQB3cm9uZw==").await.starts_with("535"));
    assert!(client.send("eve@example.com").await[0].starts_with("530"));
    assert!(client.ask("AUTH PLAIN AGFkYQBzZWNyZXQ=").await.starts_with("235"));
    assert_eq!(client.send("eve@example.com").await.len(), 4);

    let mut client = Client::greeted(&server).await;
    for (line, answer) in [("AUTH LOGIN", "334"), ("YWRh", "334"), ("c2VjcmV0", "235")] {
        assert!(client.ask(line).await.starts_with(answer), "{line}");
    }
}

async fn it_goes_away_and_comes_back() {
    let mut server = MailServer::start().unwrap();
    let mut client = Client::greeted(&server).await;
    server.stop().await.unwrap();
    assert_eq!(client.hear().await, "");
    assert!(Client::connect(&server).await.is_err());
    server.start_again().unwrap();
    assert_eq!(Client::greeted(&server).await.send("ada@example.com").await.len(), 4);
    assert_eq!(server.mail_count(), 1);
}
