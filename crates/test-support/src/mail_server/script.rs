//! What the mail server is to do, and what has come of it.

use super::mail::Mail;

/// Where a conversation can be. Each is a moment right before the server answers, but for the last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Step {
    /// A client has connected.
    Greeting,
    /// It has said EHLO.
    Hello,
    /// It wants TLS.
    StartTls,
    /// It has told a name and a password.
    Auth,
    /// It has named the sender.
    MailFrom,
    /// It has named the sender of a mail that needs SMTPUTF8.
    MailFromUtf8,
    /// It has named a recipient.
    RcptTo,
    /// It wants to send the content.
    Data,
    /// It has sent the content, of which nothing is kept yet.
    Content,
    /// The mail is kept; the client does not know it yet.
    Taken,
    /// The client was told that the mail is taken.
    Answered,
    /// It has given up the mail that it had begun.
    Reset,
}

/// What the server does at a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It says what it always says: yes.
    Agree,
    /// It says this, one line or several. A 2xx or a 3xx counts as a yes.
    Say(String),
    /// It says nothing until the script says something else.
    Hold,
    /// It closes the connection.
    HangUp,
}

impl Verdict {
    /// It says this.
    #[must_use]
    pub fn say(answer: &str) -> Self {
        Self::Say(answer.to_owned())
    }
}

#[derive(Debug)]
pub(super) struct Rule {
    pub(super) step: Step,
    /// In conversations about a mail for this address only.
    pub(super) recipient: Option<String>,
    pub(super) verdict: Verdict,
}

/// Whoever waits for a change of this is told.
#[derive(Debug, Default)]
pub(super) struct State {
    pub(super) rules: Vec<Rule>,
    /// Where conversations are held at the moment.
    pub(super) held: Vec<Step>,
    pub(super) mails: Vec<Mail>,
    /// How many connections there ever were.
    pub(super) connections: usize,
    pub(super) open: usize,
    pub(super) most_open: usize,
}

impl State {
    /// The rule that came last goes first.
    pub(super) fn verdict(&self, step: Step, recipients: &[String]) -> Verdict {
        let applies = |rule: &&Rule| {
            rule.step == step && rule.recipient.as_ref().is_none_or(|recipient| recipients.contains(recipient))
        };
        self.rules.iter().rev().find(applies).map_or(Verdict::Agree, |rule| rule.verdict.clone())
    }
}
