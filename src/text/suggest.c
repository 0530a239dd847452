/* SPDX-License-Identifier: BSD-3-Clause */
/* How far a misspelt name is from a known one. */
#include "text/calls.h"

enum { LONGEST = 32 };

static int smallest(int a, int b)
{
    return a < b ? a : b;
}

/* Letters whatever their case. */
static int folded(char c)
{
    return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c;
}

int fa__distance(const char *a, size_t a_length, const char *b, size_t b_length, int limit)
{
    if (a_length > LONGEST || b_length > LONGEST)
        return limit + 1;
    int rows[3][LONGEST + 1];
    int *before = rows[0], *above = rows[1], *row = rows[2];
    for (int j = 0; j <= (int)b_length; j++)
        above[j] = j;
    for (int i = 1; i <= (int)a_length; i++) {
        row[0] = i;
        for (int j = 1; j <= (int)b_length; j++) {
            int changed = above[j - 1] + (folded(a[i - 1]) != folded(b[j - 1]));
            row[j] = smallest(changed, smallest(above[j], row[j - 1]) + 1);
            if (i > 1 && j > 1 && folded(a[i - 1]) == folded(b[j - 2]) &&
                folded(a[i - 2]) == folded(b[j - 1]))
                row[j] = smallest(row[j], before[j - 2] + 1);
        }
        int *spare = before;
        before = above;
        above = row;
        row = spare;
    }
    return smallest(above[b_length], limit + 1);
}
