"""Ports that stay free while a process is stopped and started again."""

import pathlib
import random
import socket

RANGE = pathlib.Path("/proc/sys/net/ipv4/ip_local_port_range")


def free_port():
    """Returns a free port below those that the system gives to outgoing connections: it could give them one of ours meanwhile."""
    first_outgoing = int(RANGE.read_text().split()[0])
    while True:
        port = random.randrange(10_000, first_outgoing)
        with socket.socket() as listener:
            try:
                listener.bind(("127.0.0.1", port))
                return port
            except OSError:
                continue
