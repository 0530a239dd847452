/* SPDX-License-Identifier: BSD-3-Clause */
/* What a user's program is: built against the installed package by each of the ways that the README names. */
#include <farray/farray.h>

#include <stdio.h>

int main(void)
{
    fa_error err = {0};
    fa_array *a = fa_from_float64((double[]){1, 4, 9}, FA_SHAPE(3), &err);
    fa_array *roots = fa_eval("sqrt(a)", FA_VARS({"a", a}), &err);
    fa_print(stdout, roots, NULL, &err);
    fa_release(roots);
    fa_release(a);
    if (fa_failed(&err))
        fprintf(stderr, "consumer: %s\n", err.message);
    return fa_failed(&err);
}
