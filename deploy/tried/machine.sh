# For deploy/tried.sh and deploy/booted.sh: a new Debian, Jigi's files on it, and the commands of docs/exploitants.md.
# shellcheck shell=bash
here=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)

new_debian() { # RELEASE ROOT [PACKAGES]: made where it is not there yet
    [ -e "$2/etc/debian_version" ] || debootstrap --variant=minbase ${3:+"--include=$3"} "$1" "$2" > "$2.log"
    chmod 0755 "$2" # mktemp's is root's alone, and PostgreSQL's user starts at it
}

bring_jigi() { # ROOT: the files that git knows or would take, and how this machine reaches its packages
    mkdir -p "$1/root/jigi" "$1/usr/local/sbin" "$1/usr/local/share/ca-certificates"
    git -C "$here" ls-files -z --cached --others --exclude-standard | tar --create --directory "$here" --null --files-from - | tar --extract --directory "$1/root/jigi"
    cp "$here/deploy/tried/"*.csv "$1/root/jigi/"
    cp /etc/resolv.conf "$1/etc/resolv.conf"
    find /usr/local/share/ca-certificates -name '*.crt' -exec cp {} "$1/usr/local/share/ca-certificates/" \;
}

guide() { # FIRST LAST: these `sh` blocks of the guide, under its titles, as a script
    echo 'set -eu; cd /root/jigi; export HOME=/root PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'
    echo 'export DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore'
    awk -v first="$1" -v last="$2" '
        /^## / && blocks + 1 >= first && blocks < last { printf "echo; echo \"== %s\"\n", substr($0, 4) }
        /^```sh$/ { inside = 1; blocks++; next }
        /^```/ { inside = 0 }
        inside && blocks >= first && blocks <= last' "$here/docs/exploitants.md"
}

dialled() { # the line refuses who has no token, and answers who has one
    echo 'curl --silent --output /dev/null --write-out "the line without its token: %{http_code}\n" http://127.0.0.1:8001/ussd/africastalking/x'
    echo 'token=$(sed -n "s/^JIGI_CALLBACK_TOKENS=//p" /etc/jigi/jigi.env)'
    echo 'curl --silent --fail --data "sessionId=1&phoneNumber=%2B22376000001&serviceCode=*384*1234%23&text=&networkCode=61002" http://127.0.0.1:8001/ussd/africastalking/$token; echo'
}
