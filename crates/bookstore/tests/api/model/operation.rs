use proptest::prelude::{Just, Strategy, prop_oneof};
use proptest::sample::select;

pub(crate) const USERS: usize = 3;
pub(crate) const BOOKS: usize = 3;
/// A book that never existed.
pub(crate) const NO_BOOK: usize = BOOKS;

/// One call.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Operation {
    Place { user: usize, book: usize },
    Cancel { user: usize, pick: Pick },
    SetStock { book: usize, quantity: i64 },
    Find { user: usize, pick: Pick },
    List { user: usize, status: Option<&'static str>, limit: usize },
    Delete { book: usize },
}

/// Which pre-booking to use.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Pick {
    /// The user's own, counted from the newest.
    Own(usize),
    /// Anyone's, counted from the newest of all.
    Anyones(usize),
    Unknown,
}

pub(crate) fn any() -> impl Strategy<Value = Operation> {
    prop_oneof![
        8 => (0..USERS, books()).prop_map(|(user, book)| Operation::Place { user, book }),
        5 => (0..USERS, picks()).prop_map(|(user, pick)| Operation::Cancel { user, pick }),
        5 => (books(), quantities()).prop_map(|(book, quantity)| Operation::SetStock { book, quantity }),
        2 => (0..USERS, picks()).prop_map(|(user, pick)| Operation::Find { user, pick }),
        2 => (0..USERS, statuses(), 1..4_usize)
            .prop_map(|(user, status, limit)| Operation::List { user, status, limit }),
        1 => (0..=NO_BOOK).prop_map(|book| Operation::Delete { book }),
    ]
}

/// Mostly the first book, so that it sees what takes several steps on one book.
fn books() -> impl Strategy<Value = usize> {
    prop_oneof![6 => Just(0), 2 => Just(1), 1 => Just(2), 1 => Just(NO_BOOK)]
}

fn picks() -> impl Strategy<Value = Pick> {
    prop_oneof![
        6 => (0..4_usize).prop_map(Pick::Own),
        3 => (0..4_usize).prop_map(Pick::Anyones),
        1 => Just(Pick::Unknown),
    ]
}

fn quantities() -> impl Strategy<Value = i64> {
    prop_oneof![3 => Just(0), 2 => Just(1), 1 => 2..=i64::from(i32::MAX)]
}

fn statuses() -> impl Strategy<Value = Option<&'static str>> {
    select(vec![None, Some("waiting"), Some("notified"), Some("cancelled")])
}
