#!/bin/sh
# public.sh - run packetdrill scripts of a suite that is not ours on the engine.
#
#   public.sh LIB.so PACKETDRILL SUITE [LIST [FLAGS]]
#
# LIB must be an absolute path or one from here.  LIST names scripts of SUITE without .pkt, one a line;
# without it all are run.  Each runs in a network namespace of its own with a dummy tun0, since
# scripts set sysctls and a queue discipline.  Needs root, or user namespaces.
set -u
lib=$(realpath "$1")
drill=$(realpath "$2")
suite=$(realpath "$3")
list=${4:-}
flags=${5:-profile=linux}
log=$(mktemp -d)
pass=0
all=0

[ "$(id -u)" = 0 ] && unshare="unshare -n" || unshare="unshare -rn"
for script in $(if [ -n "$list" ]; then cat "$list"; else cd "$suite" && find . -name '*.pkt' | sed 's,^\./,,; s,\.pkt$,,' | sort; fi); do
    all=$((all + 1))
    out=$log/$(echo "$script" | tr / _)
    if (
        cd "$suite/$(dirname "$script")" || exit 1
        timeout 60 $unshare sh -c '
            ip link set lo up
            ip link add tun0 type dummy 2>/dev/null ||
                ip link add tun0 type veth peer name tun1 2>/dev/null
            ip link set tun0 up
            export LD_PRELOAD="$1"
            exec "$2" --so_filename="$1" --so_flags="$3" "$4"' \
            sh "$lib" "$drill" "$flags" "$(basename "$script").pkt"
    ) >"$out" 2>&1; then
        pass=$((pass + 1))
        echo "ok    $script"
    else
        echo "FAIL  $script"
        sed 's/^/      /' "$out" | head -${LINES_SHOWN:-8}
    fi
done
rm -rf "$log"
echo "packetdrill: $pass/$all"
[ "$pass" = "$all" ]
