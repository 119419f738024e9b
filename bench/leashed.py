"""Processes that end with the benchmark, however it ends."""

import pathlib
import subprocess
import time

LEASH = pathlib.Path(__file__).with_name("leash")


class Leashed:
    """A command that runs until `stop`, or until this process is gone."""

    def __init__(self, command, pid_file, signal="TERM", remove="", **options):
        pid_file = pathlib.Path(pid_file)
        pid_file.unlink(missing_ok=True)
        arguments = [LEASH, pid_file, signal, remove, *command]
        # A session of its own: Ctrl-C is for the benchmark, which ends it in its turn.
        self.leash = subprocess.Popen(
            [str(argument) for argument in arguments], stdin=subprocess.PIPE, start_new_session=True, **options)
        while not pid_file.exists():
            time.sleep(0.001)
        self.pid = int(pid_file.read_text())

    def is_over(self):
        """Whether the command ended by itself: a zombie waits for the leash to collect it."""
        try:
            return pathlib.Path(f"/proc/{self.pid}/stat").read_text().rsplit(") ", 1)[1].startswith("Z")
        except FileNotFoundError:
            return True

    def stop(self):
        """Ends the command, and waits until it has."""
        if self.leash.poll() is None:
            self.leash.stdin.close()
            self.leash.wait()
