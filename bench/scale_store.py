"""A store that grows step by step: books, users, pre-bookings."""

from service import SIGN_IN

BOOKS, USERS, FIRST_PRE_BOOKINGS, PRE_BOOKINGS = 100_000, 1_000_000, 1_000_000, 10_000_000

# These rows are the same at every size, so that the costs of a call can be compared. The reader has 20 pre-bookings.
SMALL = """
SET session_replication_role = replica;
INSERT INTO users (email, password_hash, created_at)
SELECT 'first-' || n || '@example.com', hash, now() - interval '9 years' FROM generate_series(0, 999) AS n,
    (SELECT password_hash AS hash FROM users WHERE email = 'known@example.com') AS known;
INSERT INTO books (title, author, price_cents, created_at)
SELECT 'Solaris ' || n, 'First', 1999, now() + interval '1 day' FROM generate_series(0, 999) AS n;
INSERT INTO pre_bookings (user_id, book_id, created_at)
SELECT (SELECT id FROM users WHERE email = 'first-0@example.com'), books.id, now() - interval '2 years' FROM books
WHERE author = 'First' ORDER BY books.id LIMIT 20;
VACUUM (ANALYZE);
"""
SMALL = SMALL.replace("VACUUM", SIGN_IN + "VACUUM")
MORE_BOOKS = """
INSERT INTO books (title, author, price_cents, stock_quantity, description, created_at)
SELECT initcap(substr(md5(n::text), 1, 12)) || ' and ' || substr(md5((n * 7)::text), 1, 9), 'Author ' || substr(md5((n % 9973)::text), 1, 10),
    100 + n % 5000, CASE WHEN n % 10 = 0 THEN 3 ELSE 0 END, repeat('About this book. ', 20), now() - interval '1 minute' * n
FROM generate_series(1, {books}) AS n;
VACUUM (ANALYZE);
"""
MORE_USERS = """
INSERT INTO users (email, password_hash, created_at)
SELECT 'user-' || n || '@example.com', '-', now() - interval '1 minute' * n FROM generate_series(1, {users}) AS n;
{sign_in}VACUUM (ANALYZE);
"""
# A user's pre-bookings are far from each other, as they would be if placed over time. A fifth is cancelled, and a third of the books
# was restocked once. No user waits for a book twice.
MORE_PRE_BOOKINGS = """
SET session_replication_role = replica;
INSERT INTO pre_bookings (user_id, book_id, created_at, cancelled_at)
SELECT first_user + n % {users}, first_book + (n + 7 * (n / {users})) % {books}, now() - interval '2 years' + interval '1 second' * n,
    CASE WHEN n % 5 = 0 THEN now() END
FROM generate_series({first}::bigint, {last} - 1) AS n,
    (SELECT min(id) AS first_user FROM users WHERE email LIKE 'user-%') AS users,
    (SELECT min(id) AS first_book FROM books WHERE author <> 'First') AS books;
"""
RESTOCKS = """
INSERT INTO restocks (book_id, quantity) SELECT id, 3 FROM books WHERE author <> 'First' AND id % 3 = 0;
UPDATE books SET round = 1 WHERE author <> 'First' AND id % 3 = 0;
"""
# A user with a pre-booking of every book.
COLLECTOR = """
SET session_replication_role = replica;
INSERT INTO pre_bookings (user_id, book_id, created_at)
SELECT (SELECT id FROM users WHERE email = 'first-1@example.com'), id, now() - interval '1 minute' * id FROM books WHERE author <> 'First';
"""


def without_indexes(sql, table, work):
    """Does `work` while a table has no index but its primary key, which makes filling it much faster."""
    indexes = sql(f"SELECT indexname || '|' || indexdef FROM pg_indexes WHERE tablename = '{table}' AND indexname NOT LIKE '%_pkey'")
    indexes = [line.split("|", 1) for line in indexes.splitlines()]
    for name, _ in indexes:
        sql(f"DROP INDEX {name}")
    work()
    for _, definition in indexes:
        sql(f"SET maintenance_work_mem = '1GB'; {definition}")


def sizes(divisor):
    """Returns the steps in which the store grows: the name of each, and a function that takes the store there."""
    books, users, first, last = BOOKS // divisor, USERS // divisor, FIRST_PRE_BOOKINGS // divisor, PRE_BOOKINGS // divisor

    def pre_bookings(begin, end):
        statement = MORE_PRE_BOOKINGS.format(first=begin, last=end, users=users, books=books)

        def grow(sql):
            if begin == 0:
                sql(RESTOCKS)
            without_indexes(sql, "pre_bookings", lambda: (sql(statement), sql(COLLECTOR) if end == last else None))
            sql("VACUUM (ANALYZE)")
            sql("CHECKPOINT")
        return grow

    return [
        ("empty", lambda sql: sql(SMALL)),
        (f"+ {books:,} books", lambda sql: sql(MORE_BOOKS.format(books=books))),
        (f"+ {users:,} users", lambda sql: sql(MORE_USERS.format(users=users, sign_in=SIGN_IN))),
        (f"+ {first:,} pre-bookings", pre_bookings(0, first)),
        (f"{last:,} pre-bookings", pre_bookings(first, last)),
    ]
