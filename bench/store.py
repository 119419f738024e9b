"""Loads the store by SQL, because registering thousands of users would take the time of argon2."""

from service import SIGN_IN, Client

USERS = 100_000
# Each reader has this many pre-bookings.
READERS, PRE_BOOKINGS_OF_A_READER = 1_000, 20
# A prime number, so that counting users and books up together produces every pair once before it repeats one.
BOOKS = 9_973
# Books for runs that need untouched ones.
SPARE_BOOKS = 1_000
PASSWORD = "correct horse"

LOAD = """
SET session_replication_role = replica;  -- skips the foreign key checks: these rows refer to each other alone
INSERT INTO users (email, password_hash)
SELECT 'user-' || n || '@example.com', hash FROM generate_series(0, {users} - 1) AS n,
    (SELECT password_hash AS hash FROM users WHERE email = 'known@example.com') AS known;
INSERT INTO users (email, password_hash)
SELECT n, hash FROM generate_series(0, {readers} - 1) AS n,
    (SELECT password_hash AS hash FROM users WHERE email = 'known@example.com') AS known;
INSERT INTO books (title, author, price_cents, description, created_at)
SELECT
    (ARRAY['The', 'A', 'Another', 'Their', 'No'])[1 + n % 5] || ' ' ||
    (ARRAY['history', 'garden', 'silence', 'atlas', 'winter', 'machine', 'harbour'])[1 + n % 7] || ' of ' ||
    CASE WHEN n % 500 = 0 THEN 'Solaris' ELSE substr(md5(n::text), 1, 8) END,
    'Author ' || substr(md5((n % 997)::text), 1, 10), 100 + n % 5000, repeat('About this book. ', 10),
    now() - interval '1 second' * ({books} - n)
FROM generate_series(0, {books} - 1) AS n;
INSERT INTO books (title, author, price_cents, created_at)
SELECT 'Spare ' || n, 'Nobody', 100, now() - interval '1 year' FROM generate_series(0, {spare_books} - 1) AS n;
-- A third of the readers' pre-bookings is notified, and a third is cancelled.
INSERT INTO pre_bookings (user_id, book_id, created_at, cancelled_at)
SELECT first_user + n / {each}, first_book + n % {books}, now() - interval '1 second' * n, CASE WHEN n % 3 = 0 THEN now() END
FROM generate_series(0, {readers} * {each} - 1) AS n,
    (SELECT min(id) AS first_user FROM users WHERE email LIKE 'user-%') AS users, (SELECT min(id) AS first_book FROM books) AS books;
INSERT INTO restocks (book_id, quantity) SELECT id, 1 FROM books WHERE author <> 'Nobody' AND id % 3 = 1;
UPDATE books SET round = 1 WHERE author <> 'Nobody' AND id % 3 = 1;
{sign_in}VACUUM (ANALYZE);
"""

CANCELLABLE = """
SET session_replication_role = replica;
INSERT INTO pre_bookings (user_id, book_id) SELECT {first_user} + n % {users}, {first_spare_book} + n / {users}
FROM generate_series(0, {count} - 1) AS n;
SELECT lastval();
"""


class Store:
    """A catalog, users and some pre-bookings, for the load cases."""

    def __init__(self, cluster, service, database):
        self.cluster, self.service, self.database = cluster, service, database
        Client(service).call("POST", "/auth/register", {"email": "known@example.com", "password": PASSWORD}, 201)
        self.sql(LOAD.format(users=USERS, readers=READERS, each=PRE_BOOKINGS_OF_A_READER, books=BOOKS, spare_books=SPARE_BOOKS,
                             sign_in=SIGN_IN))
        self.first_user = int(self.sql("SELECT min(id) FROM users WHERE email LIKE 'user-%'"))
        self.first_numbered_user = int(self.sql("SELECT id FROM users WHERE email = '0'"))
        self.admin = int(self.sql("SELECT id FROM users WHERE role = 'admin'"))
        self.first_book = int(self.sql("SELECT min(id) FROM books"))
        self.first_spare_book = self.first_book + BOOKS
        self.spare_books_used = self.books_to_cancel = self.places_used = 0
        self.tokens = [service.token(self.first_user + n) for n in range(USERS)]

    def sql(self, sql):
        return self.cluster.sql(sql, self.database)

    def spare_books(self, count=1):
        """Returns the first of `count` books with consecutive ids that are out of stock and were never pre-booked."""
        self.spare_books_used += count
        return self.first_spare_book + SPARE_BOOKS - self.spare_books_used

    def unused_places(self, count):
        """Returns the number to start counting users and books from, so that `count` pairs are new."""
        first = self.places_used
        self.places_used += count
        return first

    def cancellable(self, count):
        """Adds `count` waiting pre-bookings with consecutive ids, for all users in turns, and returns the first id."""
        # A user waits for a book at most once, so each turn through the users takes another book.
        book = self.first_spare_book + self.books_to_cancel
        self.books_to_cancel += -(-count // USERS)
        last = self.sql(CANCELLABLE.format(first_user=self.first_user, users=USERS, first_spare_book=book, count=count))
        return int(last) - count + 1
