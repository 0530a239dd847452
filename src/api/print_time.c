/* SPDX-License-Identifier: BSD-3-Clause */
/* Dates and spans of time as text: datetime64 in the proleptic Gregorian calendar (ISO 8601 down to the
 * dtype's unit), timedelta64 as a count of its unit. Knows nothing about arrays. */
#include "api/print.h"
#include "array/time.h"

#include <inttypes.h>
#include <stdio.h>

void fa__time_date(fa__text *text, const fa_dtype *dtype, int64_t value, fa_error *err)
{
    char buffer[FA__TIME_TEXT];
    fa__time_text(fa__unit_of(dtype), fa__time_units(dtype, value), buffer);
    fa__text_add_string(text, buffer, err);
}

void fa__time_span(fa__text *text, const fa_dtype *dtype, int64_t value, fa_error *err)
{
    char buffer[64];
    snprintf(buffer, sizeof buffer, "%" PRId64 " %s", fa__time_units(dtype, value),
             fa__unit_plural(fa__unit_of(dtype)));
    fa__text_add_string(text, buffer, err);
}
