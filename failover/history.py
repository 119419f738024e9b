"""Every call that was made, and how it was answered."""

import dataclasses
import enum
import threading


class Outcome(enum.Enum):
    DONE = "done"
    REFUSED = "refused"
    # 503: it did not happen.
    NOT_DONE = "not done"
    # 503 OUTCOME_UNKNOWN, or no answer: it happened or not.
    UNKNOWN = "unknown"
    # An answer that must not be: 500, or a 503 without Retry-After.
    WRONG = "wrong"


@dataclasses.dataclass(frozen=True)
class Call:
    name: str
    is_write: bool
    started: float
    ended: float
    status: int
    code: str
    outcome: Outcome
    body: object


class History:
    def __init__(self):
        self.calls, self.anomalies = [], []
        self.lock = threading.Lock()

    def add(self, call):
        with self.lock:
            self.calls.append(dataclasses.replace(call, body=None))

    def report(self, anomaly):
        """Records an answer that contradicts what was acknowledged before."""
        with self.lock:
            self.anomalies.append(anomaly)

    def since(self, moment):
        """Returns the calls that ended after a moment."""
        with self.lock:
            return [call for call in self.calls if call.ended >= moment]

    def writes(self, outcome):
        return [call for call in self.calls if call.is_write and call.outcome == outcome]

    def wrong(self):
        return [call for call in self.calls if call.outcome == Outcome.WRONG]


class Value:
    """A value that one writer sets again and again: what it may be now."""

    def __init__(self, value):
        self.possible = {value}

    def write(self, value, outcome):
        if outcome == Outcome.DONE:
            self.possible = {value}
        elif outcome == Outcome.UNKNOWN:
            self.possible.add(value)
