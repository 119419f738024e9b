"""The e-mails that the mail server accepted."""

import collections
import re
import time

MESSAGE_ID = re.compile(r"^Message-ID: <pre-booking-(\d+)@", re.IGNORECASE | re.MULTILINE)
PENDING = """
SELECT (SELECT count(*) FROM deliveries WHERE status = 'pending') + (SELECT count(*) FROM restocks WHERE fan_out_stage <> 'done')
"""
# A claim whose commit was lost keeps its deliveries for up to 10 minutes.
LONGEST_WAIT = 12 * 60


def wait(topology, say):
    """Waits until the workers have nothing left to do, and returns the seconds that it took."""
    started = time.monotonic()
    while pending := int(topology.sql(PENDING)):
        if time.monotonic() - started > LONGEST_WAIT:
            topology.fail(f"{pending} deliveries and restocks are still not done")
        if int(time.monotonic() - started) % 60 == 0:
            say(f"{pending} deliveries and restocks are not done yet")
        time.sleep(1)
    return time.monotonic() - started


def copies(topology):
    """Returns how many copies of each pre-booking's e-mail the mail server accepted."""
    found = collections.Counter()
    for file in topology.mails.iterdir():
        found.update(int(number) for number in MESSAGE_ID.findall(file.read_text(errors="replace")))
    return found
