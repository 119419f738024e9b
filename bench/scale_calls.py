"""Every call of the API that uses the store. It can be repeated any number of times, in a store of any size."""

import dataclasses
import itertools
import typing

from service import ADMIN_EMAIL, ADMIN_PASSWORD

PASSWORD = "correct horse"


@dataclasses.dataclass
class Call:
    name: str
    # Makes the call and returns its time in milliseconds, without the time of its preparations.
    make: typing.Callable
    # Hashing a password takes so long that it hides the time of the store.
    hashes: bool = False


class World:
    """The users who call, and the books and users that they call about."""

    def __init__(self, service, sql):
        self.token = lambda name: service.token(int(sql(f"SELECT id FROM users WHERE email = '{name}@example.com'")))
        self.reader, self.placer = self.token("first-0"), self.token("first-2")
        self.admin = service.token(int(sql(f"SELECT id FROM users WHERE email = '{ADMIN_EMAIL}'")), "admin")
        self.books = [int(id) for id in sql("SELECT id FROM books WHERE author = 'First' ORDER BY id").split()]
        self.users = [int(id) for id in sql("SELECT id FROM users WHERE email LIKE 'first-%' ORDER BY id").split()]
        self.numbers = itertools.count(1)
        self.service, self.sql = service, sql
        self.tokens = {}

    def number(self):
        return next(self.numbers)

    def token_of(self, n):
        user = self.users[10 + n % 900]
        return self.tokens.setdefault(user, self.service.token(user))


def calls(world, client):
    def get(path, token=None):
        return lambda: client.call("GET", path, token=token)[1]

    def place():
        n = world.number()
        body = {"book_id": world.books[100 + n // 900 % 800]}
        return client.call("POST", "/prebooks", body, 201, world.token_of(n))

    def cancel():
        n = world.number()
        body = {"book_id": world.books[900]}
        token = world.token_of(n)
        placed = client.call("POST", "/prebooks", body, 201, token)[0]
        return client.call("DELETE", f"/prebooks/{placed['id']}", None, 204, token)[1]

    def restock():
        path = f"/books/{world.books[950]}/stock"
        client.call("PATCH", path, {"quantity": 0}, token=world.admin)
        return client.call("PATCH", path, {"quantity": 5}, token=world.admin)[1]

    def add_book():
        body = {"title": f"Added {world.number()}", "author": "Added", "price": 9.99}
        return client.call("POST", "/books", body, 201, world.admin)

    def delete_book():
        return client.call("DELETE", f"/books/{add_book()[0]['id']}", None, 204, world.admin)[1]

    def change_book():
        return client.call("PUT", f"/books/{world.books[5]}", {"price": 10 + world.number() % 50}, token=world.admin)[1]

    def log_in():
        return client.call("POST", "/auth/login", {"email": "known@example.com", "password": PASSWORD})

    def register():
        return client.call("POST", "/auth/register", {"email": f"new-{world.number()}@example.com", "password": PASSWORD}, 201)[1]

    def refresh():
        tokens = log_in()[0]
        return client.call("POST", "/auth/refresh", {"refresh_token": tokens["refresh_token"]})[1]

    def log_out():
        tokens = log_in()[0]
        return client.call("POST", "/auth/logout", {"refresh_token": tokens["refresh_token"]}, 204)[1]

    def set_active(what):
        return lambda: client.call("PATCH", f"/admin/users/{world.users[7]}/{what}", token=world.admin)[1]

    first_pre_booking = client.call("GET", "/prebooks?limit=1", token=world.reader)[0]["items"][0]["id"]
    return [
        Call("`GET /books/{id}`", get(f"/books/{world.books[5]}")),
        Call("`GET /books`", get("/books")),
        Call("`GET /books?sort=title&sort_dir=asc`", get("/books?sort=title&sort_dir=asc")),
        Call("`GET /books?in_stock=true`", get("/books?in_stock=true")),
        Call("`GET /books?q=solaris 99`", get("/books?q=solaris%2099")),
        Call("`GET /books?author=First`", get("/books?author=First&size=1")),
        Call("`POST /books`", lambda: add_book()[1]),
        Call("`PUT /books/{id}`", change_book),
        Call("`DELETE /books/{id}`", delete_book),
        Call("`PATCH /books/{id}/stock` (restock)", restock),
        Call("`POST /prebooks`", lambda: place()[1]),
        Call("`GET /prebooks`", get("/prebooks", world.reader)),
        Call("`GET /prebooks?status=waiting`", get("/prebooks?status=waiting", world.reader)),
        Call("`GET /prebooks/{id}`", get(f"/prebooks/{first_pre_booking}", world.reader)),
        Call("`DELETE /prebooks/{id}`", cancel),
        Call("`GET /auth/me`", get("/auth/me", world.reader)),
        Call("`POST /auth/register`", register, hashes=True),
        Call("`POST /auth/login`", lambda: log_in()[1], hashes=True),
        Call("`POST /auth/refresh`", refresh),
        Call("`POST /auth/logout`", log_out),
        Call("`GET /admin/users`", get("/admin/users", world.admin)),
        Call("`GET /admin/users?role=admin`", get("/admin/users?role=admin", world.admin)),
        Call("`PATCH /admin/users/{id}/deactivate`", set_active("deactivate")),
        Call("`PATCH /admin/users/{id}/reactivate`", set_active("reactivate")),
        Call("`GET /health/ready`", get("/health/ready")),
    ]
