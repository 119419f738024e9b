"""A small shop that is used through the API, and what it must still have after a restore."""

import time

from service import ADMIN_EMAIL, ADMIN_PASSWORD, Client

USERS, PASSWORD = 5, "long enough to pass"


class Shop:
    def __init__(self, service):
        self.placed = {f"user-{number}@example.com": [] for number in range(USERS)}
        for email in self.placed:
            Client(service).call("POST", "/auth/register", {"email": email, "password": PASSWORD}, 201)

    def place(self, service):
        """Adds a book, which every user pre-books."""
        book = self.add_book(service)
        for email, ids in self.placed.items():
            ids.append(self.client(service, email).call("POST", "/prebooks", {"book_id": book}, 201)[0]["id"])

    def state(self):
        """Returns what every user has now."""
        return {email: list(ids) for email, ids in self.placed.items()}

    def check(self, service, state):
        """Checks that every user can log in, and has exactly the pre-bookings of a state."""
        for email, ids in state.items():
            listed = self.client(service, email).call("GET", "/prebooks?limit=500")[0]["items"]
            if sorted(item["id"] for item in listed) != sorted(ids):
                raise SystemExit(f"backup: {email} has {len(listed)} pre-bookings after the restore, not {len(ids)}")

    def serves(self, service):
        """Checks that the service works: a user waits for a new book, it is restocked, and the e-mail is delivered."""
        user, admin = self.client(service, next(iter(self.placed))), self.client(service, ADMIN_EMAIL, ADMIN_PASSWORD)
        book = self.add_book(service)
        id = user.call("POST", "/prebooks", {"book_id": book}, 201)[0]["id"]
        admin.call("PATCH", f"/books/{book}/stock", {"quantity": 1})
        deadline = time.monotonic() + 60
        while user.call("GET", f"/prebooks/{id}")[0]["delivery"]["status"] != "delivered":
            if time.monotonic() > deadline:
                raise SystemExit("backup: no e-mail after a restock of the restored store")
            time.sleep(0.1)

    def add_book(self, service):
        book = {"title": "Solaris", "author": "Lem", "price": "9.99"}
        return self.client(service, ADMIN_EMAIL, ADMIN_PASSWORD).call("POST", "/books", book, 201)[0]["id"]

    def client(self, service, email, password=PASSWORD):
        tokens, _ = Client(service).call("POST", "/auth/login", {"email": email, "password": password})
        return Client(service, tokens["access_token"])
