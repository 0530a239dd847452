/* SPDX-License-Identifier: BSD-3-Clause */
/* cmocka with the headers that it needs before it. */
#ifndef FA_TESTS_CMOCKA_ALL_H
#define FA_TESTS_CMOCKA_ALL_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#endif
