use sea_orm::DbBackend;

/// A rule that every row follows, unless another program wrote it or a disk lost it.
pub(super) struct Invariant {
    pub(super) rule: &'static str,
    /// Selects one text per violation.
    pub(super) violations: &'static str,
    /// The statements that write the one right answer, if there is one.
    pub(super) repair: &'static [&'static str],
    /// The engine that has this rule, unless both have it.
    pub(super) only_on: Option<DbBackend>,
}

/// Only a restock ends a round. If its row is missing, its time is lost, and its users are notified now.
const ADD_MISSING_RESTOCKS: &str = "
WITH RECURSIVE ended (book_id, round, quantity) AS (
    SELECT id, round - 1, CASE WHEN stock_quantity > 0 THEN stock_quantity ELSE 1 END
    FROM books WHERE round > (SELECT count(*) FROM restocks WHERE book_id = books.id)
    UNION ALL
    SELECT book_id, round - 1, quantity FROM ended WHERE round > 0
)
INSERT INTO restocks (book_id, round, quantity)
SELECT book_id, round, quantity FROM ended
WHERE NOT EXISTS (
    SELECT 1 FROM restocks WHERE restocks.book_id = ended.book_id AND restocks.round = ended.round)";

/// In the order of their repairs: a later one may rely on the earlier ones.
pub(super) const INVARIANTS: [Invariant; 10] = [
    Invariant {
        rule: "the database finds no damage in its own file",
        violations: "SELECT integrity_check FROM pragma_integrity_check WHERE integrity_check <> 'ok'",
        repair: &[],
        only_on: Some(DbBackend::Sqlite),
    },
    Invariant {
        rule: "every reference leads to a row",
        violations: "SELECT 'a row of ' || \"table\" || ' refers to a missing row of ' || parent \
                     FROM pragma_foreign_key_check",
        repair: &[],
        only_on: Some(DbBackend::Sqlite),
    },
    Invariant {
        rule: "every index and constraint is valid",
        violations: "
            SELECT 'index ' || indexrelid::regclass || ' is invalid: REINDEX it' FROM pg_index
            JOIN pg_class ON pg_class.oid = indrelid
            WHERE relnamespace = 'public'::regnamespace AND NOT indisvalid
            UNION ALL
            SELECT 'constraint ' || conname || ' of ' || conrelid::regclass || ' is not validated' FROM pg_constraint
            WHERE connamespace = 'public'::regnamespace AND NOT convalidated",
        repair: &[],
        only_on: Some(DbBackend::Postgres),
    },
    Invariant {
        rule: "the trigger that records restocks of other programs is on",
        violations: "
            SELECT 'trigger record_restock of books is ' || CASE tgenabled WHEN 'D' THEN 'disabled' ELSE 'on for replicas only' END
            FROM pg_trigger WHERE tgrelid = 'books'::regclass AND tgname = 'record_restock' AND tgenabled NOT IN ('O', 'A')
            UNION ALL
            SELECT 'there is no trigger record_restock of books' WHERE NOT EXISTS (
                SELECT FROM pg_trigger WHERE tgrelid = 'books'::regclass AND tgname = 'record_restock')",
        // Only a migration can add it.
        repair: &["
            DO $$ BEGIN
                ALTER TABLE books ENABLE TRIGGER record_restock;
            EXCEPTION WHEN undefined_object THEN NULL;
            END $$"],
        only_on: Some(DbBackend::Postgres),
    },
    Invariant {
        rule: "a round that has a restock has ended",
        violations: "
            SELECT 'book ' || books.id || ' is in round ' || books.round || ', and has a restock of round ' || restocks.round
            FROM books JOIN restocks ON book_id = books.id AND restocks.round >= books.round ORDER BY books.id",
        repair: &["
            UPDATE books SET round = (SELECT max(restocks.round) + 1 FROM restocks WHERE book_id = books.id)
            WHERE round <= (SELECT max(restocks.round) FROM restocks WHERE book_id = books.id)"],
        only_on: None,
    },
    Invariant {
        rule: "nobody waits for a book that is in stock",
        violations: "
            SELECT 'book ' || books.id || ' is in stock, and ' || count(*) || ' pre-bookings wait for it'
            FROM books JOIN pre_bookings ON book_id = books.id AND pre_bookings.round = books.round
            WHERE stock_quantity > 0 AND cancelled_at IS NULL
            GROUP BY books.id ORDER BY books.id",
        repair: &[
            "UPDATE books SET round = round + 1
             WHERE stock_quantity > 0 AND EXISTS (
                SELECT 1 FROM pre_bookings
                WHERE book_id = books.id AND pre_bookings.round = books.round AND cancelled_at IS NULL)",
            ADD_MISSING_RESTOCKS,
        ],
        only_on: None,
    },
    Invariant {
        rule: "a round that has ended has a restock",
        violations: "
            SELECT 'book ' || books.id || ' is in round ' || books.round || ', and has ' || count(restocks.id) || ' restocks'
            FROM books LEFT JOIN restocks ON book_id = books.id AND restocks.round < books.round
            GROUP BY books.id, books.round HAVING count(restocks.id) <> books.round ORDER BY books.id",
        repair: &[ADD_MISSING_RESTOCKS],
        only_on: None,
    },
    Invariant {
        rule: "no pre-booking belongs to a round that has not begun",
        violations: "
            SELECT 'pre-booking ' || pre_bookings.id || ' belongs to round ' || pre_bookings.round || ', and book ' || books.id ||
                ' is in round ' || books.round
            FROM pre_bookings JOIN books ON books.id = book_id AND pre_bookings.round > books.round
            ORDER BY pre_bookings.id",
        repair: &[],
        only_on: None,
    },
    Invariant {
        rule: "a delivery belongs to the restock that notified its user",
        violations: "
            SELECT 'delivery ' || deliveries.id || ' belongs to restock ' || restocks.id || ', which did not notify pre-booking ' ||
                pre_bookings.id
            FROM deliveries JOIN restocks ON restocks.id = restock_id JOIN pre_bookings ON pre_bookings.id = pre_booking_id
            WHERE restocks.book_id <> pre_bookings.book_id OR restocks.round <> pre_bookings.round
            ORDER BY deliveries.id",
        repair: &[],
        only_on: None,
    },
    Invariant {
        rule: "every notified user has a delivery when the fan-out of the restock is done",
        violations: "
            SELECT 'restock ' || restocks.id || ' is fanned out, and ' || count(*) || ' notified pre-bookings have no delivery'
            FROM restocks JOIN pre_booking_statuses AS notified
                ON notified.book_id = restocks.book_id AND notified.round = restocks.round
            WHERE fan_out_stage = 'done' AND notified_at IS NOT NULL
                AND NOT EXISTS (SELECT 1 FROM deliveries WHERE pre_booking_id = notified.pre_booking_id)
            GROUP BY restocks.id ORDER BY restocks.id",
        // A walk adds the deliveries that are missing.
        repair: &["
            UPDATE restocks SET fan_out_stage = 'first', fan_out_after = 0
            WHERE fan_out_stage = 'done' AND EXISTS (
                SELECT 1 FROM pre_booking_statuses AS notified
                WHERE notified.book_id = restocks.book_id AND notified.round = restocks.round AND notified_at IS NOT NULL
                    AND NOT EXISTS (SELECT 1 FROM deliveries WHERE pre_booking_id = notified.pre_booking_id))"],
        only_on: None,
    },
];
