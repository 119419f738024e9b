use super::Bystander;

/// A gate for each book, on PostgreSQL. A statement that pre-books or changes the book runs for as long as its gate is shut. The
/// service waits only one second for a lock, but ten seconds for a statement.
pub(crate) struct Gates<'store>(&'store Bystander);

const GATES: &str = "
    CREATE TABLE shut_gates (book_id bigint);
    CREATE FUNCTION wait_at_the_gate() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE book bigint := coalesce(to_jsonb(NEW) ->> 'book_id', to_jsonb(NEW) ->> 'id');
    BEGIN
      LOOP EXIT WHEN NOT EXISTS (SELECT FROM shut_gates WHERE book_id = book); PERFORM pg_sleep(0.01); END LOOP;
      RETURN NEW;
    END $$;
    CREATE TRIGGER wait_at_the_gate BEFORE INSERT ON pre_bookings FOR EACH ROW EXECUTE FUNCTION wait_at_the_gate();
    CREATE TRIGGER wait_at_the_gate BEFORE UPDATE ON books FOR EACH ROW EXECUTE FUNCTION wait_at_the_gate()";

impl<'store> Gates<'store> {
    pub(crate) async fn build(store: &'store Bystander) -> Self {
        store.execute(GATES).await;
        Self(store)
    }

    pub(crate) async fn shut(&self, books: &[i64]) {
        let rows: Vec<_> = books.iter().map(|book| format!("({book})")).collect();
        self.0.execute(&format!("INSERT INTO shut_gates VALUES {}", rows.join(", "))).await;
    }

    pub(crate) async fn open(&self, books: &[i64]) {
        let ids: Vec<_> = books.iter().map(i64::to_string).collect();
        self.0.execute(&format!("DELETE FROM shut_gates WHERE book_id IN ({})", ids.join(", "))).await;
    }

    /// Waits until this many statements wait at a gate.
    pub(crate) async fn until_waiting(&self, count: usize) {
        self.0.until_sessions("state = 'active' AND query ~ '^(INSERT|UPDATE)'", count).await;
    }
}
