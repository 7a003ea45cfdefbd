/* SPDX-License-Identifier: MIT
 * preload.c - getsockopt() for packetdrill's code blocks.
 *
 * They do not use the table of calls but ask the system for TCP_INFO of a descriptor.  With this
 * library in LD_PRELOAD the question comes here: sockets of the stack are answered by it, all
 * others by the kernel. */
#define _GNU_SOURCE
#include "drill/adapter.h"

#include <errno.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef SO_MEMINFO
#define SO_MEMINFO 55
#endif
#ifndef TCP_CC_INFO
#define TCP_CC_INFO 26
#endif

static const struct {
    const char *name;
    size_t      at, size;
} field[] = {
#define FIELD(f)                                                                                   \
    {                                                                                              \
#f, offsetof(struct tcp_info, f), sizeof(((struct tcp_info *)0)->f)                        \
    }
    FIELD(tcpi_state),
    FIELD(tcpi_ca_state),
    FIELD(tcpi_retransmits),
    FIELD(tcpi_probes),
    FIELD(tcpi_backoff),
    FIELD(tcpi_options),
    FIELD(tcpi_rto),
    FIELD(tcpi_ato),
    FIELD(tcpi_snd_mss),
    FIELD(tcpi_rcv_mss),
    FIELD(tcpi_unacked),
    FIELD(tcpi_sacked),
    FIELD(tcpi_lost),
    FIELD(tcpi_retrans),
    FIELD(tcpi_last_data_sent),
    FIELD(tcpi_last_data_recv),
    FIELD(tcpi_last_ack_recv),
    FIELD(tcpi_pmtu),
    FIELD(tcpi_rcv_ssthresh),
    FIELD(tcpi_rtt),
    FIELD(tcpi_rttvar),
    FIELD(tcpi_snd_ssthresh),
    FIELD(tcpi_snd_cwnd),
    FIELD(tcpi_advmss),
    FIELD(tcpi_reordering),
    FIELD(tcpi_rcv_space),
    FIELD(tcpi_total_retrans),
    FIELD(tcpi_bytes_acked),
    FIELD(tcpi_bytes_received),
    FIELD(tcpi_segs_out),
    FIELD(tcpi_segs_in),
    FIELD(tcpi_notsent_bytes),
    FIELD(tcpi_min_rtt),
    FIELD(tcpi_data_segs_in),
    FIELD(tcpi_data_segs_out),
    FIELD(tcpi_delivered),
    FIELD(tcpi_bytes_sent),
    FIELD(tcpi_bytes_retrans),
    FIELD(tcpi_dsack_dups),
    FIELD(tcpi_reord_seen),
    FIELD(tcpi_snd_wnd),
    FIELD(tcpi_delivered_ce),
    FIELD(tcpi_busy_time),
    FIELD(tcpi_rwnd_limited),
    FIELD(tcpi_sndbuf_limited),
#undef FIELD
};

static void store(void *at, size_t size, uint64_t value)
{
    uint8_t  v8  = (uint8_t)value;
    uint16_t v16 = (uint16_t)value;
    uint32_t v32 = value > UINT32_MAX ? UINT32_MAX : (uint32_t)value;

    memcpy(at,
           size == 1   ? (void *)&v8
           : size == 2 ? (void *)&v16
           : size == 4 ? (void *)&v32
                       : (void *)&value,
           size);
}

static void fill(int fd, struct tcp_info *info)
{
    const char *name;
    uint64_t    value;

    memset(info, 0, sizeof *info);
    for (size_t i = 0; adapter_info(fd, i, &name, &value); i++) {
        if (strcmp(name, "tcpi_snd_wscale") == 0)
            info->tcpi_snd_wscale = value & 15;
        else if (strcmp(name, "tcpi_rcv_wscale") == 0)
            info->tcpi_rcv_wscale = value & 15;
        for (size_t k = 0; k < sizeof field / sizeof field[0]; k++)
            if (strcmp(field[k].name, name) == 0)
                store((char *)info + field[k].at, field[k].size, value);
    }
}

__attribute__((visibility("default"))) int getsockopt(int fd, int level, int name, void *value,
                                                      socklen_t *len)
{
    struct tcp_info info;
    size_t          n = len ? *len : 0;

    if (!adapter_owns(fd))
        return (int)syscall(SYS_getsockopt, fd, level, name, value, len);
    if (value == NULL || len == NULL) {
        errno = EFAULT;
        return -1;
    }
    if (level == IPPROTO_TCP && name == TCP_INFO) {
        fill(fd, &info);
        if (n > sizeof info) /* packetdrill knows more fields than this system's headers */
            memset((char *)value + sizeof info, 0, n - sizeof info);
        memcpy(value, &info, n < sizeof info ? n : sizeof info);
    } else if (level == IPPROTO_TCP && name == TCP_CC_INFO)
        n = 0;
    else if (level == SOL_SOCKET && name == SO_MEMINFO)
        memset(value, 0, n);
    else {
        int r = adapter_get(fd, level, name, value, &n);
        if (r < 0) {
            errno = -r;
            return -1;
        }
    }
    *len = (socklen_t)n;
    return 0;
}
