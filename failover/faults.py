"""What goes wrong on purpose, and how long the service did not answer."""

import dataclasses
import os
import random
import signal
import time

from history import Outcome

# Writes that always change something, so that they can't be acknowledged without a commit.
INSERTS = ["POST /books", "POST /prebooks"]
# Longer than Patroni takes to notice that the leader is gone.
NO_LEADER = 90


@dataclasses.dataclass
class Fault:
    name: str
    moment: float
    # Seconds from the fault until there was a leader again; None if it stayed.
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
        promoted, mend = FAULTS[name](self)
        began = promoted or time.monotonic()
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

    def kill_standby(self):
        """Commits wait for the synchronous standby until Patroni chooses another one."""
        standby = self.standby(self.topology.leader())
        node = next(node for node in self.topology.nodes if node.name == standby)
        node.kill()
        return None, node.restart

    def standby(self, leader):
        """Returns the name of the synchronous standby."""
        return next(name for name, member in leader.members().items() if member["role"] == "sync_standby")

    def switch_over(self):
        leader = self.topology.leader()
        standby = self.standby(leader)
        status, text = leader.rest("switchover", {"leader": leader.name, "candidate": standby})
        if status != 200:
            self.topology.fail(f"the switchover was refused: {status} {text}")
        return self.wait_for_promotion(leader), lambda: None

    def replace_servers(self):
        for index in range(len(self.topology.servers)):
            self.topology.replace_server(index)
        return None, None

    def kill_server(self):
        index = self.random.randrange(len(self.topology.servers))
        os.kill(self.topology.servers[index].pid, signal.SIGKILL)
        return None, lambda: self.topology.restart_server(index)

    def lose_etcd(self):
        """Without etcd no leader can prove that it is the only one, so it steps down."""
        os.kill(self.topology.etcd.pid, signal.SIGSTOP)
        self.topology.wait("the leader does not step down", NO_LEADER, lambda: not self.topology.leader())
        os.kill(self.topology.etcd.pid, signal.SIGCONT)
        return self.wait_for_promotion(None), lambda: None

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
            done = [call for call in self.history.since(moment) if call.name in INSERTS and call.outcome == Outcome.DONE]
            if ended := [call.ended for call in done if call.started >= moment]:
                return min(ended)
            time.sleep(0.05)
        self.topology.fail("no write was acknowledged within 60 s")


FAULTS = {
    "kill": Faults.kill, "switchover": Faults.switch_over, "partition": Faults.cut_off, "etcd": Faults.lose_etcd,
    "kill-standby": Faults.kill_standby, "kill-server": Faults.kill_server, "rolling-restart": Faults.replace_servers,
}
