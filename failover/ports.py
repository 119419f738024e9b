"""Ports that stay free while a process is stopped and started again."""

import pathlib
import random
import socket

# The system gives ports from here on to outgoing connections, and could give one of ours while its process is stopped.
FIRST_OUTGOING = int(pathlib.Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
UNUSED = random.sample(range(10_000, FIRST_OUTGOING), FIRST_OUTGOING - 10_000)


def free_port():
    """Returns a port of this machine that is free, and that no other call returns."""
    while True:
        port = UNUSED.pop()
        with socket.socket() as listener:
            try:
                listener.bind(("127.0.0.1", port))
                return port
            except OSError:
                continue
