/* SPDX-License-Identifier: MIT
 * term_guard.h - giving the terminal back, whatever happens.
 *
 * A crash may happen inside ncurses, so its functions must not be called then.  The guard holds one
 * string of bytes that undoes all that was done to the terminal, and writes it itself.  What goes
 * to standard error meanwhile (the text of an assert) is kept aside and shown once it can be read.
 */
#ifndef FW_UI_TERM_GUARD_H
#define FW_UI_TERM_GUARD_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <termios.h>

/* Set by signals, cleared by who has dealt with them. */
extern volatile sig_atomic_t guard_resized, guard_stop, guard_woken;

/* From now on, fatal signals restore the terminal at `tty` and then do what they would have done.
 */
void guard_arm(int tty, const struct termios *was, const char *restore, size_t n);

/* Take the signals again, which somebody else has taken meanwhile. */
void guard_signals(void);

/* The orderly end: handlers as they were, standard error shown.  Harmless when not armed. */
void guard_disarm(void);

/* Becomes readable when one of the flags is set: to be polled.  Emptied by guard_drain(). */
int  guard_fd(void);
void guard_drain(void);

/* Stop this process as Ctrl-Z does; returns when it is continued. */
void guard_suspend(void);

#endif
