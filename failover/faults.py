"""What goes wrong on purpose, and how long the service did not answer."""

import dataclasses
import random
import time

from history import Outcome

# Longer than Patroni takes to notice that the leader is gone.
NO_LEADER = 90


@dataclasses.dataclass
class Fault:
    name: str
    moment: float
    # Seconds from the fault to the promotion of another node; None if there was none.
    promoted: float | None
    # Seconds from the promotion, or else from the fault, until a write was acknowledged again, and until the last write was not.
    answered: float
    last_failure: float
    failed: list


class Faults:
    def __init__(self, topology, history, seed, say):
        self.topology, self.history, self.random, self.say = topology, history, random.Random(seed), say
        self.seen = []

    def run(self, name):
        """Waits for a random moment, lets one fault happen, and waits until everything is well again."""
        time.sleep(self.random.uniform(2, 6))
        moment = time.monotonic()
        promoted, mend = {"kill": self.kill, "switchover": self.switch_over, "partition": self.cut_off, "rolling-restart": self.replace_servers}[name]()
        began = promoted or moment
        answered = self.wait_for_write(began)
        # The old leader comes back while the service is used.
        if mend:
            mend()
            self.topology.wait_until_healthy(180)
        time.sleep(2)
        failed = [call for call in self.history.since(moment) if call.outcome not in (Outcome.DONE, Outcome.REFUSED)]
        last = max((call.ended for call in failed), default=began) - began
        self.seen.append(Fault(name, moment, promoted and promoted - moment, answered - began, max(0, last), failed))
        self.say(f"{name}: promotion after {promoted - moment if promoted else 0:.1f} s, a write after another {answered - began:.1f} s, "
                 f"last failure after {last:.1f} s, {len(failed)} failed calls")

    def kill(self):
        leader = self.topology.leader()
        leader.kill()
        return self.wait_for_promotion(leader), leader.restart

    def cut_off(self):
        leader = self.topology.leader()
        leader.cut_off()
        promoted = self.wait_for_promotion(leader)
        return promoted, leader.connect

    def switch_over(self):
        leader = self.topology.leader()
        standby = next(name for name, member in leader.members().items() if member["role"] == "sync_standby")
        status, text = leader.rest("switchover", {"leader": leader.name, "candidate": standby})
        if status != 200:
            self.topology.fail(f"the switchover was refused: {status} {text}")
        return self.wait_for_promotion(leader), lambda: None

    def replace_servers(self):
        for index in range(len(self.topology.servers)):
            self.topology.replace_server(index)
        return None, None

    def wait_for_promotion(self, old):
        others = [node for node in self.topology.nodes if node != old]
        deadline = time.monotonic() + NO_LEADER
        while not any(node.is_primary() for node in others):
            if time.monotonic() > deadline:
                self.topology.fail(f"no other leader after {NO_LEADER} s")
            time.sleep(0.02)
        return time.monotonic()

    def wait_for_write(self, moment):
        """Returns when the first write was acknowledged that started after a moment."""
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            ended = [call.ended for call in self.history.since(moment) if call.is_write and call.outcome == Outcome.DONE]
            if ended:
                return min(ended)
            time.sleep(0.05)
        self.topology.fail("no write was acknowledged within 60 s")
