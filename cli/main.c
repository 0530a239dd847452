/* SPDX-License-Identifier: BSD-3-Clause */
/* The command line: parses, sets the limits, runs the command. */
#include "cli.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MOST_THREADS = 256 }; /* of the library */

/* Texts that are NULL leave the limit as it is. */
static bool set_memory(const char *what, const char *text)
{
    fa_error err = {0};
    size_t bytes;
    if (text == NULL)
        return true;
    if (!cli_parse_bytes(what, text, &bytes))
        return false;
    fa_set_memory_limit(bytes, &err);
    if (fa_failed(&err))
        cli_usage("%s: %s", what, err.message);
    return !fa_failed(&err);
}

static bool set_threads(const char *what, const char *text)
{
    fa_error err = {0};
    int64_t threads;
    if (text == NULL)
        return true;
    if (!cli_parse_integer(what, text, strlen(text), 1, MOST_THREADS, &threads))
        return false;
    fa_set_threads((int)threads, &err);
    if (fa_failed(&err))
        cli_usage("%s: %s", what, err.message);
    return !fa_failed(&err);
}

static bool set_limits(const arguments *parsed)
{
    return set_memory("--memory", parsed->values[OPTION_MEMORY]) &&
           set_threads("--threads", parsed->values[OPTION_THREADS]);
}

/* A standard stream that the caller has closed would lend its number to the first file that is opened: what
 * is printed would go there. Its place is taken by something that cannot be written. */
static void occupy_standard_streams(void)
{
    FILE *stand_in;
    do
        stand_in = fopen("/dev/null", "r");
    while (stand_in != NULL && fileno(stand_in) <= STDERR_FILENO);
    if (stand_in != NULL)
        fclose(stand_in);
}

/* What OpenBLAS takes is said before it is loaded. On processors that it does not know it takes a kernel for
 * old ones. Threads of its own would have nothing to do, and where address space is short (ulimit -v) they
 * look for some for ever, and the process does not end. */
static void set_up_blas(void)
{
    setenv("OPENBLAS_NUM_THREADS", "1", 0);
#ifdef __x86_64__
    const char *kernel =
        __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq") ? "SKYLAKEX" : "HASWELL";
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
        setenv("OPENBLAS_CORETYPE", kernel, 0);
#endif
}

static int load_kernels(const arguments *parsed)
{
    const value_list *files = &parsed->lists[OPTION_KERNEL];
    fa_error err = {0};
    for (int i = 0; i < files->count; i++)
        if (*files->values[i] == '\0') {
            cli_usage("--kernel: the path is empty");
            return EXIT_USAGE;
        }
    for (int i = 0; i < files->count; i++)
        fa_kernel_load(files->values[i], &err);
    return fa_failed(&err) ? cli_fail(&err, NULL) : EXIT_OK;
}

static bool is_one_of(const char *name, const char *const *words)
{
    const char *value = getenv(name);
    for (int i = 0; words[i] != NULL && value != NULL; i++)
        if (strcmp(value, words[i]) == 0)
            return true;
    if (value != NULL)
        cli_usage("%s: '%s' is not one of its values (farray --help lists them)", name, value);
    return value == NULL;
}

/* The library takes what it does not understand in its environment for the default; a person who typed it
 * wants to know. */
static bool environment_is_good(void)
{
    static const char *const io[] = {"auto", "mmap", "pread", "direct", NULL};
    static const char *const isa[] = {"x86-64-v3", "x86-64-v4", NULL};
    static const char *const math[] = {"accurate", "fast", NULL};
    return is_one_of("FARRAY_IO", io) && is_one_of("FARRAY_ISA", isa) && is_one_of("FARRAY_MATH", math) &&
           set_memory("FARRAY_MEMORY", getenv("FARRAY_MEMORY")) &&
           set_threads("FARRAY_THREADS", getenv("FARRAY_THREADS"));
}

static int run(int argc, char **argv, arguments *parsed)
{
    if (!environment_is_good() || !cli_parse(argc, argv, parsed))
        return EXIT_USAGE;
    if (parsed->given[OPTION_VERSION]) {
        printf("farray %s\n", FA_VERSION);
        return EXIT_OK;
    }
    if (parsed->given[OPTION_HELP]) {
        if (parsed->command != NULL)
            help_command(parsed->command);
        else
            help_all();
        return EXIT_OK;
    }
    if (!set_limits(parsed))
        return EXIT_USAGE;
    int status = load_kernels(parsed);
    return status == EXIT_OK ? parsed->command->run(parsed) : status;
}

int main(int argc, char **argv)
{
    arguments parsed = {0};
    occupy_standard_streams();
    set_up_blas();
    signal(SIGXFSZ, SIG_IGN); /* output past the limit of file sizes is an error, not a death */
    int status = cli_finish_output(run(argc, argv, &parsed));
    cli_arguments_clear(&parsed);
    return status;
}
