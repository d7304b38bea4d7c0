#!/bin/bash
# Builds the container, brings compose.yaml up beside whatever else runs, dials the line through Caddy, and takes all down:
# only the image stays, as jigi-dialled.
#   deploy/container/dialled.sh     with docker or podman, whichever answers; `make container`
#
# Where no builder answers, or an image cannot be had, it says so in a sentence and ends well.
set -euo pipefail
cd "$(dirname "$0")"

untried() {
    echo "The container was not built and not dialled: $1."
    exit 0
}

if docker info > /dev/null 2>&1; then
    engine=docker build=(docker build) compose=(docker compose)
elif podman info > /dev/null 2>&1; then
    [ "$(podman version --format '{{.Client.Version}}' | cut -d . -f 1)" -ge 5 ] || untried "this Podman cannot wait until a service is healthy"
    engine=podman build=(podman build --format docker) compose=(podman-compose) # another format has no HEALTHCHECK
else
    untried "neither docker nor podman answers"
fi
"${compose[@]}" version > /dev/null 2>&1 || untried "$engine has no compose"
for image in $(sed -n 's/^FROM \([^ ]*\).*/\1/p' Containerfile | sort --unique) $(sed -n 's|^ *image: \([^ ]*/[^ ]*\)|\1|p' compose.yaml); do
    "$engine" image inspect "$image" > /dev/null 2>&1 || "$engine" pull --quiet "$image" > /dev/null 2>&1 || untried "$image cannot be had"
done

drawn() { head -c 24 /dev/urandom | od -An -tx1 | tr -d ' \n'; }
JIGI_SETTINGS=$(mktemp)
token=$(drawn)
export JIGI_SETTINGS JIGI_IMAGE=jigi-dialled JIGI_HOST=localhost HTTP_PORT=18080 HTTPS_PORT=18443
POSTGRES_PASSWORD=$(drawn) JIGI_DESK_SECRET=$(drawn) JIGI_DESK_IDENTITIES=
export POSTGRES_PASSWORD JIGI_DESK_SECRET JIGI_DESK_IDENTITIES
together=("${compose[@]}" -p jigi-dialled -f compose.yaml)

end() {
    local code=$?
    if [ $code != 0 ]; then "${together[@]}" logs --tail 20 2>&1 || true; fi
    "${together[@]}" down --volumes > /dev/null 2>&1 || true
    rm -f "$JIGI_SETTINGS"
    exit $code
}
trap end EXIT

asked() { curl --silent --insecure --max-time 30 "$@"; }
within() { "${together[@]}" exec -T "$1" python -c "$2"; } # SERVICE PROGRAM
ready() { within "$1" "import urllib.request as u; u.urlopen('http://127.0.0.1:$2')" > /dev/null 2>&1; } # SERVICE PORT/PATH
must() { # WHAT COMMAND…
    local what=$1
    shift
    if "$@"; then echo "yes: $what"; else echo "NO: $what"; exit 1; fi
}
is() { [ "$1" = "$2" ]; }

"${build[@]}" --quiet --file Containerfile --tag "$JIGI_IMAGE" ../.. > /dev/null
echo "The image has $(($("$engine" image inspect --format '{{.Size}}' "$JIGI_IMAGE") / 1000000)) MB; jigi $("$engine" run --rm "$JIGI_IMAGE" --version)."
keys=$("$engine" run --rm "$JIGI_IMAGE" db new-key 2> /dev/null)
JIGI_DESK_IDENTITIES=$(sed -n 's/^JIGI_DESK_IDENTITIES=//p' <<< "$keys")
{
    grep ^JIGI_ENCRYPTION_RECIPIENTS= <<< "$keys"
    echo "JIGI_CALLBACK_TOKENS=$token"
    sed '/^JIGI_[A-Z_]*=$/d' ../env/jigi.env.example
} > "$JIGI_SETTINGS"

"${together[@]}" up --detach --no-build > /dev/null 2>&1
for service in line:8001/health/ready sms:8002/health/ready desk:8003/health/ready worker:9100/metrics; do
    for _ in $(seq 120); do ! ready "${service%%:*}" "${service#*:}" || break; sleep 1; done
    must "${service%%:*} is ready" ready "${service%%:*}" "${service#*:}"
done
callback="https://localhost:$HTTPS_PORT/ussd/africastalking"
must "the line refuses who has no token" is "$(asked --output /dev/null --write-out '%{http_code}' --data 'sessionId=1' "$callback/x")" 404
screen=$(asked --fail --data 'sessionId=1&phoneNumber=%2B22376000001&serviceCode=*384*1234%23&text=&networkCode=61002' "$callback/$token")
must "the line answers through Caddy" is "${screen:0:4}" "CON "
echo "$screen"
must "/metrics is open inside" ready line 8001/metrics
for path in metrics health/ready simulator; do must "/$path is closed outside" is "$(asked --output /dev/null --write-out '%{http_code}' "https://localhost:$HTTPS_PORT/$path")" 404; done
must "the desk asks who is there" is "$(asked --location --output /dev/null --write-out '%{http_code}' "https://localhost:$HTTPS_PORT/desk")" 200
for service in line sms desk worker; do
    must "$service is not root, and has no capabilities" is "$(within "$service" "print(*[l.split()[1] for l in open('/proc/1/status') if l[:4] in ('Uid:', 'CapE', 'NoNe')])")" "10001 0000000000000000 1"
    must "$service writes to its volume and /tmp alone" within "$service" "
import os
for path, may in {'/opt/jigi/x': 0, '/etc/x': 0, '/tmp/x': 1, '/var/lib/jigi/x': 1}.items():
    try: open(path, 'w').close(); did = 1
    except OSError: did = 0
    assert did == may, path
"
done
container() { "$engine" ps --all --quiet --filter label=com.docker.compose.project=jigi-dialled --filter "label=com.docker.compose.service=$1"; }
healthy() { # SERVICE: as its own check says
    for _ in $(seq 60); do
        ! is "$("$engine" inspect --format '{{.State.Health.Status}}' "$(container "$1")")" healthy || return 0
        sleep 1
    done
    return 1
}
[ $engine = podman ] || for service in line sms desk worker; do must "$service is healthy by its own check" healthy "$service"; done
"${together[@]}" stop line sms desk worker > /dev/null 2>&1
for service in line sms desk worker; do
    must "$service ends by itself when it is told to" is "$("$engine" inspect --format '{{.State.ExitCode}}' "$(container "$service")")" 0
done
