/* SPDX-License-Identifier: MIT
 * value.h - types that may be copied, compared and saved as bytes.
 *
 * Between VALUE_BEGIN and VALUE_END a struct may hold no padding and no pointer.
 * C leaves padding unspecified after an assignment, so a single hole is enough
 * to make two equal worlds differ.  The compiler refuses holes; tests/tidy.sh
 * refuses pointers.
 */
#ifndef FW_BASE_VALUE_H
#define FW_BASE_VALUE_H

#define VALUE_BEGIN _Pragma("GCC diagnostic push") _Pragma("GCC diagnostic error \"-Wpadded\"")
#define VALUE_END   _Pragma("GCC diagnostic pop")

#endif
