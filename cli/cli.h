/* SPDX-License-Identifier: BSD-3-Clause */
/* What the files of the command line share: the table of commands and options, parsed arguments, and the
 * manners that all commands have: how errors, progress and JSON look. A command is a function from parsed
 * arguments to an exit status. Everything about arrays is done by the library, through its public headers. */
#ifndef FARRAY_CLI_H
#define FARRAY_CLI_H

#include <farray/farray.h>

#include <stdio.h>

/* Exit statuses. A command that a signal stopped ends with 128 + the signal's number. */
enum { EXIT_OK = 0, EXIT_DATA = 1, EXIT_USAGE = 2 };

/* ---- The table (table.c) ---- */

typedef enum option_id {
    OPTION_DTYPE,
    OPTION_SHAPE,
    OPTION_ORDER,
    OPTION_FILL,
    OPTION_SEED,
    OPTION_AXIS,
    OPTION_DESCENDING,
    OPTION_OUTPUT,
    OPTION_FORCE,
    OPTION_RAW,
    OPTION_VIEW,
    OPTION_KERNEL,
    OPTION_TO,
    OPTION_CODEC,
    OPTION_RTOL,
    OPTION_ATOL,
    OPTION_EQUAL_NAN,
    OPTION_QUANTILES,
    OPTION_HISTOGRAM,
    OPTION_PRECISION,
    OPTION_SUPPRESS,
    OPTION_THRESHOLD,
    OPTION_EDGE_ITEMS,
    OPTION_LINE_WIDTH,
    OPTION_MEMORY,
    OPTION_THREADS,
    OPTION_JSON,
    OPTION_QUIET,
    OPTION_HELP,
    OPTION_VERSION,
    OPTION_COUNT
} option_id;

typedef struct option_row {
    const char *name;     /* without the dashes */
    const char *argument; /* what its value is called; NULL: it takes none */
    const char *help;
    char letter; /* '\0': none */
    bool repeatable;
    bool takes_path;
    const char *choices;   /* values that can be offered, separated by spaces; NULL: none */
    const char *otherwise; /* its value where none follows "="; NULL: the next argument is its value */
} option_row;

/* A name and what it means; a list ends with a NULL name. */
typedef struct text_row {
    const char *name, *text;
} text_row;

struct arguments;

enum { CLI_MOST_EXAMPLES = 5, CLI_MOST_COMMANDS = 32 };

typedef struct example {
    const char *command, *meaning;
} example;

typedef struct command_row {
    const char *name;
    const char *operands;              /* as the synopsis shows them */
    const char *summary;               /* one line */
    const char *details;               /* paragraphs for --help */
    uint64_t options;                  /* 1 << option_id */
    int least_operands, most_operands; /* most -1: no limit */
    example examples[CLI_MOST_EXAMPLES];
    int (*run)(const struct arguments *parsed);
} command_row;

extern const option_row cli_options[OPTION_COUNT];
extern const command_row cli_commands[];
extern const int cli_command_count;
extern const text_row cli_exit_statuses[], cli_environment[];

/* ---- Arguments (options.c) ---- */

typedef struct value_list {
    int count;
    const char **values;
} value_list;

typedef struct arguments {
    const command_row *command;
    int operand_count;
    const char **operands;
    bool given[OPTION_COUNT];
    const char *values[OPTION_COUNT]; /* of repeatable options the last one */
    value_list lists[OPTION_COUNT];   /* of repeatable options all */
} arguments;

/* Takes the command line apart. False after a usage error was reported. */
bool cli_parse(int argc, char **argv, arguments *parsed);
void cli_arguments_clear(arguments *parsed);

/* Texts of option values. `what` names the text in the error that is reported when they give false. */
bool cli_parse_shape(const char *what, const char *text, size_t length, bool may_infer,
                     int64_t sizes[FA_MAX_NDIM], int *ndim);
bool cli_parse_integer(const char *what, const char *text, size_t length, int64_t least, int64_t most,
                       int64_t *value);
/* "256M", "1.5G", "64KiB": K, M, G, T and KiB, ... are powers of 1024; KB, ... of 1000. */
bool cli_parse_bytes(const char *what, const char *text, size_t *bytes);
bool cli_parse_order(const char *what, const char *text, size_t length, fa_order *order);
/* A dtype; NULL after a usage error was reported. */
fa_dtype *cli_parse_dtype(const char *what, const char *text, size_t length);

bool cli_parse_number(const char *what, const char *text, double least, double most, double *value);

/* The candidate that `text` may have been meant to be; NULL when none is near. */
const char *cli_nearest(const char *text, size_t length, const char *const *candidates, int count);

/* ---- Opening (open.c) ---- */

/* Opens an operand for reading: as --raw says, or by its header. `name` is what the expression calls it;
 * NULL: the one operand of a command. Sets *status and gives NULL when it fails. */
fa_array *cli_open(const arguments *parsed, const char *name, const char *path, int *status);
fa_array *cli_open_as(const arguments *parsed, const char *name, const char *path, fa_mode mode, int *status);
/* Usage errors of --raw and --view options that belong to no operand. */
bool cli_check_raws(const arguments *parsed, const char *const *names, int count);

/* The length of PATH in "PATH" and "PATH::NAME"; *member is NAME, or NULL. */
size_t cli_split_name(const char *name, const char **member);

/* ---- Saving (save.c) ---- */

/* What --order, --dtype, --to and --codec say about new files. *dtype is what --dtype names, released by
 * the caller. False after a usage error was reported. */
bool cli_parse_saving(const arguments *parsed, fa_create_options *options, fa_dtype **dtype);
/* A result in the place of an input is safe (the input is read through while the new file has no name yet),
 * but seldom meant: it is asked for by --force. `label` is what the input is called. */
int cli_check_output(const arguments *parsed, const char *output, const char *label, const char *input);
/* Computes all outputs under a bar; with --json says what became of them. */
void cli_save(const arguments *parsed, const fa_output *outputs, int count, fa_error *err);

/* ---- Operands of expressions (inputs.c) ---- */

/* What expressions, and --raw, call the file that a command changes. */
#define CLI_SELF "self"

typedef struct cli_inputs {
    int count;
    bool has_target; /* the first one, called CLI_SELF */
    char **names;    /* owned */
    const char **paths;
    fa_variable *variables;
} cli_inputs;

/* Whether an operand looks like NAME=PATH, and not like an expression. */
bool cli_is_input(const char *operand);
/* Takes operands NAME=PATH, and `target`, the path of the file that is changed (NULL: none is). False
 * after a usage error was reported. */
bool cli_take_inputs(const arguments *parsed, const char *const *operands, int count, const char *target,
                     cli_inputs *taken);
/* Opens them; gives the exit status. */
int cli_open_inputs(const arguments *parsed, cli_inputs *taken);
void cli_release_inputs(cli_inputs *taken);

/* ---- Reporting (report.c) ---- */

/* One line on stderr; gives EXIT_USAGE. */
int cli_usage(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* One line on stderr for an error of the library; gives the exit status. `expression`, when it is not NULL
 * and the error has a column, is shown with a caret below. */
int cli_fail(const fa_error *err, const char *expression);
/* The same for what the command line finds wrong with files: gives EXIT_DATA. */
int cli_fail_text(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Whatever was printed must have arrived: gives `status`, or EXIT_DATA after it reported why not. */
int cli_finish_output(int status);

/* ---- Progress (progress.c) ---- */

/* Options for evaluations that can be interrupted, and that draw a bar on a terminal. */
typedef struct progress_bar {
    fa_evaluate_options options;
    const char *verb;
    bool shown;      /* on this terminal at all */
    bool drawn;      /* a bar stands there now */
    double drawn_at; /* seconds */
} progress_bar;
void cli_progress_begin(progress_bar *bar, const char *verb, const arguments *parsed);
void cli_progress_end(progress_bar *bar);
/* From here on a signal ends the program at once: nothing would be left behind. */
void cli_progress_release_signals(void);
/* The signal that asked to stop; 0: none. */
int cli_stopped_by(void);

/* ---- JSON (json.c) ---- */

/* Writes one value after the other to standard output; commas come by themselves. Numbers have the fewest
 * digits that read back as the same double. JSON has no words for NaN and infinities: they are the strings
 * "nan", "inf", "-inf". */
void json_begin(char bracket);
void json_end(char bracket);
void json_key(const char *key);
void json_string(const char *text);
void json_integer(int64_t value);
void json_unsigned(uint64_t value);
void json_number(double value);
void json_boolean(bool value);
void json_null(void);
/* A string, code point by code point. */
void json_string_begin(void);
void json_string_point(uint32_t point);
void json_string_end(void);
/* "dtype" and "shape" of an array, as members of the object that is open. */
void json_describe(fa_array *array);
/* The elements of an array, computed and read. */
typedef struct json_value {
    fa_array *array;
    fa_type type;              /* of `elements`: bool, int64, uint64, float64, complex128, bytes or string */
    char *elements;            /* in C order, or */
    char **texts;              /* one for each element, or */
    struct json_value *fields; /* of records */
    int field_count;
    int64_t text_count, next;
    size_t item_bytes;
} json_value;
bool json_load(fa_array *array, json_value *value, fa_error *err);
/* Nested lists. Complex numbers are {"real", "imag"}, records are objects, dates are strings. */
void json_elements(json_value *value);
void json_unload(json_value *value);
/* Arrays of at most this many elements are written in full. */
enum { JSON_MOST_ELEMENTS = 1000 };

/* ---- Values (show.c) ---- */

/* Prints an array as NumPy does, or as JSON: dtype, shape and value, which is null when there are more than
 * JSON_MOST_ELEMENTS. */
/* Usage errors of the options that say how to print: asked for before anything is computed. */
bool cli_check_printing(const arguments *parsed);
void cli_print_value(fa_array *array, const arguments *parsed, fa_error *err);

/* ---- Quantiles and histograms (distribution.c) ---- */

enum { CLI_MOST_QUANTILES = 100, CLI_MOST_BINS = 1000 };

/* What --quantiles and --histogram ask for, and the answers. Zero it; ended by distribution_clear(). */
typedef struct distribution {
    int q_count; /* 0: none */
    double q[CLI_MOST_QUANTILES];
    int64_t bins;                 /* 0: no histogram */
    fa_array *places, *quantiles; /* quantiles come first along the first axis */
    fa_array *least, *most;       /* of what is finite: where bins begin and end */
    fa_array *counts, *edges;
} distribution;

/* False after a usage error was reported. */
bool distribution_parse(const arguments *parsed, distribution *d);
/* What is computed together with other statistics: adds at most three outputs. */
int distribution_ask(distribution *d, fa_array *array, fa_axes axes, fa_output *outputs, fa_error *err);
/* Counts in bins, once it is known where they are. */
void distribution_count(distribution *d, fa_array *array, const fa_evaluate_options *options, fa_error *err);
void distribution_print(const distribution *d, fa_error *err);
/* Members of the object that is open. */
void distribution_json(const distribution *d, fa_error *err);
void distribution_clear(distribution *d);

/* ---- Commands (one file each) ---- */

int command_create(const arguments *parsed);
int command_info(const arguments *parsed);
int command_show(const arguments *parsed);
int command_eval(const arguments *parsed);
int command_set(const arguments *parsed);
int command_append(const arguments *parsed);
int command_sort(const arguments *parsed);
int command_stats(const arguments *parsed);
int command_convert(const arguments *parsed);
int command_diff(const arguments *parsed);
int command_ops(const arguments *parsed);

/* help.c */
void help_all(void);
void help_command(const command_row *command);

#endif
