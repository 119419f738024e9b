"""A thread that uses the service as one kind of user does, and remembers what must be true of it."""

import random
import threading
import time

from caller import Caller
from history import Outcome

PASSWORD = "long enough to pass"
# The rest between two calls of one actor, in seconds.
REST = 0.05


class Actor(threading.Thread):
    def __init__(self, name, api, history, seed):
        super().__init__(name=name, daemon=True)
        self.caller, self.history, self.random = Caller(api, history), history, random.Random(f"{seed}-{name}")
        self.stopped, self.token, self.failure = threading.Event(), None, None

    def run(self):
        try:
            while not self.stopped.is_set():
                self.random.choice(self.steps())()
                time.sleep(REST)
        except Exception as failure:  # The run ends with it.
            self.failure = failure

    def steps(self):
        """Returns what the actor may do next; the more often it is in the list, the more often it is done."""
        raise NotImplementedError

    def call(self, name, path=None, body=None, token=None):
        return self.caller.call(name, path or name.split()[1], body, token or self.token)

    def must(self, name, path=None, body=None):
        """Makes a call before the faults begin."""
        made = self.call(name, path, body)
        if made.outcome != Outcome.DONE:
            raise RuntimeError(f"{name} was answered {made.status} {made.body}")
        return made.body

    def expect(self, made, *codes):
        """Reports a refusal that nothing explains."""
        if made.outcome == Outcome.REFUSED and made.code not in codes:
            self.history.report(f"{self.name}: {made.name} was refused: {made.status} {made.code}")

    def report(self, made, what):
        self.history.report(f"{self.name}: {made.name} {what}")
