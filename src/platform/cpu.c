/* SPDX-License-Identifier: BSD-3-Clause */
/* Which of our instruction sets the processor and the system have. Which kernels follow from it is kernel's
 * to know. */
#include "platform/platform.h"

#if defined(__x86_64__)

#include <cpuid.h>

/* What the levels of the x86-64 psABI add to the baseline, as bits of the answers of CPUID. Level 2 is part
 * of level 3. */

/* SSE3, SSSE3, FMA, CMPXCHG16B, SSE4.1, SSE4.2, MOVBE, POPCNT, OSXSAVE, AVX, F16C. */
static const unsigned leaf1_ecx_v3 = 1u << 0 | 1u << 9 | 1u << 12 | 1u << 13 | 1u << 19 | 1u << 20 |
                                     1u << 22 | 1u << 23 | 1u << 27 | 1u << 28 | 1u << 29;
/* BMI1, AVX2, BMI2. */
static const unsigned leaf7_ebx_v3 = 1u << 3 | 1u << 5 | 1u << 8;
/* LAHF and SAHF, LZCNT. */
static const unsigned extended_ecx_v3 = 1u << 0 | 1u << 5;
/* AVX512 F, DQ, CD, BW, VL. */
static const unsigned leaf7_ebx_v4 = 1u << 16 | 1u << 17 | 1u << 28 | 1u << 30 | 1u << 31;

/* The registers that the system saves for a thread (XCR0): SSE and AVX; with AVX-512's masks and both of its
 * halves. */
static const unsigned saved_v3 = 0x06;
static const unsigned saved_v4 = 0xe6;

static unsigned saved_registers(void)
{
    unsigned low, high;
    __asm__("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    return low;
}

static bool has(unsigned bits, unsigned wanted)
{
    return (bits & wanted) == wanted;
}

fa__isa fa__processor_isa(void)
{
    unsigned a, b, c1, d, b7, c, extended;
    if (!__get_cpuid(1, &a, &b, &c1, &d) || !has(c1, leaf1_ecx_v3))
        return FA__ISA_NONE;
    if (!__get_cpuid_count(7, 0, &a, &b7, &c, &d) || !has(b7, leaf7_ebx_v3))
        return FA__ISA_NONE;
    if (!__get_cpuid(0x80000001, &a, &b, &extended, &d) || !has(extended, extended_ecx_v3))
        return FA__ISA_NONE;
    unsigned saved = saved_registers();
    if (!has(saved, saved_v3))
        return FA__ISA_NONE;
    return has(saved, saved_v4) && has(b7, leaf7_ebx_v4) ? FA__ISA_X86_64_V4 : FA__ISA_X86_64_V3;
}

#elif defined(__aarch64__)

fa__isa fa__processor_isa(void)
{
    return FA__ISA_AARCH64;
}

#else

fa__isa fa__processor_isa(void)
{
    return FA__ISA_NONE;
}

#endif
