#!/bin/bash
# Plays docs/exploitants.md on a Debian that is made for it and started under its own kernel and systemd in an emulated
# machine, starts that machine again, and looks at every unit: sandbox, limits, timers, kills, stops.
#   deploy/booted.sh [RELEASE]     as root, with debootstrap, mke2fs and qemu-system-x86_64; `make booted`
#
# The packages come into a chroot before the start, since an emulated processor is slow. ACCEL=kvm is quicker where the
# processor can; KEEP=1 leaves the folder with the disk and what the console said.
set -euo pipefail
. "$(dirname "$0")/tried/machine.sh"
work=${WORK:-$(mktemp -d /var/tmp/jigi-booted-XXXXXX)}
root=$work/root
[ -n "${KEEP:-}" ] || trap 'rm -rf "$work"' EXIT
mkdir -p "$work"
new_debian "${1:-trixie}" "$root" systemd,systemd-sysv,udev,dbus,linux-image-cloud-amd64,initramfs-tools,procps,util-linux
bring_jigi "$root"

printf '#!/bin/sh\nexit 101\n' > "$root/usr/sbin/policy-rc.d" # nothing starts in the chroot
chmod 0755 "$root/usr/sbin/policy-rc.d"
guide 1 1 > "$root/root/packages"
[ -e "$root/opt/jigi/bin/jigi" ] || unshare --pid --fork --mount-proc="$root/proc" --kill-child chroot "$root" /bin/bash /root/packages
rm "$root/usr/sbin/policy-rc.d"

{
    echo 'curl() { command curl "$@" --retry 900 --retry-max-time 900; }' # an emulated processor is slow
    guide 2 999
} > "$root/root/steps"
dialled > "$root/root/dialled"
install -m 0755 "$here/deploy/tried/units" "$root/root/units"
cat > "$root/root/tried" <<'SH'
#!/bin/bash
set -o pipefail
if [ ! -e /root/guided ]; then
    bash /root/steps |& cat && touch /root/guided && { echo "Every step of docs/exploitants.md was taken."; exec systemctl --no-block reboot; }
else
    /root/units && echo "Every unit is as it should be."
fi
journalctl --no-pager --boot --priority warning --unit 'jigi*' --lines 40 > /dev/ttyS0
exec systemctl --no-block poweroff
SH
chmod 0755 "$root/root/tried"
cat > "$root/etc/systemd/system/tried.service" <<'UNIT'
[Unit]
Wants=network-online.target
After=network-online.target postgresql.service

[Service]
ExecStart=/root/tried
StandardOutput=tty
StandardError=inherit
TTYPath=/dev/ttyS1
UNIT
mkdir -p "$root/etc/systemd/system/multi-user.target.wants"
ln -sf ../tried.service "$root/etc/systemd/system/multi-user.target.wants/tried.service"
printf '[Match]\nName=e*\n\n[Network]\nDHCP=yes\n' > "$root/etc/systemd/network/10-wire.network"
chroot "$root" systemctl --quiet enable systemd-networkd
echo jigi > "$root/etc/hostname"
printf '127.0.0.1 localhost jigi\n' > "$root/etc/hosts"
echo 'nameserver 10.0.2.3' > "$root/etc/resolv.conf" # qemu's own
mke2fs -q -t ext4 -d "$root" "$work/disk" 8G

qemu-system-x86_64 -accel "${ACCEL:-tcg}" -cpu max -smp 2 -m 4096 -display none -nic user,model=virtio-net-pci \
    -kernel "$(echo "$root"/boot/vmlinuz-*)" -initrd "$(echo "$root"/boot/initrd.img-*)" -append "root=/dev/vda rw console=ttyS0 quiet" \
    -drive "file=$work/disk,if=virtio,format=raw,cache=unsafe" -serial "file:$work/console" -serial stdio < /dev/null |
    stdbuf --output=L tr --delete '\r' | tee "$work/said"
grep --quiet "^Every unit is as it should be" "$work/said"
