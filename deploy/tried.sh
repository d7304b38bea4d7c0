#!/bin/bash
# Plays every `sh` block of docs/exploitants.md, in order, on a Debian that is made for it and thrown away.
#   deploy/tried.sh [RELEASE]     as root, with debootstrap; `make installed`
#
# The Debian is a chroot in a process tree of its own, where no systemd runs: `systemctl` is a small script there that
# starts what the units name, as their user and with their settings. Sandboxing and limits are booted.sh's.
set -euo pipefail
. "$(dirname "$0")/tried/machine.sh"
root=${ROOT:-$(mktemp -d /var/tmp/jigi-tried-XXXXXX)}
new_debian "${1:-trixie}" "$root"
bring_jigi "$root"
install -m 0755 "$here/deploy/tried/systemctl" "$root/usr/local/sbin/systemctl"
{
    guide 1 999
    dialled
    echo 'echo; echo "Every step of docs/exploitants.md was taken."'
} > "$root/root/steps"

code=0
unshare --pid --fork --mount-proc="$root/proc" --kill-child chroot "$root" /bin/bash /root/steps || code=$?
[ -n "${KEEP:-}" ] || rm -rf "$root" "$root.log"
exit $code
