/* SPDX-License-Identifier: BSD-3-Clause */
/* farray append: makes a file's array longer by the rows of another. */
#include "cli.h"

static void append(const arguments *parsed, fa_array *array, fa_array *rows, fa_error *err)
{
    progress_bar bar;
    cli_progress_begin(&bar, parsed->operands[0], parsed);
    fa_array *longer = fa_append(array, rows, &bar.options, err);
    cli_progress_end(&bar);
    if (longer != NULL)
        fa_flush(longer, err);
    if (!fa_failed(err) && parsed->given[OPTION_JSON]) {
        json_begin('{');
        json_key("file");
        json_string(parsed->operands[0]);
        json_describe(longer);
        json_end('}');
        putchar('\n');
    }
    fa_release(longer);
}

int command_append(const arguments *parsed)
{
    static const char *const names[] = {CLI_SELF, "rows"};
    int status = EXIT_OK;
    if (!cli_check_raws(parsed, names, 2))
        return EXIT_USAGE;
    fa_array *rows = cli_open(parsed, names[1], parsed->operands[1], &status), *array = NULL;
    if (rows != NULL)
        array = cli_open_as(parsed, names[0], parsed->operands[0], FA_READ_WRITE, &status);
    if (array != NULL) {
        fa_error err = {0};
        append(parsed, array, rows, &err);
        if (fa_failed(&err))
            status = cli_fail(&err, NULL);
    }
    fa_release(array);
    fa_release(rows);
    return status;
}
