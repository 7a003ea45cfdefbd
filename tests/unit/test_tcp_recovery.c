/* SPDX-License-Identifier: MIT
 * test_tcp_recovery.c - congestion windows and losses: RFC 5681, 6582, 6675, 6937, 3042, 2018,
 * 2883. */
#include "test_tcp_lab.h"

/* "S." with the options that these tales are about; segments carry 1000 bytes. */
#define SACK                                                                                       \
    "set psh_burst 0; in S. 0xFFFFFFE0 x 0 sackok; out; set quickack 0; set cc 1; set rack 0; "

/* The same with RACK, and a round trip of 20 ms. */
#define RACK                                                                                       \
    "set psh_burst 0; set rto_min_var 0; wait 20; in S. 0xFFFFFFE0 x 0 sackok; out; set quickack " \
    "0; set cc 1; "

static const struct lab_tale tales[] = {
    { "5681 3.1: the initial window is 4380 bytes, in segments of 1000 four", PROFILE_RFC9293,
      "ESTABLISHED",
      "send 9000; = . 1 1 +1000 | . 1001 1 +1000 | . 2001 1 +1000 | . 3001 1 +1000" },
    { "6928: ten segments", PROFILE_LINUX, "ESTABLISHED",
      "set psh_burst 0; set iw 10; send 12000; out; send 9; ? wait.cwnd; in . n u+1000 0; ? "
      "cc.slow-start; = . "
      "10001 1 +1000 | . 11001 1 +1000" },
    { "5681 3.1: slow start adds a segment an ACK, however much it acknowledges", PROFILE_RFC9293,
      "ESTABLISHED",
      "send 9000; out; in . n x 0; ? cc.slow-start; = . 4001 1 +1000 | . 5001 1 +1000 | . 6001 1 "
      "+1000 | . 7001 1 +1000 | P. 8001 1 +1000" },
    { "or by all that it acknowledges", PROFILE_LINUX, "ESTABLISHED",
      "send 13000; out; in . n u+2000 0; ? cc.slow-start; = . 10001 1 +1000 | . 11001 1 +1000 | "
      "P. 12001 1 +1000" },
    { "less what duplicates have told of before", PROFILE_LINUX, "SYN_SENT",
      "set psh_burst 0; in S. 0xFFFFFFE0 x 0 mss=500; out; send 5000; out; cwnd 5000; in . n u 0; "
      "in . n u 0; in . n u+2000 0; cwnd 6000" },
    { "a window that is not used does not grow", PROFILE_LINUX, "ESTABLISHED",
      "set iw 10; send 6000; out; in . n u+2000 0; ? cc.slow-start; in . n u+2000 0; ! "
      "cc.slow-start" },
    { "a burst is pushed in chunks of what a millisecond takes, two segments at least",
      PROFILE_LINUX, "ESTABLISHED",
      "send 12000; = . 1 1 +1000 | P. 1001 1 +1000 | . 2001 1 +1000 | P. 3001 1 +1000 | . 4001 1 "
      "+1000 | P. 5001 1 +1000 | . 6001 1 +1000 | P. 7001 1 +1000 | . 8001 1 +1000 | P. 9001 1 "
      "+1000" },
    { "or as many as one asks for, but not more than half the window", PROFILE_LINUX, "ESTABLISHED",
      "set psh_burst 10; send 12000; = . 1 1 +1000 | . 1001 1 +1000 | . 2001 1 +1000 | . 3001 1 "
      "+1000 | P. 4001 1 "
      "+1000 | . 5001 1 +1000 | . 6001 1 +1000 | . 7001 1 +1000 | . 8001 1 +1000 | P. 9001 1 "
      "+1000" },
    { "without congestion control the peer's window is the only limit", PROFILE_RFC793,
      "ESTABLISHED",
      "set snd_buf 65536; in . n u 0 wnd=6000; send 9000; = . 1 1 +1000 | . 1001 1 +1000 | . 2001 "
      "1 +1000 | . 3001 1 +1000 | . 4001 1 +1000 | . 5001 1 +1000" },
    { "5681 3.2: three duplicates, and the segment is sent again", PROFILE_RFC9293, "ESTABLISHED",
      "send 9000; out; in . n u 0; ? cc.duplicate; = . 4001 1 +1000; in . n u 0; = . 5001 1 +1000; "
      "in . n u 0; ? cc.recovery; = . 1 1 +1000; ? send.lost" },
    { "3042: the first two duplicates let a new segment out each", PROFILE_RFC9293, "ESTABLISHED",
      "send 9000; out; in . n u 0; = . 4001 1 +1000; in . n u 0; = . 5001 1 +1000" },
    { "6582: a partial acknowledgment, the next hole; then the end", PROFILE_RFC9293, "ESTABLISHED",
      "send 4000; out; in . n u 0; in . n u 0; in . n u 0; = . 1 1 +1000; in . n u+1000 0; ? "
      "cc.partial; lost 1000; = . 1001 1 +1000; in . n x 0; ? cc.recovered; lost 0; due -1" },
    { "two duplicates are reordering", PROFILE_RFC9293, "ESTABLISHED",
      "send 4000; out; in . n u 0; in . n u 0; in . n u+1000 0; in . n u 0; in . n u 0; = ; ! "
      "cc.recovery" },
    { "an ACK with another window is no duplicate", PROFILE_RFC9293, "ESTABLISHED",
      "send 4000; out; in . n u 0 wnd=60000; in . n u 0 wnd=61000; in . n u 0 wnd=62000; in . n u "
      "0 wnd=63000; = ; ! cc.duplicate" },
    { "5681 3.1: a timeout begins again with one segment, and slow start sends the rest again",
      PROFILE_RFC9293, "ESTABLISHED",
      "send 4000; out; fire; ? cc.loss rto.expired; = . 1 1 +1000; in . n u+1000 0; ? "
      "cc.slow-start; = . 1001 1 +1000 | . 2001 1 +1000; in . n u+2000 0; = P. 3001 1 +1000; in . "
      "n x 0; ? cc.recovered; due -1" },
    { "5681 4.1: after an idle time the window begins again", PROFILE_RFC9293, "ESTABLISHED",
      "send 8000; out; in . n x 0; out; in . n x 0; wait 5000; send 9000; forget; out; ? cc.idle" },
    { "unless one has set otherwise", PROFILE_RFC9293, "ESTABLISHED",
      "set idle_restart 0; send 8000; out; in . n x 0; out; in . n x 0; wait 5000; send 9000; "
      "forget; out; ! cc.idle" },
    { "2018 4: what is held is told, the newest first", PROFILE_LINUX, "SYN_SENT",
      SACK "in . n+1000 u 1000; = . 1 1 sack=1001-2001; in . n+4000 u 1000; = . 1 1 "
           "sack=4001-5001,1001-2001; in . n+2000 u 1000; = . 1 1 sack=1001-3001,4001-5001;"
           "in . n u 1000; = . 1 3001 sack=4001-5001; in . n u 1000; = . 1 5001" },
    { "nothing is told to a peer that did not ask", PROFILE_LINUX, "ESTABLISHED",
      "in . n+1000 u 1000; = . 1 1" },
    { "2883 4.1: a duplicate below RCV.NXT is told once", PROFILE_LINUX, "SYN_SENT",
      SACK "in . n u 1000; out; in . n-1000 u 1000; = . 1 1001 sack=1-1001; in . n u 0; = " },
    { "9293 3.10.7.4/5: an old segment acknowledges; what was offered ends where it did",
      PROFILE_RFC9293, "ESTABLISHED",
      "set cc 0; set delack_ms 0; in . n u 100 wnd=2000; in . n u 0 wnd=2000; out; send 5000; = . "
      "1 "
      "101 +1000 | . 1001 101 +1000; in . n-50 u+1000 100 wnd=2000; = . 2001 151; in . n x 0 "
      "wnd=2000; = . 2001 151 +1000 | . 3001 151 +1000" },
    { "6691 2: reports count against what the peer takes, however much we do", PROFILE_LINUX,
      "SYN_SENT",
      "in S. 0xFFFFFFE0 x 0 mss=500 sackok; out; on nodelay; in . n+1000 u 100; out; send 988; "
      "= . 1 1 +488 sack=1001-1101 | . 489 1 +488 sack=1001-1101 | P. 977 1 +12 sack=1001-1101" },
    { "2018 4: what would be the greater part of a segment is told before it", PROFILE_LINUX,
      "SYN_SENT",
      "in S. 0xFFFFFFE0 x 0 mss=50 sackok; out; on nodelay; in . n+100 u 10; out; in . n+200 u 10; "
      "out; in . n+300 u 10; send 50; = . 1 1 sack=301-311,201-211,101-111 | P. 1 1 +50" },
    { "6582: what was sent again beyond the end of a recovery begins no other", PROFILE_LINUX,
      "ESTABLISHED",
      "set psh_burst 0; on nodelay; send 1; out; send 1; out; send 1; out; send 1; out; in . n u "
      "0; "
      "in . n u 0; in . n u 0; ? cc.recovery; out; send 1; out; in . n u+1 0; ? cc.partial; "
      "= P. 2 1 +4; in . n u+3 0; ? cc.recovered; forget; in . n u-1 0; ? ack.old; ! cc.recovery; "
      "= " },
    { "9293 3.7.1, 2018 4: each segment carries what it tells, and so much less text",
      PROFILE_LINUX, "SYN_SENT",
      SACK "in . n+1000 u 1000; send 2000; = . 1 1 +988 sack=1001-2001 | . 989 1 +988 "
           "sack=1001-2001 | P. 1977 1 +24 sack=1001-2001; "
           "in . n x 0; in . n+3000 u 1000; send 900; = P. 2001 1 +900 sack=3001-4001,1001-2001" },
    { "2883 4.1: and one beyond it", PROFILE_LINUX, "SYN_SENT",
      SACK "in . n+1000 u 1000; out; in . n+1000 u 1000; = . 1 1 sack=1001-2001,1001-2001" },
    { "6675: three segments beyond a hole have arrived: it is lost", PROFILE_LINUX, "SYN_SENT",
      SACK "send 8000; out; in . n u 0 sack=1001-2001; ? sack.heard cc.duplicate; = ; in . n u 0 "
           "sack=1001-3001; = ; in . n u 0 sack=1001-4001; ? sack.lost cc.recovery; = . 1 1 +1000; "
           "? send.lost" },
    { "6675 2: what reports nothing new is no duplicate", PROFILE_LINUX, "SYN_SENT",
      SACK "send 8000; out; in . n u 0 sack=1001-2001; in . n u 0 sack=1001-2001; in . n u 0 "
           "sack=1001-2001; in . n u 0 sack=1001-2001; ! cc.recovery; = " },
    { "also at once, when one ACK says so", PROFILE_LINUX, "SYN_SENT",
      SACK "send 8000; out; in . n u 0 sack=1001-4001; = . 1 1 +1000" },
    { "two holes: both are sent again, in order, nothing else is", PROFILE_LINUX, "SYN_SENT",
      SACK "send 8000; out; in . n u 0 sack=1001-2001,3001-8001; = . 1 1 +1000 | . 2001 1 +1000; "
           "in . n x 0; ? cc.recovered" },
    { "6937: less leaves than arrives, until ssthresh is reached; then as much", PROFILE_LINUX,
      "SYN_SENT",
      SACK "send 20000; out; in . n u 0 sack=1001-4001; = . 1 1 +1000; in . n u 0 sack=1001-6001; "
           "= ; in . n u 0 sack=1001-8001; = . 10001 1 +1000 | . 11001 1 +1000; in . n u 0 "
           "sack=1001-9001; = . 12001 1 +1000" },
    { "a timeout keeps what was reported", PROFILE_LINUX, "SYN_SENT",
      SACK "send 3000; out; in . n u 0 sack=1001-2001; fire; = . 1 1 +1000; in . n u+2000 0; = P. "
           "2001 1 +1000" },
    { "2883: the peer's duplicate is noted, and no sign of a hole", PROFILE_LINUX, "SYN_SENT",
      SACK "send 4000; out; in . n u+1000 0 sack=1-1001; ? sack.duplicate; ! sack.heard" },
    { "8985 6.2: what was sent before something that has arrived may be late, a quarter of a round "
      "trip",
      PROFILE_LINUX, "SYN_SENT",
      RACK "send 4000; out; wait 20; in . n u 0 sack=1001-2001; = ; due 7; fire; ? rack.late "
           "rack.lost cc.recovery; = . 1 1 +1000" },
    { "8985 6.2: three that have arrived are proof enough", PROFILE_LINUX, "SYN_SENT",
      RACK "send 8000; out; wait 20; in . n u 0 sack=1001-4001; ? rack.lost cc.recovery; = . 1 1 "
           "+1000" },
    { "but not to one who has seen segments overtake each other", PROFILE_LINUX, "SYN_SENT",
      RACK "send 8000; out; wait 20; in . n u 0 sack=1001-2001; in . n u+2000 0; out; in . n u 0 "
           "sack=3001-6001; ! rack.lost; due 7; fire; ? rack.lost cc.recovery; = . 2001 1 +1000" },
    { "and when it comes, only late, nothing was lost", PROFILE_LINUX, "SYN_SENT",
      RACK "send 4000; out; wait 20; in . n u 0 sack=1001-2001; wait 2; in . n u+2000 0; ! "
           "cc.recovery; = ; wait 10; in . n x 0; due -1" },
    { "what was sent again and is lost again is found without a timeout", PROFILE_LINUX, "SYN_SENT",
      RACK "send 8000; out; wait 20; in . n u 0 sack=1001-8001; = . 1 1 +1000; wait 1; send 3000; "
           "= . 8001 1 +1000 | . 9001 1 +1000 | P. 10001 1 +1000; "
           "wait 20; in . n u 0 sack=8001-9001,1001-8001; ? rack.lost; = . 1 1 +1000" },
    { "8985 7: two round trips of silence, and the last segment is sent again", PROFILE_LINUX,
      "SYN_SENT",
      RACK "send 2000; out; due 42; fire; ? tail.expired; = P. 1001 1 +1000; ? send.tail; due 200; "
           "in . n x 0; ! tail.repaired; send 9; out; in . n x 0; ? tail.repaired" },
    { "7.4.2 case 2: an ACK that says nothing new came of the second copy", PROFILE_LINUX,
      "SYN_SENT",
      RACK "send 2000; out; fire; out; in . n x 0; in . n x 0; send 9; out; in . n x 0; ! "
           "tail.repaired" },
    { "case 1, although nothing is in flight any more", PROFILE_LINUX, "SYN_SENT",
      RACK "send 2000; out; fire; out; in . n x 0; in . n x 0 sack=1001-2001; ? sack.duplicate; "
           "send 9; out; in . n x 0; ! tail.repaired" },
    { "3708: all that was sent again came twice: the window is what it was", PROFILE_LINUX,
      "SYN_SENT",
      RACK
      "send 20000; out; wait 20; in . n u 0 sack=1001-4001; ? cc.recovery; = . 1 1 +1000; in . "
      "n u+10000 0; ? cc.recovered; ! cc.undo; in . n u 0 sack=1-1001; ? sack.duplicate "
      "cc.undo; out; in . n u 0 sack=1-1001; ! cc.undo" },
    { "also while recovery lasts: what was taken for lost is not", PROFILE_LINUX, "SYN_SENT",
      RACK "send 20000; out; wait 20; in . n u 0 sack=1001-4001; = . 1 1 +1000; in . n u+4000 0 "
           "sack=1-1001; ? cc.undo; ! cc.partial; = . 10001 1 +1000 | . 11001 1 +1000 | . 12001 1 "
           "+1000 | . 13001 1 +1000" },
    { "and after a timeout; but not when half of it was needed", PROFILE_LINUX, "SYN_SENT",
      SACK
      "set frto 0; send 3000; out; fire; = . 1 1 +1000; in . n u+1000 0; = . 1001 1 +1000 | P. "
      "2001 1 +1000; in . n u+2000 0 sack=1-1001; ! cc.undo; in . n u 0 sack=1001-3001; ? "
      "cc.undo" },
    { "a D-SACK of something else undoes nothing", PROFILE_LINUX, "SYN_SENT",
      RACK
      "send 1000; out; in . n x 0; send 20000; out; wait 20; in . n u 0 sack=2001-5001; = . "
      "1001 1 +1000; in . n u 0 sack=1-1001,2001-6001; ? sack.duplicate; ! cc.undo; in . n u 0 "
      "sack=1001-1501,2001-6001; ! cc.undo" },
    { "nor without the knob", PROFILE_LINUX, "SYN_SENT",
      RACK "set undo 0; send 20000; out; wait 20; in . n u 0 sack=1001-4001; out; in . n u+4000 0 "
           "sack=1-1001; ? sack.duplicate; ! cc.undo" },
    { "6675 4: three ranges beyond it are proof, however small", PROFILE_LINUX, "SYN_SENT",
      SACK "on nodelay; send 10; out; send 10; out; send 10; out; send 10; out; send 10; out; send "
           "10; out; send 10; out; in . n u 0 sack=11-21,31-41; ! cc.recovery; in . n u 0 "
           "sack=51-61,31-41,11-21; ? sack.lost cc.recovery; = P. 1 1 +10" },
    { "7.4: if that came twice there was no loss", PROFILE_LINUX, "SYN_SENT",
      RACK
      "send 2000; out; fire; out; in . n x 0 sack=1001-2001; ? sack.duplicate; ! tail.repaired" },
    { "7.3: rather than the last segment, a new one", PROFILE_LINUX, "SYN_SENT",
      RACK "send 12000; out; fire; = . 10001 1 +1000; ? send.tail-new" },
    { "7.2: one segment alone, the peer may delay its ACK: but not later than the RTO",
      PROFILE_LINUX, "SYN_SENT",
      RACK "send 9; out; due 200; fire; ? tail.expired; ! rto.expired; out; due 200; fire; ? "
           "rto.expired" },
    { "8985 6.3: at a timeout, what was sent a moment ago is not taken for lost", PROFILE_LINUX,
      "SYN_SENT",
      RACK
      "set frto 0; send 1000; out; wait 20; in . n x 0; send 2000; out; fire; out; wait 100; send "
      "1000; "
      "out; wait 85; send 1000; out; due 15; fire; ? cc.loss rto.expired; = . 1001 1 +1000; in "
      ". n u+1000 0; = P. 2001 1 +1000; in . n u+1000 0; = P. 3001 1 +1000; in . n u+1000 0; = ; "
      "in . n x 0; due -1" },
    { "5682: after a timeout two answers decide; here nothing was lost", PROFILE_LINUX, "SYN_SENT",
      SACK "send 20000; out; fire; ? cc.loss; = . 1 1 +1000; in . n u+1000 0; ? frto.new-text; = . "
           "10001 1 +1000 | . 11001 1 +1000; in . n u+1000 0; ? frto.spurious; = " },
    { "5682: here it was", PROFILE_LINUX, "SYN_SENT",
      SACK "send 20000; out; fire; = . 1 1 +1000; in . n u+1000 0; ? frto.new-text; out; in . n u "
           "0 sack=10001-11001; ? frto.real; = . 1001 1 +1000 | . 2001 1 +1000" },
    { "5682: with nothing new to send, as after any timeout", PROFILE_LINUX, "SYN_SENT",
      SACK "send 4000; out; fire; = . 1 1 +1000; in . n u+1000 0; ? frto.real; = . 1001 1 +1000 | "
           ". 2001 1 +1000" },
    { "5682 2a: an ACK of a part of what was sent again decides nothing", PROFILE_LINUX, "SYN_SENT",
      SACK "send 20000; out; fire; = . 1 1 +1000; in . n u+500 0; ? frto.real; = . 1001 1 +1000" },
    { "5682 3b: an ACK of all that was in flight says so, too", PROFILE_LINUX, "SYN_SENT",
      SACK "send 20000; out; fire; = . 1 1 +1000; in . n u+1000 0; ? frto.new-text; out; in . n x "
           "0; ? frto.spurious" },
    { "3168 6.1.2: a window does not grow for an ACK that echoes a mark, after a timeout neither",
      PROFILE_RFC9293, "CLOSED",
      "set ecn 1; open; out; in SE. 0xFFFFFFE0 x 0; out; send 4000; out; fire; out; cwnd 1000; in "
      ".E n u+1000 0; cwnd 1000; in . n u+1000 0; cwnd 2000" },
    { "3168 6.1.1: asking for ECN, and being understood", PROFILE_RFC9293, "CLOSED",
      "set ecn 1; open; = SEW 0; in SE. 0xFFFFFFE0 x 0; ? syn.ecn; = . 1 1" },
    { "an echo of both bits is no agreement", PROFILE_RFC9293, "CLOSED",
      "set ecn 1; open; = SEW 0; in SEW. 0xFFFFFFE0 x 0; ! syn.ecn" },
    { "answering a request", PROFILE_LINUX, "LISTEN",
      "in SEW 0xFFFFFFE0 0 0; ? syn.ecn; = SE. 0 1" },
    { "6.1.3: a mark is echoed until CWR", PROFILE_LINUX, "LISTEN",
      "set quickack 0; in SEW 0xFFFFFFE0 0 0; out; in . n x 0; in . n u 100 ecn=3; ? ecn.marked; = "
      "E. 1 101; in . n u 100 ecn=2; fire; = E. 1 201;"
      "in .W n u 100 ecn=2; fire; = . 1 301" },
    { "6.1.2: an echo halves the window, once a window, and CWR says so", PROFILE_LINUX, "LISTEN",
      "set psh_burst 0; set cc 1; set loss_cwnd 0; in SEW 0xFFFFFFE0 0 0; out; in . n x 0; send "
      "20000; out; in .E n "
      "u+1000 0; ? "
      "ecn.reduced; in .E n u+1000 0; ! ecn.reduced; out;"
      "in .E n u+6000 0; = W. 10001 1 +1000 | . 11001 1 +1000" },
    { "6.1.2: CWR also tells of a window that a loss has reduced, and the marks of that window "
      "tell "
      "nothing new",
      PROFILE_LINUX, "LISTEN",
      "set psh_burst 0; set sack 0; set cc 1; set quickack 0; in SEW 0xFFFFFFE0 0 0; out; in . n x "
      "0; send 30000; out; in .E n u 0; in .E n u 0; in .E n u 0; ? cc.recovery; ! ecn.reduced; "
      "= . 1 1 +1000; in .E n x 0; ? cc.recovered; ! ecn.reduced; = W. 10001 1 +1000 | . 11001 1 "
      "+1000" },
    { "9438 4.6: a loss leaves a part of what is in flight", PROFILE_RFC9293, "ESTABLISHED",
      "set iw 10; set cc 2; send 1000; out; fire; ? cc.loss; ssthresh 2000" },
    { "or of the window, used or not", PROFILE_LINUX, "ESTABLISHED",
      "set iw 10; send 1000; out; fire; ? cc.loss; ssthresh 7000" },
    { "9438 4.8: after a timeout the plateau is where avoidance begins, not where the loss was",
      PROFILE_LINUX, "ESTABLISHED",
      "set iw 10; set frto 0; set cubic_look_ms 0; send 1000; out; fire; out; in . n x 0; send "
      "60000; out; in . n u+2000 0; out; in . n u+4000 0; out; in . n u+1000 0; out; wait 20; in . "
      "n "
      "u+1000 0; out; cwnd 7000" },
    { "blocks of what was never sent are not believed", PROFILE_LINUX, "SYN_SENT",
      SACK "send 4000; out; in . n u 0 sack=9001-9901,2001-1001; ! sack.heard; ! cc.duplicate" },
};

START_TEST(tale) { lab_play(&tales[_i], LAB_PLAIN); }
END_TEST

/* 9438 5.8: while nobody sends the curve does not rise. */
START_TEST(the_curve_stands_still)
{
    struct lab l;
    vtime      began;

    lab_to(&l, PROFILE_LINUX, "SYN_SENT");
    lab_do(&l,
           "set timestamps 0; set wscale 0; set idle_restart 0; set rack 0; in S. 0xFFFFFFE0 x 0 "
           "sackok; out; send 20000; out; in . n u 0 sack=1001-4001; out; in . n x 0; ? "
           "cc.recovered; out; in . n x 0; send 20000; out; in . n u+2000 0");
    ck_assert(l.t.cubic.began != VTIME_NEVER);
    began = l.t.cubic.began;
    lab_do(&l, "out; in . n x 0; out; in . n x 0; out; in . n x 0; wait 100000; send 20000; out");
    ck_assert_int_eq(l.t.cubic.began - began, SEC(100));
    tcp_forget(&l.t, &l.env);
}
END_TEST

/* 8985 6.2 step 2: the ACK echoes the timestamp of the first transmission, so it is not of the
 * second, which says nothing then of when anything was sent. */
START_TEST(an_ack_of_the_first_transmission)
{
    struct lab l;

    lab_to(&l, PROFILE_LINUX, "SYN_SENT");
    lab_do(&l,
           "wait 20; in S. 0xFFFFFFE0 x 0 sackok ts=1:0; out; send 3000; out; wait 20; in . n u "
           "0 sack=989-1977 ts=2:1030; wait 30; out");
    ck_assert_uint_ge(l.t.retrans, 1);
    vtime xmit = l.t.rack.xmit;
    lab_do(&l, "wait 21; in . n u+988 0 ts=3:1030");
    ck_assert_int_eq(l.t.rack.xmit, xmit);
    tcp_forget(&l.t, &l.env);
}
END_TEST

SUITE(tcp_recovery)
{
    TCase *c = tcase_create("recovery");

    tcase_add_loop_test(c, tale, 0, (int)(sizeof tales / sizeof tales[0]));
    tcase_add_test(c, the_curve_stands_still);
    tcase_add_test(c, an_ack_of_the_first_transmission);
    suite_add_tcase(s, c);
}
