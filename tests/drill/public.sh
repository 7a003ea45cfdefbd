#!/bin/sh
# public.sh - run packetdrill scripts of a suite that is not ours on the engine.
#
#   public.sh LIB.so PACKETDRILL SUITE [LIST [FLAGS]]
#
# LIB must be an absolute path or one from here.  LIST names scripts of SUITE without .pkt, one a line;
# without it all are run.  FLAGS are --so_flags, "profile=linux" if not given.  Each runs in a network
# namespace of its own with a dummy tun0, since scripts set sysctls and a queue discipline.  Needs
# root, or user namespaces.  What a script needs besides, for it was written on a kernel configured
# otherwise, stands in public.flags; it is shown beside the result.
#
# Some suites are for another packetdrill.  Of a script that this one cannot read a copy is run, in
# words that it knows: the lines for $system of an #ifdef, Linux's names of states, numbers for
# options of a socket and codes of ICMP that Linux has no name for.  This packetdrill does not send
# to a socket that neither listens nor connects, but it does when there is none: calls of a script
# with no more than such a socket are left out.  --mtu, of which a library is not told, is a flag.
set -u
lib=$(realpath "$1")
drill=$(realpath "$2")
suite=$(realpath "$3")
list=${4:-}
flags=${5:-profile=linux}
own=$(dirname "$0")/public.flags
log=$(mktemp -d)
pass=0
special=0
all=0

case $flags in
    *profile=bsd*) system=FreeBSD ;;
    *profile=linux*) system=Linux ;;
    *) system=STANDARD ;;
esac

# Is there a socket, and will it never have anything to do with the segments of the script?
closed() {
    grep -q 'socket(' "$1" && grep -q '^[^/`]*[0-9] *<' "$1" &&
        ! grep -q '^[^/]*\(listen\|connect\|sendto\|sendmsg\)(' "$1"
}

# The script as this packetdrill can read it: with the lines for $system, and Linux's names.
translate() {
    awk -v wanted="$system" '
        /^#ifdef/ { skip = $2 != wanted; print ""; next }
        /^#endif/ { skip = 0; print ""; next }
        { print skip ? "" : $0 }' "$1" |
        sed 's/TCPI_SYN_RECEIVED/TCP_SYN_RECV/g; s/TCPI_FIN_WAIT_/TCP_FIN_WAIT/g
             s/TCPI_CLOSED/TCP_CLOSE/g
             s/TCP_KEEPINIT/128/; s/TCP_NOOPT/65544/
             s/ttl_exceeded_in_transit/code_0/; s/frag_reass_exceeded/code_1/
             s/TCPI_\(ESTABLISHED\|SYN_SENT\|TIME_WAIT\|CLOSE_WAIT\|LAST_ACK\|LISTEN\|CLOSING\)/TCP_\1/g' |
        if closed "$1"; then sed '/^[^<>`]*(.*) *=/d'; else cat; fi
}

[ "$(id -u)" = 0 ] && unshare="unshare -n" || unshare="unshare -rn"
for script in $(if [ -n "$list" ]; then cat "$list"; else cd "$suite" && find . -name '*.pkt' | sed 's,^\./,,; s,\.pkt$,,' | sort; fi); do
    all=$((all + 1))
    out=$log/$(echo "$script" | tr / _)
    file=$suite/$script.pkt
    more=$(awk -F'\t' -v script="$script" '$1 == script { print "," $2 }' "$own")
    mtu=$(sed -n 's/^--mtu=\([0-9]*\).*/,mtu=\1/p' "$file" 2>/dev/null)
    if grep -q '^#ifdef\|TCPI_\|TCP_KEEPINIT\|TCP_NOOPT\|_in_transit\|frag_reass' "$file" 2>/dev/null ||
        closed "$file"; then
        translate "$file" >"$out.pkt"
        file=$out.pkt
    fi
    if (
        cd "$suite/$(dirname "$script")" || exit 1
        timeout 60 $unshare sh -c '
            ip link set lo up
            ip link add tun0 type dummy 2>/dev/null ||
                ip link add tun0 type veth peer name tun1 2>/dev/null
            ip link set tun0 up
            export LD_PRELOAD="$1"
            exec "$2" --so_filename="$1" --so_flags="$3" "$4"' \
            sh "$lib" "$drill" "$flags$mtu$more" "$file"
    ) >"$out" 2>&1; then
        pass=$((pass + 1))
        [ -z "$more" ] || special=$((special + 1))
        echo "ok    $script${more:+ (with ${more#,})}"
    else
        echo "FAIL  $script${more:+ (with ${more#,})}"
        sed 's/^/      /' "$out" | head -${LINES_SHOWN:-8}
    fi
done
rm -rf "$log"
echo "packetdrill: $pass/$all (with flags of their own: $special)"
[ "$pass" = "$all" ]
