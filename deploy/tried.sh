#!/bin/bash
# Plays every `sh` block of docs/exploitants.md, in order, on a Debian that is made for it and thrown away.
#   deploy/tried.sh [RELEASE]     as root, with debootstrap; `make installed`
#
# The Debian is a chroot in a process tree of its own, where no systemd runs: `systemctl` is a small script there that
# starts what the units name, as their user and with their settings. So sandboxing and limits of the units are not tried.
set -euo pipefail
here=$(cd "$(dirname "$0")/.." && pwd)
release=${1:-trixie}
root=${ROOT:-$(mktemp -d /var/tmp/jigi-tried-XXXXXX)}
[ -e "$root/etc/debian_version" ] || debootstrap --variant=minbase "$release" "$root" > "$root.log"
chmod 0755 "$root" # mktemp's is root's alone, and PostgreSQL's user starts at it

mkdir -p "$root/root/jigi" "$root/usr/local/sbin"
git -C "$here" ls-files -z --cached --others --exclude-standard | tar --create --directory "$here" --null --files-from - | tar --extract --directory "$root/root/jigi"
cp "$here/deploy/tried/"*.csv "$root/root/jigi/"
install -m 0755 "$here/deploy/tried/systemctl" "$root/usr/local/sbin/systemctl"
cp /etc/resolv.conf "$root/etc/resolv.conf"
mkdir -p "$root/usr/local/share/ca-certificates" # how this machine reaches its packages
find /usr/local/share/ca-certificates -name '*.crt' -exec cp {} "$root/usr/local/share/ca-certificates/" \;

{
    echo 'set -eu; cd /root/jigi; export HOME=/root PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'
    echo 'export DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore'
    awk '/^## /{ printf "echo; echo \"== %s\"\n", substr($0, 4) } /^```sh$/{ inside = 1; next } /^```/{ inside = 0 } inside' "$here/docs/exploitants.md"
    echo 'curl --silent --output /dev/null --write-out "the line without its token: %{http_code}\n" http://127.0.0.1:8001/ussd/africastalking/x'
    echo 'token=$(sed -n "s/^JIGI_CALLBACK_TOKENS=//p" /etc/jigi/jigi.env)'
    echo 'curl --silent --fail --data "sessionId=1&phoneNumber=%2B22376000001&serviceCode=*384*1234%23&text=&networkCode=61002" http://127.0.0.1:8001/ussd/africastalking/$token; echo'
    echo 'echo; echo "Every step of docs/exploitants.md was taken."'
} > "$root/root/steps"

code=0
unshare --pid --fork --mount-proc="$root/proc" --kill-child chroot "$root" /bin/bash /root/steps || code=$?
[ -n "${KEEP:-}" ] || rm -rf "$root" "$root.log"
exit $code
