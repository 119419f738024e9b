"""Someone who registers, logs in and out, and whose account an admin locks and unlocks."""

import dataclasses

from actor import PASSWORD, Actor
from history import Outcome, Value


@dataclasses.dataclass
class Account:
    email: str
    outcome: Outcome
    active: Value
    tokens: dict | None = None
    id: int | None = None
    # Refresh tokens of sessions whose end was acknowledged.
    ended: list = dataclasses.field(default_factory=list)


class Member(Actor):
    def __init__(self, number, admin_token, *arguments):
        super().__init__(f"member-{number}", *arguments)
        self.admin_token, self.accounts = admin_token, []

    def steps(self):
        if not self.accounts or not self.accounts[-1].tokens:
            return [self.register]
        return [self.register, self.log_in, self.refresh, self.me, self.log_out, self.lock]

    def account(self):
        return self.accounts[-1]

    def register(self):
        email = f"{self.name}-{len(self.accounts)}@example.com"
        made = self.call("POST /auth/register", body={"email": email, "password": PASSWORD})
        self.expect(made)
        self.accounts.append(Account(email, made.outcome, Value(True), made.body if made.outcome == Outcome.DONE else None))
        self.me()

    def log_in(self):
        account = self.account()
        made = self.call("POST /auth/login", body={"email": account.email, "password": PASSWORD})
        self.expect(made)
        if made.outcome == Outcome.DONE:
            account.tokens = made.body

    def refresh(self):
        account = self.account()
        made = self.call("POST /auth/refresh", body={"refresh_token": account.tokens["refresh_token"]})
        self.expect(made)
        if made.outcome == Outcome.DONE:
            account.tokens = made.body
        elif made.outcome == Outcome.UNKNOWN:
            # The token may be used up, so a new session begins: docs/api.md.
            account.tokens = None
            self.log_in()

    def me(self):
        account = self.account()
        if account.tokens:
            made = self.call("GET /auth/me", token=account.tokens["access_token"])
            self.expect(made)
            if made.outcome == Outcome.DONE:
                account.id = made.body["id"]

    def log_out(self):
        account = self.account()
        made = self.call("POST /auth/logout", body={"refresh_token": account.tokens["refresh_token"]})
        self.expect(made)
        if made.outcome == Outcome.DONE:
            account.ended.append(account.tokens["refresh_token"])
        self.register()

    def lock(self):
        """Deactivates the account, reactivates it, and leaves it: its sessions have ended."""
        account = self.account()
        if account.id:
            for action, active in [("deactivate", False), ("reactivate", True)]:
                name = f"PATCH /admin/users/{{id}}/{action}"
                made = self.call(name, f"/admin/users/{account.id}/{action}", token=self.admin_token)
                self.expect(made)
                account.active.write(active, made.outcome)
            self.register()
