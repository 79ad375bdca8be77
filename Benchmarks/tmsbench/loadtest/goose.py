"""The plan of the published ladders, one user started per second, on a fast server."""

from ..report import number, target

LEVELS = [1, 5, 10, 25, 50, 100]
REACHED_MIN = 0.8
# Status of a run whose load was not reached.
NOT_REACHED = 4


def measure(generators, arguments):
    with generators.server() as server:
        run, steps = generators.load_test(
            ["--host", server.url, "--suite", "ladder", "--ladder", ",".join(map(str, LEVELS)), "--goose-defaults",
             "--scenarios", "getkey"], 2 * sum(LEVELS), statuses=(0, NOT_REACHED))
    forecast = [line for line in run.errors.splitlines() if line.startswith("Forecast")]
    return {
        "forecast": forecast,
        "status": run.status,
        "steps": [{"users": int(step["users"]), "effective": float(step["effective_concurrency"]),
                   "reached": step["reached"] == "true", "per_second": float(step["per_second"])} for step in steps],
    }


def rows(figures):
    return [("users planned", "under way", "req/s", "")] + [
        (str(step["users"]), number(step["effective"]), number(step["per_second"]),
         "reached" if step["reached"] else "NOT REACHED") for step in figures["steps"]]


def remarks(figures):
    return figures["forecast"]


def targets(figures):
    last = figures["steps"][-1]
    wrongly = sum(step["reached"] != (step["users"] == 1 or step["effective"] >= REACHED_MIN * step["users"])
                  for step in figures["steps"])
    return [
        target("forecast of 100 users, before the run",
               sum("of 100 users will overlap" in line for line in figures["forecast"]), 1, at_least=True),
        target("of 100 users under way", last["effective"], 10),
        target("steps labelled wrongly", wrongly, 0),
        target(f"runs that ended with status {NOT_REACHED}", int(figures["status"] == NOT_REACHED), 1, at_least=True),
    ]
