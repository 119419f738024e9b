"""A client of the API, which records each answer."""

import http.client
import json
import time

from history import Call, Outcome

# Longer than the service and the proxy take to give up.
TIMEOUT = 40


class Caller:
    def __init__(self, address, history):
        host, port = address.split(":")
        self.connection = http.client.HTTPConnection(host, int(port), timeout=TIMEOUT)
        self.history = history

    def call(self, name, path, body=None, token=None):
        """Makes a call, whose name is its method and the pattern of its path, and returns it."""
        method = name.split()[0]
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        if body is not None:
            headers["Content-Type"] = "application/json"
        started = time.monotonic()
        try:
            self.connection.request(method, path, body and json.dumps(body), headers)
            answer = self.connection.getresponse()
            content = answer.read()
            status, retry_after, is_json = answer.status, answer.getheader("Retry-After"), "json" in answer.getheader("Content-Type", "")
            content = json.loads(content) if content and is_json else content.decode()
        except (OSError, http.client.HTTPException, ValueError) as error:
            self.connection.close()
            status, retry_after, content = 0, None, {"code": type(error).__name__}
        code = content.get("code", "") if isinstance(content, dict) else ""
        made = Call(name, method != "GET", started, time.monotonic(), status, code, outcome(status, code, retry_after), content)
        self.history.add(made)
        return made


def outcome(status, code, retry_after):
    if 200 <= status < 300:
        return Outcome.DONE
    if 400 <= status < 500:
        return Outcome.REFUSED
    if status == 503 and retry_after:
        return Outcome.UNKNOWN if code == "OUTCOME_UNKNOWN" else Outcome.NOT_DONE
    # 502 and 504 are the proxy's, about a request that it has sent.
    return Outcome.UNKNOWN if status in (0, 502, 504) else Outcome.WRONG
