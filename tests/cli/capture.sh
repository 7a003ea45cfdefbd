#!/bin/sh
# capture.sh - `run --pcapng`: a capture file that tcpdump reads and finds nothing wrong with.
. "$(dirname "$0")/lib.sh"
command -v tcpdump >/dev/null || { echo "there is no tcpdump"; exit 77; }

sniff() { # ARGS: a run, as tcpdump sees it
    run 0 run "$@"
    is_quiet
    cp "$work/out" "$work/run.pcapng"
    # By its standard input: some systems let it open only files that are called .pcap.
    tcpdump -nnvr - < "$work/run.pcapng" > "$work/out" 2> "$work/err" || not_ok "tcpdump cannot read it"
}
shows() { holds "no $1" grep -q "$1" "$work/out"; }
captured() { # N: so many segments, each with good checksums
    holds "not $1 segments" [ "$(grep -c 'cksum 0x[0-9a-f]* (correct)' "$work/out")" = "$1" ]
    says_not incorrect
    says_not 'bad cksum'
}

# What stands in the capture of a host is what JSON says it sent and got, no more.
in_json() { # HOST LESSON
    run 0 run "$2" --json --part 1
    n=$(grep -c "\"kind\":\"\(sent\|arrived\)\",\"host\":\"$1\"" "$work/out")
}
in_json client 1
sniff 1 --pcapng
captured "$n"
shows '10\.0\.0\.1\.[0-9]* > 10\.0\.0\.2\.80: Flags \[S\]'
says 'Flags [F.]'
in_json server 1
sniff 1 --pcapng=server
captured "$n"

# Only the sender sees a segment that dies on the way, and sees it twice.
sniff 2 --part 2 --pcapng=client
fins=$(grep -c '10\.0\.0\.1\.[0-9]* > .*Flags \[F' "$work/out")
holds 'the lost FIN and its repetition' [ "$fins" = 2 ]
sniff 2 --part 2 --pcapng=server
fins=$(grep -c '10\.0\.0\.1\.[0-9]* > .*Flags \[F' "$work/out")
holds 'the one that arrived' [ "$fins" = 1 ]

# The rules are the comments of the packets.
holds 'no reasons' grep -aq 'fin.received: the peer has finished sending.*(RFC 9293 3.10.7.4, check 8)' "$work/run.pcapng"
holds 'no states' grep -aq 'ESTABLISHED -> CLOSE_WAIT' "$work/run.pcapng"

sed 's/connect server:80/connect server:80 over IPv6/' tests/cli/lessons/01-close.md > "$work/six.md"
sniff "$work/six.md" --pcapng
shows '2001:db8::1\.[0-9]* > 2001:db8::2\.80: Flags \[S\]'
captured "$(grep -c 'Flags' "$work/out")"

# Equal runs, equal files.
cp "$work/run.pcapng" "$work/first"
run 0 run "$work/six.md" --pcapng
holds 'two runs differ' cmp "$work/first" "$work/out"

run 2 run 1 --pcapng=nobody
complains '--pcapng=nobody: expected a host of this lesson: client or server'
run 2 run 1 --pcapng --json
complains 'only one of'
done_testing
