/* SPDX-License-Identifier: MIT
 * term_guard.c - giving the terminal back, whatever happens.  Everything that a handler calls is
 * async-signal-safe (POSIX.1-2017 2.4.3). */
#include "ui/term_guard.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { RESTORE_BYTES = 512, STACK_BYTES = 64 * 1024 };

volatile sig_atomic_t guard_resized, guard_stop, guard_woken;

static const int fatal[] = { SIGINT,  SIGTERM, SIGHUP, SIGQUIT, SIGSEGV,
                             SIGABRT, SIGBUS,  SIGFPE, SIGILL };
enum { FATALS = sizeof fatal / sizeof *fatal };

static struct {
    volatile sig_atomic_t armed;
    int                   tty;
    struct termios        was;
    char                  restore[RESTORE_BYTES];
    size_t                n_restore;
    int              kept_err, err; /* where standard error goes meanwhile; where it went; -1 */
    int              pipe[2];
    struct sigaction old[FATALS], old_winch, old_tstp, old_cont;
    void            *stack;
} guard = { .kept_err = -1, .err = -1, .pipe = { -1, -1 } };

/* -- Standard error -------------------------------------------------------------------------- */

static void keep_stderr(void)
{
    char name[] = "/tmp/finwait-XXXXXX";

    if (!isatty(STDERR_FILENO))
        return; /* it does not disturb the screen */
    fflush(stderr);
    guard.err      = dup(STDERR_FILENO);
    guard.kept_err = mkstemp(name);
    if (guard.kept_err >= 0)
        unlink(name);
    if (guard.err < 0 || guard.kept_err < 0 || dup2(guard.kept_err, STDERR_FILENO) < 0) {
        if (guard.err >= 0)
            close(guard.err);
        guard.err = -1;
    }
}

static void show_stderr(void)
{
    char    buf[1024];
    ssize_t n;

    if (guard.err < 0)
        return;
    dup2(guard.err, STDERR_FILENO);
    lseek(guard.kept_err, 0, SEEK_SET);
    while ((n = read(guard.kept_err, buf, sizeof buf)) > 0)
        if (write(STDERR_FILENO, buf, (size_t)n) < 0)
            break;
    close(guard.kept_err);
    close(guard.err);
    guard.err = guard.kept_err = -1;
}

/* -- Handlers -------------------------------------------------------------------------------- */

static void on_fatal(int sig)
{
    if (guard.armed) {
        guard.armed = 0;
        signal(SIGTTOU, SIG_IGN); /* or a process in the background would stop here */
        for (size_t at = 0; at < guard.n_restore;) {
            ssize_t n = write(guard.tty, guard.restore + at, guard.n_restore - at);
            if (n <= 0)
                break;
            at += (size_t)n;
        }
        tcsetattr(guard.tty, TCSANOW, &guard.was);
        show_stderr();
    }
    signal(sig, SIG_DFL);
    raise(sig);
}

static void on_flag(int sig)
{
    int  was = errno;
    char c   = 0;

    if (sig == SIGWINCH)
        guard_resized = 1;
    else if (sig == SIGTSTP)
        guard_stop = 1;
    else
        guard_woken = 1;
    if (write(guard.pipe[1], &c, 1) < 0) {
        /* The pipe is full: whoever polls it will wake up anyway. */
    }
    errno = was;
}

static void set_handler(int sig, void (*handler)(int), int flags)
{
    struct sigaction a;

    memset(&a, 0, sizeof a);
    a.sa_handler = handler;
    a.sa_flags   = flags;
    sigemptyset(&a.sa_mask);
    sigaction(sig, &a, NULL);
}

/* A stack of its own, for a stack that overflowed is one of the ways to crash. */
static void set_stack(void)
{
    stack_t s;

    memset(&s, 0, sizeof s);
    if (!guard.stack)
        guard.stack = malloc(STACK_BYTES);
    if (!guard.stack)
        return;
    s.ss_sp   = guard.stack;
    s.ss_size = STACK_BYTES;
    sigaltstack(&s, NULL);
}

/* -- For term.c ------------------------------------------------------------------------------ */

void guard_arm(int tty, const struct termios *was, const char *restore, size_t n)
{
    guard.tty       = tty;
    guard.was       = *was;
    guard.n_restore = n < RESTORE_BYTES ? n : RESTORE_BYTES;
    memcpy(guard.restore, restore, guard.n_restore);
    if (guard.pipe[0] < 0 && pipe(guard.pipe) == 0)
        for (int i = 0; i < 2; i++) {
            fcntl(guard.pipe[i], F_SETFL, O_NONBLOCK);
            fcntl(guard.pipe[i], F_SETFD, FD_CLOEXEC);
        }
    keep_stderr();
    set_stack();
    for (int i = 0; i < FATALS; i++)
        sigaction(fatal[i], NULL, &guard.old[i]);
    sigaction(SIGWINCH, NULL, &guard.old_winch);
    sigaction(SIGTSTP, NULL, &guard.old_tstp);
    sigaction(SIGCONT, NULL, &guard.old_cont);
    guard.armed = 1;
    guard_signals();
}

void guard_signals(void)
{
    for (int i = 0; i < FATALS; i++)
        set_handler(fatal[i], on_fatal, SA_NODEFER | SA_ONSTACK);
    set_handler(SIGWINCH, on_flag, SA_RESTART);
    set_handler(SIGTSTP, on_flag, SA_RESTART);
    set_handler(SIGCONT, on_flag, SA_RESTART);
}

void guard_disarm(void)
{
    if (!guard.armed)
        return;
    guard.armed = 0;
    for (int i = 0; i < FATALS; i++)
        sigaction(fatal[i], &guard.old[i], NULL);
    sigaction(SIGWINCH, &guard.old_winch, NULL);
    sigaction(SIGTSTP, &guard.old_tstp, NULL);
    sigaction(SIGCONT, &guard.old_cont, NULL);
    tcsetattr(guard.tty, TCSANOW, &guard.was);
    show_stderr();
}

int guard_fd(void) { return guard.pipe[0]; }

void guard_drain(void)
{
    char buf[64];

    while (read(guard.pipe[0], buf, sizeof buf) > 0) {
    }
}

void guard_suspend(void)
{
    sigset_t one, was;

    set_handler(SIGTSTP, SIG_DFL, 0);
    sigemptyset(&one);
    sigaddset(&one, SIGTSTP);
    sigprocmask(SIG_UNBLOCK, &one, &was);
    raise(SIGTSTP);
    sigprocmask(SIG_SETMASK, &was, NULL);
    set_handler(SIGTSTP, on_flag, SA_RESTART);
}
