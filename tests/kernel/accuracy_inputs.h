/* SPDX-License-Identifier: BSD-3-Clause */
/* The arguments at which tests/kernel/accuracy.c measures: of every size, in the ranges that matter, near
 * multiples of a right angle, next to numbers where something ends, and the published hard ones. Knows
 * nothing about functions. */
#ifndef ACCURACY_INPUTS_H
#define ACCURACY_INPUTS_H

#include "hard_cases.inc.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

#define COUNT_OF(array) ((int)(sizeof(array) / sizeof((array)[0])))

static const double edges[] = {0.0,
                               -0.0,
                               1.0,
                               -1.0,
                               0.5,
                               -0.5,
                               2.0,
                               -2.0,
                               0x1p-1022,
                               0x1p-1074,
                               -0x1p-1074,
                               0x1p-126,
                               0x1p-149,
                               0x1p-14,
                               0x1p-24,
                               INFINITY,
                               -INFINITY,
                               NAN,
                               0x1p1023,
                               0x1p127,
                               65504,
                               709.7827128933840,
                               -745.133,
                               -708.396,
                               88.72284,
                               -103.97208,
                               -87.33655,
                               1024,
                               -1075,
                               128,
                               -150,
                               710.47586,
                               89.415989,
                               22.0,
                               -36.7,
                               0x1p53,
                               0x1p-27,
                               0x1p-54,
                               0x1p60,
                               0x1p500,
                               1e18,
                               0.375,
                               0.7071067811865476,
                               1.414213562373095,
                               0.41421356237309503,
                               3.0,
                               0.8813735870195430};

typedef struct source {
    uint64_t state;
} source;

/* Steele, Lea and Flood's SplitMix64. */
static uint64_t next_bits(source *random)
{
    uint64_t z = random->state += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

static double between(source *random, double low, double high)
{
    return low + (high - low) * ((double)(next_bits(random) >> 11) * 0x1p-53);
}

static double of_bits(uint64_t bits)
{
    double x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

/* A number some units of the last place away: few, or very many. */
static double beside(source *random, double x)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    const uint64_t away = next_bits(random) >> (10 + next_bits(random) % 54);
    return of_bits(next_bits(random) & 1 ? bits + away : bits - away);
}

static double of_any_size(source *random, int exponents)
{
    const double x =
        ldexp(between(random, 1, 2), (int)(next_bits(random) % (2 * (unsigned)exponents)) - exponents);
    return next_bits(random) & 1 ? -x : x;
}

static double near_right_angles(source *random)
{
    const uint64_t turns = next_bits(random) >> (12 + next_bits(random) % 52);
    const double x = (double)((long double)turns * 1.57079632679489661923132169163975144L);
    return next_bits(random) & 1 ? beside(random, x) : x;
}

static double special_number(source *random)
{
    const uint64_t at = next_bits(random);
    const double x =
        at % 3 ? hard_arguments[at / 3 % COUNT_OF(hard_arguments)] : edges[at / 3 % COUNT_OF(edges)];
    return next_bits(random) & 1 ? beside(random, x) : x;
}

/* One argument of the k-th kind; `ranges` are two, from low to high. */
static double argument(source *random, int64_t kind, const double *ranges)
{
    switch (kind % 6) {
    case 0:
        return of_bits(next_bits(random));
    case 1:
        return between(random, ranges[0], ranges[1]);
    case 2:
        return between(random, ranges[2], ranges[3]);
    case 3:
        return of_any_size(random, 60);
    case 4:
        return near_right_angles(random);
    default:
        return special_number(random);
    }
}

/* Two arguments of the k-th kind. `exponents` is the largest exponent of the type. */
static void argument_pair(source *random, int64_t kind, int exponents, double pair[2])
{
    const double u = of_any_size(random, 40), v = of_any_size(random, 40);
    pair[0] = u;
    pair[1] = v;
    switch (kind % 8) {
    case 0:
        pair[0] = of_bits(next_bits(random));
        pair[1] = of_bits(next_bits(random));
        return;
    case 1:
        return;
    case 2: /* powers from the smallest to the largest */
        pair[0] = next_bits(random) & 1 ? fabs(u) : 1 + v * 0x1p-41;
        pair[1] = between(random, -exponents - 60, exponents + 2) / log2(pair[0]);
        return;
    case 3: /* of about one size */
        pair[0] = of_any_size(random, exponents);
        pair[1] = pair[0] * between(random, -2, 2);
        return;
    case 4: /* whose sum of powers is about 1 */
        pair[0] = next_bits(random) & 1 ? -fabs(of_any_size(random, 5)) : between(random, -1.5, 0);
        pair[1] = next_bits(random) & 1 ? log(-expm1(pair[0])) : log2(-expm1(pair[0] * 0.6931471805599453));
        return;
    case 5:
        pair[0] = special_number(random);
        pair[1] = special_number(random);
        return;
    case 6: { /* the published pairs, and small whole and half powers */
        const uint64_t at = next_bits(random);
        const double *hard = hard_pairs[at / 2 % COUNT_OF(hard_pairs)];
        pair[0] = at & 1 ? hard[0] : between(random, -50, 50);
        pair[1] = at & 1 ? hard[1] : (double)(int)between(random, -20, 20) * 0.5;
        return;
    }
    default:
        pair[0] = between(random, -50, 50);
        pair[1] = pair[0] + between(random, -40, 40);
    }
}

#endif
