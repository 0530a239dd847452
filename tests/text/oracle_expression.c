/* SPDX-License-Identifier: BSD-3-Clause */
/* Answers oracle_expression.py: reads declarations of arrays and expressions from stdin, one a line, and says
 * what type, shape and layout each expression has, or its error. Evaluates nothing.
 *
 *     var NAME DTYPE BYTES OFFSET SIZES STRIDES     sizes and strides separated by commas, "-" for none
 *     clear                                         forgets all arrays
 *     eval TEXT                                     answers "ok DTYPE SIZES STRIDES SAME TEXT" or "error CODE
 * COLUMN MESSAGE"
 *
 * SAME is 1 when the graph, written as text and parsed again, is the same graph; TEXT is that text. */
#include "text/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_VARIABLES = 8, LONGEST_LINE = 1 << 16 };

typedef struct variable {
    char name[16];
    fa_array *array;
} variable;

static variable variables[MOST_VARIABLES];
static int variable_count;

static fa_array *find(const char *name, size_t length, void *user)
{
    (void)user;
    for (int i = 0; i < variable_count; i++) {
        if (strlen(variables[i].name) == length && memcmp(variables[i].name, name, length) == 0)
            return variables[i].array;
    }
    return NULL;
}

static fa_array *find_leaf(const char *name, size_t length, void *user)
{
    bool is_leaf = length > 1 && name[0] == 'a' && name[1] >= '0' && name[1] <= '9';
    return is_leaf ? ((fa_array **)user)[atoi(name + 1)] : NULL;
}

static void clear(void)
{
    while (variable_count > 0)
        fa_release(variables[--variable_count].array);
}

static int read_list(char *text, int64_t *items)
{
    int count = 0;
    if (strcmp(text, "-") == 0)
        return 0;
    for (char *end = text; *end != '\0' && count < FA_MAX_NDIM; text = end + 1)
        items[count++] = strtoll(text, &end, 10);
    return count;
}

static void declare(char *line)
{
    char *words[6];
    for (int i = 0; i < 6; i++)
        words[i] = strtok(i == 0 ? line : NULL, " ");
    fa_error err = {0};
    fa__geometry geometry = {.offset = strtoll(words[3], NULL, 10)};
    geometry.ndim = read_list(words[4], geometry.sizes);
    read_list(words[5], geometry.strides);
    fa_dtype *dtype = fa_dtype_parse(words[1], &err);
    fa__source *source = fa__memory_source(strtoll(words[2], NULL, 10), &err);
    variable *made = &variables[variable_count];
    snprintf(made->name, sizeof made->name, "%s", words[0]);
    made->array = fa_failed(&err) ? NULL : fa__view(source, dtype, &geometry, true, &err);
    if (made->array != NULL)
        variable_count++;
    if (source != NULL)
        fa__source_release(source);
    fa_dtype_release(dtype);
    if (fa_failed(&err))
        printf("error %s %d %s\n", fa_error_name(err.code), (int)err.column, err.message);
    else
        printf("ok\n");
}

static void print_list(int count, const int64_t *items)
{
    printf("%s", count == 0 ? " -" : " ");
    for (int i = 0; i < count; i++)
        printf("%s%lld", i ? "," : "", (long long)items[i]);
}

static void round_trip(fa__node *root, fa_error *err)
{
    static char text[LONGEST_LINE];
    fa_array *leaves[MOST_VARIABLES * 4];
    int leaf_count = 0;
    fa__graph_text(root, NULL, text, sizeof text, leaves, MOST_VARIABLES * 4, &leaf_count, err);
    fa__names names = {.find = find_leaf, .user = leaves};
    fa__node *again = fa__parse(text, &names, err);
    bool same = again != NULL && fa__graph_equal(root, again, err);
    fa__node_release(again);
    printf(" %d %s", same ? 1 : 0, text);
    if (fa_failed(err))
        printf(" [%s]", err->message);
    printf("\n");
}

static void evaluate(const char *text)
{
    fa_error err = {0};
    fa__names names = {.find = find};
    fa__node *root = fa__parse(text, &names, &err);
    if (root == NULL) {
        printf("error %s %d %s\n", fa_error_name(err.code), (int)err.column, err.message);
        return;
    }
    char dtype[256];
    fa_dtype_text(root->dtype, dtype, sizeof dtype);
    for (char *space = dtype; (space = strchr(space, ' ')) != NULL;)
        *space = '_';
    printf("ok %s", dtype);
    print_list(root->ndim, root->sizes);
    print_list(root->ndim, root->strides);
    round_trip(root, &err);
    fa__node_release(root);
}

int main(void)
{
    static char line[LONGEST_LINE];
    while (fgets(line, sizeof line, stdin) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        if (strncmp(line, "var ", 4) == 0)
            declare(line + 4);
        else if (strncmp(line, "eval ", 5) == 0)
            evaluate(line + 5);
        else if (strcmp(line, "clear") == 0)
            clear();
        fflush(stdout);
    }
    clear();
    return 0;
}
