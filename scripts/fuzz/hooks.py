"""Keeps the fuzzer from sawing off the branch it sits on, and brings it past the first check of a rule."""

import json
import os
import random

import schemathesis
from schemathesis.specs.openapi import checks

# The contract answers 400, not 401, where a credential header is missing altogether: that is a refusal too. Which of
# them it is in each case, the authorization tests of the server say exactly.
checks.AUTH_REJECTION_STATUSES = frozenset({*checks.AUTH_REJECTION_STATUSES, 400})

# Names that exist, made by fuzz.py. Random ones are refused as somebody else's, or as hanging from nothing, before
# anything of interest happens; so valid requests get some of these. LASTING are the fuzzer's own credentials and what
# its keys hang from; what changes or ends things gets the EXPENDABLE ones instead. It must never get the others: lists
# answer with them, and what lists answer with is fed back into other operations.
LASTING, EXPENDABLE = json.loads(os.environ["FUZZER_NAMES"])
CHANGING = ("_update", "_delete", "_delete_related", "_rotate_secret", "_wipe")


@schemathesis.hook
def before_call(context, case, kwargs):
    operation = case.operation.definition.raw
    is_changing = operation["operationId"].endswith(CHANGING)
    is_valid = case.meta is not None and case.meta.generation.mode.is_positive
    for part in [case.path_parameters, case.body]:
        if not isinstance(part, dict):
            continue
        if is_valid and "tenants" not in operation["tags"]:
            use_known_names(part, EXPENDABLE if is_changing else LASTING)
        if is_changing:
            part.update({name: EXPENDABLE[name] for name, value in LASTING.items() if part.get(name) == value})
        if is_changing and "tenants" in operation["tags"] and part.get("tenant") == "test":
            part["tenant"] = "nobody"
    if is_valid and isinstance(case.query, dict) and "after" in case.query and choice(case.query).random() < 0.6:
        del case.query["after"]


def use_known_names(part, known):
    chance = choice(part)
    part.update({name: value for name, value in known.items() if name in part and chance.random() < 0.7})
    if "tenant" in part:
        part["tenant"] = "test"


def choice(part):
    """Chance by what is sent itself, so that a case is the same when it is sent again."""
    return random.Random(repr(part))
