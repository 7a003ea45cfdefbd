/* SPDX-License-Identifier: MIT
 * sockname.h - this system's numbers of socket options, by name.
 */
#ifndef FW_DRILL_SOCKNAME_H
#define FW_DRILL_SOCKNAME_H

/* "SO_LINGER" for (SOL_SOCKET, SO_LINGER) and so on; "" when it is none of those. */
const char *sockname_option(int level, int name);

#endif
