/* SPDX-License-Identifier: BSD-3-Clause */
/* How errors look: one line on stderr that begins with the program's name; below an error in an expression
 * the expression and a caret. */
#include "cli.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

/* Whatever names and texts contain, the line stays one line. */
static void print_line(const char *text)
{
    fputs("farray: ", stderr);
    for (; *text != '\0'; text++) {
        unsigned char byte = (unsigned char)*text;
        if (byte < 0x20 || byte == 0x7f)
            fprintf(stderr, "\\x%02x", byte);
        else
            fputc(byte, stderr);
    }
    fputc('\n', stderr);
}

static void print_formatted(const char *format, va_list values)
{
    char text[4096];
    vsnprintf(text, sizeof text, format, values);
    print_line(text);
}

int cli_usage(const char *format, ...)
{
    va_list values;
    va_start(values, format);
    print_formatted(format, values);
    va_end(values);
    return EXIT_USAGE;
}

int cli_fail_text(const char *format, ...)
{
    va_list values;
    va_start(values, format);
    print_formatted(format, values);
    va_end(values);
    return EXIT_DATA;
}

static bool begins_character(char byte)
{
    return ((unsigned char)byte & 0xc0) != 0x80;
}

/* Shows at most WIDTH bytes around the column, which counts bytes from 1. */
static void print_caret(const char *expression, int column)
{
    enum { WIDTH = 72 };
    int length = (int)strnlen(expression, 1 << 20);
    int at = column - 1 < length ? column - 1 : length;
    int begin = at > WIDTH * 2 / 3 && length > WIDTH ? at - WIDTH / 2 : 0;
    while (begin > 0 && !begins_character(expression[begin]))
        begin--;
    int end = begin + WIDTH < length ? begin + WIDTH : length;
    while (end < length && !begins_character(expression[end]))
        end++;
    int blanks = 2;
    fputs("  ", stderr);
    if (begin > 0) {
        fputs("...", stderr);
        blanks += 3;
    }
    for (int i = begin; i < end; i++) {
        unsigned char byte = (unsigned char)expression[i];
        fputc(byte < 0x20 || byte == 0x7f ? ' ' : byte, stderr);
        blanks += i < at && begins_character(expression[i]);
    }
    fprintf(stderr, "%s\n%*s^\n", end < length ? "..." : "", blanks, "");
}

int cli_fail(const fa_error *err, const char *expression)
{
    if (err->code == FA_CANCELLED && cli_stopped_by() != 0) {
        print_line("interrupted");
        return 128 + cli_stopped_by();
    }
    print_line(err->message);
    if (expression != NULL && err->column > 0)
        print_caret(expression, err->column);
    return EXIT_DATA;
}

int cli_finish_output(int status)
{
    errno = 0;
    bool failed = ferror(stdout) != 0;
    if (fflush(stdout) != 0 || failed) {
        if (status == EXIT_OK)
            status = cli_fail_text("standard output: %s", strerror(errno != 0 ? errno : EIO));
    }
    return status;
}
