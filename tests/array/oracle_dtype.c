/* SPDX-License-Identifier: BSD-3-Clause */
/* Reads one dtype text per line and prints what farray makes of it, for oracle_dtype.py to compare with
 * NumPy: "ok TAB text TAB descr TAB display TAB itemsize TAB alignment TAB native" or "CODE TAB column TAB
 * message". */
#include "array/dtype.h"

#include <stdio.h>
#include <string.h>

int main(void)
{
    static char line[1 << 20], text[1 << 20], descr[1 << 20], display[1 << 20];
    while (fgets(line, sizeof line, stdin) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        fa_error err = {0};
        fa_dtype *dtype = fa_dtype_parse(line, &err);
        if (dtype == NULL) {
            printf("%s\t%d\t%s\n", fa_error_name(err.code), err.column, err.message);
            continue;
        }
        fa_dtype_text(dtype, text, sizeof text);
        fa__dtype_descr(dtype, descr, sizeof descr);
        fa__dtype_display(dtype, display, sizeof display);
        fa_dtype *again = fa_dtype_parse(text, &err), *from_descr = fa_dtype_parse(descr, &err);
        bool same = !fa_failed(&err) && fa_dtype_equal(dtype, again) && fa_dtype_equal(dtype, from_descr);
        printf("%s\t%s\t%s\t%s\t%lld\t%lld\t%d\n", same ? "ok" : "round trip differs", text, descr, display,
               (long long)fa_dtype_item_bytes(dtype), (long long)fa_dtype_alignment(dtype),
               fa_dtype_is_native(dtype));
        fa_dtype_release(again);
        fa_dtype_release(from_descr);
        fa_dtype_release(dtype);
    }
    return 0;
}
