"""Processes that stop with the benchmark, however it ends."""

import pathlib
import subprocess
import time

LEASH = pathlib.Path(__file__).with_name("leash")


class Leashed:
    """A command that runs until `stop` is called or this process ends."""

    def __init__(self, command, pid_file, signal="TERM", remove="", **options):
        pid_file = pathlib.Path(pid_file)
        pid_file.unlink(missing_ok=True)
        arguments = [LEASH, pid_file, signal, remove, *command]
        # A new session, so that Ctrl-C reaches the benchmark alone, which then stops the command.
        self.leash = subprocess.Popen(
            [str(argument) for argument in arguments], stdin=subprocess.PIPE, start_new_session=True, **options)
        while not pid_file.exists():
            time.sleep(0.001)
        self.pid = int(pid_file.read_text())

    def is_over(self):
        """Whether the command has ended by itself: then it is a zombie until the leash collects it."""
        try:
            return pathlib.Path(f"/proc/{self.pid}/stat").read_text().rsplit(") ", 1)[1].startswith("Z")
        except FileNotFoundError:
            return True

    def stop(self):
        """Stops the command and waits for its end."""
        if self.leash.poll() is None:
            self.leash.stdin.close()
            self.leash.wait()
