//! Account mails: a forgotten password, and an address to verify.

use serde_json::{Value, json};
use test_support::{Mail, Step, Suite, TestDatabase, Verdict, tests};

use super::mailroom::Mailroom;
use crate::support::{
    Answer, Bystander, PASSWORD, all_at_once, changed, execute, hash_of, invalid, problem, query_texts,
};

pub(crate) fn suite() -> Suite {
    tests![
        a_forgotten_password_is_reset_by_a_mailed_link,
        a_reset_link_works_once,
        an_expired_link_is_invalid,
        links_of_one_purpose_are_not_for_the_other,
        nobody_learns_which_addresses_have_accounts,
        deactivated_users_get_no_link_and_can_use_none,
        an_account_gets_few_links_within_an_hour,
        an_address_is_verified_by_a_mailed_link,
        a_pre_booking_may_need_a_verified_address,
        a_deferred_mail_is_sent_again_and_both_links_work,
    ]
}

const NEW_PASSWORD: &str = "a password of my own";

async fn forget(room: &Mailroom, email: &str) -> Answer {
    room.app.anyone.post("/auth/password/forgot", &json!({ "email": email })).await
}

async fn reset(room: &Mailroom, token: &str) -> Answer {
    let body = json!({ "token": token, "new_password": NEW_PASSWORD });
    room.app.anyone.post("/auth/password/reset", &body).await
}

async fn verify(room: &Mailroom, token: &str) -> Answer {
    room.app.anyone.post("/auth/email/verify", &json!({ "token": token })).await
}

/// The token of the link to this page of the shop.
fn token_in(mail: &Mail, page: &str) -> String {
    let link = format!("/{page}?token=");
    // Quoted-printable (RFC 2045, 6.7): without its line breaks, and with its equals signs.
    let content = mail.content.replace("=\r\n", "").replace("=\n", "").replace("=3D", "=");
    let (_, rest) = content.split_once(&link).unwrap_or_else(|| panic!("no {link} in {}", mail.content));
    rest.chars().take(43).collect()
}

/// Asks for a new password, and returns the token of the `number`th mail.
async fn mailed_token(room: &Mailroom, email: &str, number: usize) -> String {
    forget(room, email).await.has_no_body(202);
    let mails = room.mails.until_taken(number).await;
    assert_eq!(mails[number - 1].to, [email]);
    token_in(&mails[number - 1], "reset-password")
}

async fn a_forgotten_password_is_reset_by_a_mailed_link(database: TestDatabase) {
    let room = Mailroom::open(database).await;
    let session = room.app.register("ada@example.com").await;
    let token = mailed_token(&room, "ada@example.com", 1).await;
    assert_eq!(query_texts(&room.database, "SELECT token_hash FROM links").await, [hash_of(&token)]);
    // Until the link is used, nothing changes.
    assert_eq!(session.me().await["email_verified"], false);

    reset(&room, &token).await.has_no_content();

    session.get("/auth/me").await.is_problem(&problem(401, "AUTH_TOKEN_INVALID"));
    session.refresh().await.is_problem(&problem(401, "AUTH_TOKEN_REUSE"));
    let old = json!({ "email": "ada@example.com", "password": PASSWORD });
    room.app.anyone.post("/auth/login", &old).await.is_problem(&problem(401, "AUTH_INVALID_CREDENTIALS"));
    let me = room.app.log_in("ada@example.com", NEW_PASSWORD).await.me().await;
    assert_eq!(me["email_verified"], true, "the link has shown that the user gets mail there");
}

async fn a_reset_link_works_once(database: TestDatabase) {
    let room = Mailroom::open(database).await;
    room.app.register("ada@example.com").await;
    let token = mailed_token(&room, "ada@example.com", 1).await;
    // A password that is not accepted does not use the link up.
    for (password, why) in [("12345678", "common"), ("ada@example.com", "own address"), ("short", "short")] {
        let body = json!({ "token": token, "new_password": password });
        let answer = room.app.anyone.post("/auth/password/reset", &body).await;
        assert_eq!(answer.status, 422, "{why}: {answer:?}");
        answer.is_problem(&invalid(&["new_password"]));
    }
    let calls = (0..5).map(|_| {
        let (anyone, token) = (room.app.anyone.clone(), token.clone());
        async move {
            let body = json!({ "token": token, "new_password": NEW_PASSWORD });
            anyone.post("/auth/password/reset", &body).await
        }
    });
    let (done, refused): (Vec<_>, Vec<_>) =
        all_at_once(calls).await.into_iter().partition(|answer| answer.status == 204);
    assert_eq!(done.len(), 1, "{refused:?}");
    for answer in refused {
        answer.is_problem(&problem(400, "AUTH_LINK_INVALID"));
    }
    for token in [token.as_str(), "", "x", "\0", &token[1..]] {
        reset(&room, token).await.is_problem(&problem(400, "AUTH_LINK_INVALID"));
    }
}

async fn an_expired_link_is_invalid(database: TestDatabase) {
    let room = Mailroom::open(database).await;
    room.app.register("ada@example.com").await;
    let token = mailed_token(&room, "ada@example.com", 1).await;
    execute(&room.database, "UPDATE links SET expires_at = '2026-01-02T03:04:05+00:00'").await;
    reset(&room, &token).await.is_problem(&problem(400, "AUTH_LINK_INVALID"));
}

async fn links_of_one_purpose_are_not_for_the_other(database: TestDatabase) {
    let room = Mailroom::open(database).await;
    let ada = room.app.register("ada@example.com").await;
    let to_reset = mailed_token(&room, "ada@example.com", 1).await;
    ada.post("/auth/email/verification", &Value::Null).await.has_no_body(202);
    let to_verify = token_in(&room.mails.until_taken(2).await[1], "verify-email");
    verify(&room, &to_reset).await.is_problem(&problem(400, "AUTH_LINK_INVALID"));
    reset(&room, &to_verify).await.is_problem(&problem(400, "AUTH_LINK_INVALID"));
    verify(&room, &to_verify).await.has_no_content();
    reset(&room, &to_reset).await.has_no_content();
}

/// The request only writes that a mail is wanted, for any address. So its time can't depend on the account.
async fn nobody_learns_which_addresses_have_accounts(database: TestDatabase) {
    let room = Mailroom::open(database).await;
    room.app.register("ada@example.com").await;
    let mut answers = Vec::new();
    for email in ["nobody@example.com", " ADA@example.com "] {
        answers.push(forget(&room, email).await);
    }
    for answer in answers {
        answer.has_no_body(202);
    }
    let mails = room.mails.until_taken(1).await;
    assert_eq!(mails[0].to, ["ada@example.com"]);
    assert_eq!(room.until_all_is_sent().await.len(), 1, "nobody has no account");
    for email in ["", "nobody", "a@localhost"] {
        forget(&room, email).await.is_problem(&invalid(&["email"]));
    }
}

async fn deactivated_users_get_no_link_and_can_use_none(database: TestDatabase) {
    let room = Mailroom::open(database).await;
    let ada = room.app.register("ada@example.com").await;
    let token = mailed_token(&room, "ada@example.com", 1).await;
    room.app.deactivate(&ada.me().await).await;
    reset(&room, &token).await.is_problem(&problem(400, "AUTH_LINK_INVALID"));
    forget(&room, "ada@example.com").await.has_no_body(202);
    assert_eq!(room.until_all_is_sent().await.len(), 1);
}

async fn an_account_gets_few_links_within_an_hour(database: TestDatabase) {
    let room = Mailroom::open(database).await;
    let store = Bystander::connect(room.database.url()).await;
    room.app.register("ada@example.com").await;
    let settled = "SELECT count(*) FROM account_mails WHERE status <> 'pending'";
    for number in 1..=7 {
        forget(&room, "ada@example.com").await.has_no_body(202);
        // A second mail while one is pending would not count.
        store.until(&format!("SELECT ({settled}) = {number}")).await;
    }
    assert_eq!(room.mails.mail_count(), 5);
    let skipped = "SELECT reason FROM account_mails WHERE status = 'skipped' ORDER BY id";
    assert_eq!(
        query_texts(&room.database, skipped).await,
        ["the account got enough of these e-mails within an hour"; 2]
    );
}

async fn an_address_is_verified_by_a_mailed_link(database: TestDatabase) {
    let room = Mailroom::open(database).await;
    let ada = room.app.register("ada@example.com").await;
    let before = ada.me().await;
    assert_eq!(before["email_verified"], false);
    ada.post("/auth/email/verification", &Value::Null).await.has_no_body(202);
    let mails = room.mails.until_taken(1).await;
    assert_eq!(mails[0].to, ["ada@example.com"]);
    let token = token_in(&mails[0], "verify-email");
    verify(&room, "x").await.is_problem(&problem(400, "AUTH_LINK_INVALID"));
    verify(&room, &token).await.has_no_content();
    assert_eq!(ada.me().await, changed(&before, &json!({ "email_verified": true })), "the session stays");
    verify(&room, &token).await.is_problem(&problem(400, "AUTH_LINK_INVALID"));
    // There is nothing to verify any more.
    ada.post("/auth/email/verification", &Value::Null).await.has_no_body(202);
    assert_eq!(room.until_all_is_sent().await.len(), 1);
}

async fn a_pre_booking_may_need_a_verified_address(database: TestDatabase) {
    let room = Mailroom::open_with(database, &["--require-verified-email", "on"]).await;
    let ada = room.app.register("ada@example.com").await;
    let book = room.app.add_book(0).await;
    for book in [&book, &json!({ "id": 4711 })] {
        ada.try_to_place(book).await.is_problem(&problem(403, "AUTH_EMAIL_UNVERIFIED"));
    }
    ada.post("/auth/email/verification", &Value::Null).await.has_no_body(202);
    let token = token_in(&room.mails.until_taken(1).await[0], "verify-email");
    verify(&room, &token).await.has_no_content();
    ada.place(&book).await;
}

async fn a_deferred_mail_is_sent_again_and_both_links_work(database: TestDatabase) {
    let room = Mailroom::open(database).await;
    let store = Bystander::connect(room.database.url()).await;
    room.app.register("ada@example.com").await;
    room.mails.at(Step::RcptTo, Verdict::say("450 4.2.0 later"));
    forget(&room, "ada@example.com").await.has_no_body(202);
    store.until("SELECT (SELECT attempts FROM account_mails) = 1").await;
    room.mails.carry_on();
    execute(&room.database, "UPDATE account_mails SET due_at = created_at").await;
    room.wake().await;
    let token = token_in(&room.mails.until_taken(1).await[0], "reset-password");
    assert_eq!(query_texts(&room.database, "SELECT token_hash FROM links").await.len(), 2);
    reset(&room, &token).await.has_no_content();
    assert_eq!(query_texts(&room.database, "SELECT token_hash FROM links").await, [""; 0], "the other is void, too");
}
