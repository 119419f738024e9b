"""Start-up time and idle memory of the service."""

import time

from service import Service, median

SECONDS, MEGABYTES = 0.3, 30
STARTS = 5


def measure(program, url, directory):
    """Starts the service a few times on a current schema, and leaves the last one running."""
    Service(program, url, directory).stop()
    seconds = []
    for left in reversed(range(STARTS)):
        service = Service(program, url, directory)
        seconds.append(service.start_seconds)
        if left:
            service.stop()
    # The allocator returns some memory to the system with a delay.
    time.sleep(2)
    return service, (median(seconds), service.memory_mb("VmRSS"), service.memory_mb("VmHWM"))


def table(measured):
    seconds, memory, peak = measured
    reached = {True: "yes", False: "**no**"}
    return "\n".join([
        "| at rest | | target | reached |", "|---|--:|--:|---|",
        f"| start-up on a current schema, with an admin in the settings | {seconds:.2f} s | < {SECONDS} s | {reached[seconds < SECONDS]} |",
        f"| memory two seconds later (`VmRSS`) | {memory:.1f} MB | < {MEGABYTES} MB | {reached[memory < MEGABYTES]} |",
        f"| peak memory since the start (`VmHWM`) | {peak:.1f} MB | | |"])
