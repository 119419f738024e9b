//! What a mail program shows, whatever the title of the book.

use domain::account::LinkPurpose;
use domain::book::Author;
use domain::delivery::{Letter, Mailer as _};
use test_support::{Mail, MailServer};

use crate::support::{SHOP, Shown, a_letter, accepted, letter, link_letter, mailer, titled};

/// Sends an e-mail and returns it as it arrives.
async fn sent(letter: &Letter) -> Mail {
    let server = MailServer::start().unwrap();
    assert_eq!(mailer(&server.url(), 1).send(letter).await, Ok(accepted()));
    server.mails().remove(0)
}

async fn shown(letter: &Letter) -> Shown {
    Shown::of(sent(letter).await.content.as_bytes())
}

/// Returns the names of the raw headers.
fn header_names(mail: &Mail) -> Vec<&str> {
    let lines = mail.content.lines().take_while(|line| !line.is_empty()).filter(|line| !line.starts_with([' ', '\t']));
    lines.map(|line| line.split_once(':').unwrap().0).collect()
}

const HEADERS: [&str; 10] = [
    "From",
    "To",
    "Subject",
    "Message-ID",
    "Auto-Submitted",
    "List-Unsubscribe",
    "List-Unsubscribe-Post",
    "MIME-Version",
    "Date",
    "Content-Type",
];

#[tokio::test]
async fn has_every_header_and_detail() {
    let shown = shown(&a_letter()).await;

    assert_eq!(shown.header("From"), "Bookstore <no-reply@shop.example.com>");
    assert_eq!(shown.header("To"), "ada@example.com");
    assert_eq!(shown.header("Subject"), "Back in stock: Solaris");
    assert_eq!(shown.header("Message-ID"), "<pre-booking-42@shop.example.com>");
    assert_eq!(shown.header("Auto-Submitted"), "auto-generated");
    let unsubscribe = "https://api.example.com/v1/unsubscribe?token=of+5";
    assert_eq!(shown.header("List-Unsubscribe"), format!("<{unsubscribe}>"));
    assert_eq!(shown.header("List-Unsubscribe-Post"), "List-Unsubscribe=One-Click");
    let (book, all) = (format!("{SHOP}/books/7"), format!("{SHOP}/prebooks"));
    for part in [&shown.text, &shown.html] {
        for words in
            ["Solaris", "Stanisław Lem", "19.99", &book, &all, unsubscribe, "not reserved", "first come, first served"]
        {
            assert!(part.contains(words), "no {words} in {part}");
        }
        assert!(part.contains("14 November 2023, 22:13 UTC"), "{part}");
    }
}

#[tokio::test]
async fn a_letter_with_a_link_has_the_link_and_how_long_it_works() {
    let server = MailServer::start().unwrap();
    let mailer = mailer(&server.url(), 1);
    for (number, (purpose, page, lifetime)) in [
        (LinkPurpose::PasswordReset, "reset-password", "30 minutes"),
        (LinkPurpose::EmailVerification, "verify-email", "24 hours"),
    ]
    .into_iter()
    .enumerate()
    {
        assert_eq!(mailer.send_link(&link_letter(purpose)).await, Ok(accepted()));
        let shown = Shown::of(server.mails()[number].content.as_bytes());
        assert_eq!(shown.header("Message-ID"), "<account-mail-19@shop.example.com>");
        assert_eq!(shown.header("To"), "ada@example.com");
        for part in [&shown.text, &shown.html] {
            let link = format!("{SHOP}/{page}?token=the-token");
            assert!(part.contains(&link) && part.contains(lifetime), "no {link} for {lifetime} in {part}");
        }
    }
}

#[tokio::test]
async fn copies_share_a_message_id_and_pre_bookings_do_not() {
    let ids = [sent(&letter(1, "a@x.org")).await, sent(&letter(1, "b@x.org")).await, sent(&letter(2, "a@x.org")).await]
        .map(|mail| mail.message_id);
    assert_eq!(ids[0], ids[1]);
    assert_ne!(ids[0], ids[2]);
}

#[tokio::test]
async fn every_script_is_shown_unchanged() {
    let long = "長い題名".repeat(125);
    for title in
        ["惑星ソラリス", "سولاريس", "Солярис", "📚 Back 🚀 again", "naïve – “quoted” =?utf-8?q?x?=", "e\u{301}", &long]
    {
        let letter = Letter { author: Author::from_stored(title.to_owned()), ..titled(title) };
        let shown = shown(&letter).await;
        // An invisible mark keeps mail programs from decoding what looks encoded.
        assert_eq!(shown.header("Subject").replace('\u{2060}', ""), format!("Back in stock: {title}"));
        assert_eq!(shown.text.matches(title).count(), 2, "{}", shown.text);
        assert!(shown.html.contains("dir=\"auto\""));
    }
}

#[tokio::test]
async fn html_escapes_the_title() {
    let title = r#"<script>alert("1")</script> & 'x' <img src=x onerror=y>"#;
    let shown = shown(&Letter { author: Author::from_stored(title.to_owned()), ..titled(title) }).await;
    assert!(shown.text.contains(title), "{}", shown.text);
    assert!(!shown.html.contains("<script") && !shown.html.contains("<img"), "{}", shown.html);
    assert!(!shown.html.contains(r#""1""#) && !shown.html.contains("'x'"), "{}", shown.html);
    assert!(shown.html.contains("script"));
}

#[tokio::test]
async fn no_title_adds_a_header_or_a_part() {
    let long = "x".repeat(500);
    for title in [
        "a\r\nBcc: eve@example.com",
        "a\nBcc: eve@example.com",
        "a\rBcc: eve@example.com",
        "a\r\n\r\n--boundary\r\nContent-Type: text/html\r\n\r\n<b>",
        "a\u{85}Bcc: x\u{2028}Bcc: y\u{2029}Bcc: z\u{b}Bcc: v\u{c}Bcc: w",
        "\0\u{1}\u{7f}\u{1b}[31m",
        "\u{202e}txet desrever\u{202c}\u{2066}isolate\u{200f}\u{feff}",
        "=?utf-8?q?=0D=0ABcc:_eve@example.com?=",
        ".\r\n.\r\nRCPT TO:<eve@example.com>",
        &long,
        &"é\r\n".repeat(166),
    ] {
        let mail = sent(&titled(title)).await;
        let mut names = header_names(&mail);
        names.sort_unstable();
        let mut expected = HEADERS;
        expected.sort_unstable();
        assert_eq!(names, expected, "{title:?}");
        assert!(mail.content.lines().all(|line| line.len() <= 998), "{title:?}: a line is too long (RFC 5322, 2.1.1)");
        assert!(!mail.content.contains('\0'), "{title:?}");
        let shown = Shown::of(mail.content.as_bytes());
        assert!(!shown.header("Subject").contains(['\r', '\n', '\0']), "{title:?}");
        assert_eq!(mail.to, ["ada@example.com"]);
    }
}

/// Unescaped, a line with a single dot would end the e-mail, and other lines would lose their first dot (RFC 5321, 4.5.2).
#[tokio::test]
async fn dots_are_escaped() {
    for title in [".", "é\n.\nx", &format!("é{}", ".".repeat(499))] {
        let mail = sent(&titled(title)).await;
        let shown = Shown::of(mail.content.as_bytes());
        let title = title.replace('\n', " ");
        assert_eq!(shown.header("Subject"), format!("Back in stock: {title}"));
        assert!(shown.text.contains(&title) && shown.html.contains(&title), "{shown:?}");
        assert!(shown.html.trim_end().ends_with("</html>"));
    }
}
