#!/bin/sh
# The whole life of a tenant, from its making to its end, as an operator would script it with tmsctl.
#
#   TMS_URL=https://tms.example.org:3000 TMS_ADMIN_SECRET=… examples/whole-life.sh [TENANT]
#
# TMS_ADMIN_SECRET is the secret of ~~admin of the tenant `default`. TMSCTL names the program, unless it is in the PATH.
set -eu
tenant=${1:-demo}
tmsctl=${TMSCTL:-tmsctl}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

say() { printf '\n== %s\n' "$*"; }
# Profiles of this script alone.
export TMSCTL_CONFIG="$work/tmsctl.toml"

say "The server answers"
"$tmsctl" ping --url "$TMS_URL"

say "A tenant with its administrator"
printf '%s\n' "$TMS_ADMIN_SECRET" | "$tmsctl" profile add root --url "$TMS_URL" --tenant default --admin-id '~~admin'
unset TMS_ADMIN_SECRET
"$tmsctl" tenant create "$tenant" --only admin_secret |
    "$tmsctl" profile add "$tenant" --url "$TMS_URL" --tenant "$tenant" --admin-id '~~admin'
export TMSCTL_PROFILE="$tenant"

say "A second administrator, who takes over from the first"
"$tmsctl" admin create alex --only admin_secret |
    "$tmsctl" profile add "$tenant" --url "$TMS_URL" --tenant "$tenant" --admin-id alex
"$tmsctl" admin delete '~~admin' --yes
"$tmsctl" admin list

say "A client"
"$tmsctl" client create gateway portal 1.0 --only client_secret |
    "$tmsctl" profile add gateway --url "$TMS_URL" --tenant "$tenant" --client-id gateway

say "A user: MFA, a link to an account on a host, consent to the client"
"$tmsctl" mfa create alice --ttl 30d
"$tmsctl" user-host create alice login1.example.org aalice --ttl 30d
"$tmsctl" delegation create gateway alice --ttl 30d
"$tmsctl" host create login1.example.org '10.1.2.*'
"$tmsctl" alias create login1 login1.example.org

say "A key, made by the client, and a reservation of it"
"$tmsctl" key create alice login1.example.org aalice --ttl 12h --uses 10 --out "$work/key" --profile gateway \
    --output json > "$work/key.json"
fingerprint=$("$tmsctl" key list --profile gateway --only public_key_fingerprint)
ssh-keygen -y -f "$work/key" > "$work/key.pub"
test "$(ssh-keygen -l -f "$work/key.pub" | cut -d' ' -f2)" = "$fingerprint"
reservation=$("$tmsctl" reservation create alice login1.example.org "$fingerprint" --ttl 1d --profile gateway --only resid)
"$tmsctl" reservation extend alice login1.example.org "$fingerprint" "$reservation" --profile gateway
"$tmsctl" reservation list

say "A key that the user made, and that TMS never sees the private half of"
ssh-keygen -q -t ed25519 -N '' -f "$work/own"
"$tmsctl" key register alice login1.example.org aalice "$work/own.pub" --ttl 12h --profile gateway
"$tmsctl" key list

say "The client gets a new secret; for an hour the old one is good beside it"
"$tmsctl" client rotate gateway --overlap 1h --only client_secret |
    "$tmsctl" profile add gateway --url "$TMS_URL" --tenant "$tenant" --client-id gateway
"$tmsctl" client get gateway --profile gateway

say "The user's keys stop working, and the client may do nothing any more"
"$tmsctl" mfa update alice --enabled false
"$tmsctl" client update gateway --enabled false
if "$tmsctl" client get gateway --profile gateway; then
    echo "a disabled client was let in" >&2
    exit 1
fi

say "The end: the tenant with everything in it"
"$tmsctl" tenant update "$tenant" --enabled false --profile root
"$tmsctl" tenant wipe "$tenant" --yes --profile root
if "$tmsctl" tenant get "$tenant" --profile root; then
    echo "the tenant is still there" >&2
    exit 1
fi
say "Done"
