"""Keeps the fuzzer from sawing off the branch it sits on.

Its credentials are a client and administrators called `fuzzer`, in the tenants `test` and `default`. Names that lists
answer with are fed back into other operations, and the document's examples name the tenant `test`; so what would end
the fuzzer's own credentials is turned to a name that nobody has.
"""

import schemathesis

OWN = {"client_id": "fuzzer", "admin_id": "fuzzer", "tenant": "test"}
ENDING = {
    "clients_update", "clients_delete", "clients_rotate_secret", "admins_rotate_secret", "admins_delete",
    "tenants_update", "tenants_delete", "tenants_wipe",
}


@schemathesis.hook
def before_call(context, case, kwargs):
    if case.operation.definition.raw.get("operationId") not in ENDING:
        return
    for part in [case.path_parameters, case.body]:
        if not isinstance(part, dict):
            continue
        for name, value in OWN.items():
            if part.get(name) == value:
                part[name] = "nobody"
