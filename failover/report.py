"""The tables that a run prints."""

import collections

from history import Outcome

TARGET = 5


def faults(seen):
    lines = ["| fault | a leader again | first acknowledged write | last failed call | failed calls |", "|---|--:|--:|--:|---|"]
    for fault in seen:
        promoted = f"{fault.promoted:.1f} s after the fault" if fault.promoted else "it stayed"
        since = "after that" if fault.promoted else "after the fault"
        kinds = ", ".join(f"{count} {kind}" for kind, count in kinds_of(fault.failed))
        lines.append(f"| {fault.name} | {promoted} | {fault.answered:.1f} s {since} | {fault.last_failure:.1f} s | {kinds or 0} |")
    return "\n".join(lines)


def kinds_of(calls):
    def kind(call):
        return f"{call.status} {call.code}".strip() if call.status else f"no answer ({call.code})"
    return collections.Counter(map(kind, calls)).most_common()


def unused(history, document):
    """Returns the calls of the OpenAPI document that nobody made."""
    made = {call.name.split("?")[0] for call in history.calls}
    calls = {f"{method.upper()} {path}" for path, methods in document["paths"].items() for method in methods}
    return sorted(calls - made)


def totals(history, check, copies, seconds, unused_calls):
    failed = [call for call in history.calls if call.outcome not in (Outcome.DONE, Outcome.REFUSED)]
    rows = [
        ("calls", len(history.calls)),
        ("different calls", len({call.name for call in history.calls})),
        ("calls of the API that nobody made", ", ".join(unused_calls) or 0),
        ("writes acknowledged", len(history.writes(Outcome.DONE))),
        ("acknowledged writes lost", len(check.lost)),
        ("writes that happened twice, or though answered as not done", len(check.phantoms)),
        ("writes with an unknown outcome (503 `OUTCOME_UNKNOWN`, or no answer)", len(history.writes(Outcome.UNKNOWN))),
        ("... that can be told apart in the end and happened", check.came_true),
        ("answers that contradict what was acknowledged", len(history.anomalies)),
        ("wrong answers (500, or 503 without `Retry-After`)", len(history.wrong())),
        ("other broken promises", len(check.others)),
        ("e-mails accepted by the mail server", sum(copies.values())),
        ("users with an e-mail", len(copies)),
        ("e-mails sent twice", sum(count - 1 for count in copies.values())),
        ("seconds until the last e-mail after the load", f"{seconds:.0f}"),
    ]
    table = ["| the whole run | |", "|---|--:|", *(f"| {name} | {count} |" for name, count in rows)]
    errors = ["| failed calls | |", "|---|--:|", *(f"| {kind} | {count} |" for kind, count in kinds_of(failed))]
    return "\n".join([*table, "", *errors])
