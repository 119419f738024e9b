"""The calls that are measured: the HTTP requests of each, and the SQL script of its floor with its variables."""

import dataclasses
import pathlib
import typing

from store import BOOKS, PASSWORD, PRE_BOOKINGS_OF_A_READER, READERS, SPARE_BOOKS, USERS

SEARCHED = "solaris"


@dataclasses.dataclass
class Case:
    name: str
    script: str
    # Both are called with the store and a count. They return that many requests, and the script's variables for that many transactions.
    requests: typing.Callable
    variables: typing.Callable
    # The share of the floor that the service should reach at 32 connections.
    target: float | None = None
    status: int = 200

    @property
    def floor(self):
        return pathlib.Path(__file__).with_name("floor") / f"{self.script}.sql"


def get_book(store, count):
    return [store.service.request("GET", f"/books/{store.first_book + n}") for n in range(BOOKS)]


def get_pre_bookings(store, count):
    return [store.service.request("GET", "/prebooks", store.tokens[n]) for n in range(READERS)]


# The number of users who place pre-bookings: all but the readers, who have theirs already.
PLACERS = USERS - READERS


def place(store, n, book):
    token = store.tokens[READERS + n % PLACERS]
    return store.service.request("POST", "/prebooks", token, {"book_id": book})


def place_anywhere(store, count):
    first = store.unused_places(count)
    return [place(store, n, store.first_book + n % BOOKS) for n in range(first, first + count)]


def place_anywhere_floor(store, count):
    first = store.unused_places(count)
    return {"first": first, "users": PLACERS, "first_user": store.first_user + READERS, "books": BOOKS, "first_book": store.first_book}


def place_on_one_book(store, count):
    book = store.spare_books()
    return [place(store, n, book) for n in range(min(count, PLACERS))]


def place_on_one_book_floor(store, count):
    return {"first": 0, "users": PLACERS, "first_user": store.first_user + READERS, "books": 1, "first_book": store.spare_books()}


def cancel(store, count):
    first = store.cancellable(count)
    return [store.service.request("DELETE", f"/prebooks/{first + n}", store.tokens[n % USERS]) for n in range(count)]


def cancel_floor(store, count):
    return {"first": 0, "users": USERS, "first_user": store.first_user, "first_pre_booking": store.cancellable(count)}


def restock(store, count):
    first, admin = store.spare_books(count), store.service.token(store.admin, "admin")
    return [store.service.request("PATCH", f"/books/{first + n}/stock", admin, {"quantity": 5}) for n in range(count)]


def restock_floor(store, count):
    return {"first_book": store.spare_books(count), "admin": store.admin, "quantity": 5}


def log_in(store, count):
    account = lambda n: {"email": f"user-{n}@example.com", "password": PASSWORD}
    return [store.service.request("POST", "/auth/login", body=account(n)) for n in range(READERS)]


def log_in_floor(store, count):
    return {"first": store.unused_places(count), "users": READERS, "first_user": store.first_numbered_user}


CASES = [
    Case("`GET /books/{id}`", "find_book", get_book,
         lambda store, count: {"first_book": store.first_book, "last_book": store.first_book + BOOKS - 1}, target=0.5),
    Case(f"`GET /books`, first page of {BOOKS + SPARE_BOOKS:,}", "list_books",
         lambda store, count: [store.service.request("GET", "/books")], lambda store, count: {"size": 20, "offset": 0}, target=0.5),
    Case(f"`GET /books?q={SEARCHED}`, {(BOOKS + 499) // 500} found", "search_books",
         lambda store, count: [store.service.request("GET", f"/books?q={SEARCHED}")],
         lambda store, count: {"size": 20, "offset": 0, "pattern": f"%{SEARCHED}%"}, target=0.5),
    Case(f"`GET /prebooks` of a user with {PRE_BOOKINGS_OF_A_READER}", "list_pre_bookings", get_pre_bookings,
         lambda store, count: {"first_user": store.first_user, "last_user": store.first_user + READERS - 1, "limit": 101}, target=0.5),
    Case("`POST /prebooks`, another user and book each", "place", place_anywhere, place_anywhere_floor, target=0.5, status=201),
    Case("`POST /prebooks`, all for one book", "place", place_on_one_book, place_on_one_book_floor, target=0.5, status=201),
    Case("`DELETE /prebooks/{id}` (cancel)", "cancel", cancel, cancel_floor, status=204),
    Case("`POST /auth/login`", "log_in", log_in, log_in_floor),
]

RESTOCK = Case("`PATCH /books/{id}/stock`", "restock", restock, restock_floor)
