/* SPDX-License-Identifier: MIT
 * pty.c - the program on a terminal of its own, watched from outside. */
#include "pty.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { SILENCE_MS = 8, FIRST_MS = 60 }; /* between frames; after the first picture */

static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void die(const char *what)
{
    perror(what);
    exit(1);
}

static void child(const char *name, const char *program, const char *file)
{
    struct winsize size = { .ws_row = 24, .ws_col = 80 };
    int            fd;

    setsid();
    fd = open(name, O_RDWR);
    if (fd < 0)
        _exit(126);
    ioctl(fd, TIOCSCTTY, 0);
    ioctl(fd, TIOCSWINSZ, &size);
    for (int i = 0; i < 3; i++)
        dup2(fd, i);
    setenv("TERM", "xterm-256color", 1);
    setenv("LC_ALL", "C.UTF-8", 1);
    setenv("XDG_STATE_HOME", "/nonexistent", 1);
    execl(program, program, "play", file, (char *)NULL);
    _exit(127);
}

/* Read until so much silence, or until the time `end`.  Returns bytes; *last is when the last came.
 */
static size_t drain(int fd, int silence_ms, double end, double *last)
{
    char   buf[65536];
    size_t n = 0;

    for (;;) {
        struct pollfd p    = { .fd = fd, .events = POLLIN };
        double        left = end - now();
        int           wait = n == 0 ? (left > 0 ? (int)(1000 * left) + 1 : 0) : silence_ms;
        if (poll(&p, 1, wait) <= 0)
            return n;
        ssize_t got = read(fd, buf, sizeof buf);
        if (got <= 0)
            return n;
        n += (size_t)got;
        *last = now();
    }
}

static void press(int fd, const char *keys)
{
    if (write(fd, keys, strlen(keys)) < 0 && errno != EIO)
        die("bench: write");
}

void pty_run(const char *program, const char *file, const char *keys, double seconds,
             struct pty_look *look)
{
    int    fd    = posix_openpt(O_RDWR | O_NOCTTY), status;
    double begun = now(), last = begun;

    if (fd < 0 || grantpt(fd) != 0 || unlockpt(fd) != 0)
        die("bench: pseudo-terminal");
    memset(look, 0, sizeof *look);
    pid_t pid = fork();
    if (pid < 0)
        die("bench: fork");
    if (pid == 0)
        child(ptsname(fd), program, file);
    drain(fd, FIRST_MS, begun + 5, &last);
    look->first = last - begun;
    if (keys)
        press(fd, keys);
    for (double end = now() + seconds; now() < end;) {
        size_t n = drain(fd, SILENCE_MS, end, &last);
        look->bytes += n;
        look->bursts += n > 0;
    }
    press(fd, "Q");
    /* Until it has gone, which closes its side; then nothing more is to be read. */
    for (double end = now() + 2; now() < end && waitpid(pid, &status, WNOHANG) == 0;)
        drain(fd, SILENCE_MS, now() + 0.01, &last);
    if (waitpid(pid, &status, WNOHANG) == 0) {
        kill(pid, SIGKILL);
        waitpid(pid, &status, 0);
    }
    close(fd);
}
