/* SPDX-License-Identifier: BSD-3-Clause */
/* What names and attributes in a text stand for. Knows nothing about operators and brackets. */
#include "text/parser.h"
#include "text/user_kernels.h"

#include <stdio.h>
#include <string.h>

bool fa__parser_refuse_keyword(fa__parser *p, const fa__token *token)
{
    static const char *const rows[][2] = {
        {"and", "'and' takes no arrays: write (...) & (...)"},
        {"or", "'or' takes no arrays: write (...) | (...)"},
        {"not", "'not' takes no arrays: write ~(...) of bool, or logical_not(...)"},
        {"if", "'if' takes no arrays: write where(condition, a, b)"},
        {"else", "'else' takes no arrays: write where(condition, a, b)"},
        {"in", "'in' is not part of expressions"},
        {"is", "'is' is not part of expressions: compare with =="},
        {"for", "'for' is not part of expressions: they work on whole arrays"},
        {"lambda", "'lambda' is not part of expressions"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (token->length == strlen(rows[i][0]) && memcmp(token->start, rows[i][0], token->length) == 0)
            return fa__parser_syntax(p, token->column, rows[i][1]);
    }
    return true;
}

static bool unknown(fa__parser *p, const fa__token *token, const char *what, const char *nearest)
{
    char quoted[64];
    fa__quote(quoted, sizeof quoted, token->start, token->length);
    if (nearest != NULL)
        return fa__fail_at_column(p->err, FA_UNKNOWN_NAME, token->column,
                                  "unknown %s '%s': did you mean '%s'?", what, quoted, nearest);
    return fa__fail_at_column(p->err, FA_UNKNOWN_NAME, token->column, "unknown %s '%s'", what, quoted);
}

static bool unknown_name(fa__parser *p, const fa__token *token)
{
    int distance;
    const char *nearest = fa__nearest_function(token->start, token->length, &distance);
    const char *variable = NULL;
    if (p->names->nearest != NULL)
        variable = p->names->nearest(token->start, token->length, p->names->user);
    if (variable != NULL && (nearest == NULL || fa__distance(token->start, token->length, variable,
                                                             strlen(variable), distance) <= distance))
        nearest = variable;
    return unknown(p, token, "name", nearest);
}

static bool variable(fa__parser *p, fa_array *array, int column)
{
    for (int i = 0; i < p->leaf_count; i++) {
        if (p->leaves[i]->array == array)
            return fa__parser_push_node(p, fa__node_retain(p->leaves[i]), column);
    }
    fa__node *leaf = fa__node_leaf(array, p->err);
    if (leaf != NULL && p->leaf_count < FA__MAX_LEAVES_REMEMBERED)
        p->leaves[p->leaf_count++] = fa__node_retain(leaf);
    return fa__parser_push_node(p, leaf, column);
}

/* The length of the "@2" that follows a name without a space: a version, where a kernel is called so. */
static size_t version_behind(const fa__parser *p, const fa__token *token)
{
    const char *behind = token->start + token->length, *end = p->lexer.text + p->lexer.length;
    size_t length = 1;
    if (behind == end || *behind != '@')
        return 0;
    while (behind + length < end && behind[length] >= '0' && behind[length] <= '9')
        length++;
    return length > 1 ? length : 0;
}

/* The two tokens of a version. */
static bool skip(fa__parser *p, size_t version)
{
    fa__token token;
    return version == 0 ||
           (fa__lexer_next(&p->lexer, &token, p->err) && fa__lexer_next(&p->lexer, &token, p->err));
}

static bool function_or_constant(fa__parser *p, const fa__token *token, bool *found)
{
    fa__value value = {.kind = FA__VALUE_FUNCTION, .column = token->column};
    size_t version = version_behind(p, token);
    fa__kernel *kernel = fa__kernel_find(token->start, token->length + version);
    if (kernel != NULL) {
        *found = true;
        value.as.function = fa__kernel_function(kernel);
        return fa__parser_push_value(p, value) && skip(p, version);
    }
    char versions[96];
    if (version > 0 && fa__kernel_versions(token->start, token->length, versions, sizeof versions) > 0)
        return fa__fail_at_column(p->err, FA_UNKNOWN_NAME, token->column,
                                  "kernel '%.*s' has no version %.*s: there is %s", (int)token->length,
                                  token->start, (int)version - 1, token->start + token->length + 1, versions);
    value.as.function = fa__function_find(token->start, token->length);
    *found = value.as.function != NULL || fa__constant_find(token->start, token->length, &value, p->err);
    if (fa_failed(p->err))
        return false;
    return !*found || fa__parser_push_value(p, value);
}

static bool is_numpy(const fa__token *token)
{
    return (token->length == 2 && memcmp(token->start, "np", 2) == 0) ||
           (token->length == 5 && memcmp(token->start, "numpy", 5) == 0);
}

/* NumPy's rooms of functions on strings: strings.upper, char.upper. */
static bool is_string_module(const fa__token *token)
{
    return (token->length == 7 && memcmp(token->start, "strings", 7) == 0) ||
           (token->length == 4 && memcmp(token->start, "char", 4) == 0);
}

/* The name behind the point. Comparisons in the room `char` are others: they leave out spaces at the end. */
static bool string_function(fa__parser *p, bool is_char)
{
    fa__token token;
    char name[64];
    bool read = fa__lexer_next(&p->lexer, &token, p->err) && fa__lexer_next(&p->lexer, &token, p->err);
    if (!read)
        return false;
    if (token.kind != FA__TOKEN_NAME || token.length > sizeof name - 9)
        return fa__parser_syntax(p, token.column, "a name is expected behind '.'");
    int length = snprintf(name, sizeof name, "strings.%.*s", (int)token.length, token.start);
    fa__value value = {.kind = FA__VALUE_FUNCTION, .column = token.column};
    value.as.function = fa__function_find(name, (size_t)length);
    if (is_char && value.as.function != NULL &&
        strncmp(fa__function_name(value.as.function), "strings.", 8) != 0)
        return fa__fail_at_column(p->err, FA_UNSUPPORTED, token.column,
                                  "comparisons of char leave out spaces at the end: write strings.%s",
                                  fa__function_name(value.as.function));
    int distance;
    const char *nearest = fa__nearest_function(name, (size_t)length, &distance);
    return value.as.function != NULL ? fa__parser_push_value(p, value)
                                     : unknown(p, &token, "function of strings", nearest);
}

bool fa__parser_name(fa__parser *p, const fa__token *token)
{
    fa__opened *below = fa__parser_top_open(p);
    if (!fa__parser_refuse_keyword(p, token))
        return false;
    if (below != NULL && below->kind == FA__OPEN_CALL && fa__lexer_sees(&p->lexer, "=")) {
        fa__token equals;
        if (!fa__lexer_next(&p->lexer, &equals, p->err))
            return false;
        fa__value keyword = {.kind = FA__VALUE_KEYWORD, .column = token->column};
        keyword.as.text.start = token->start;
        keyword.as.text.length = token->length;
        return fa__parser_push_value(p, keyword);
    }
    fa__node *node = NULL;
    if (p->names->find_node != NULL)
        node = p->names->find_node(token->start, token->length, p->names->user);
    if (node != NULL)
        return fa__parser_push_node(p, fa__node_retain(node), token->column);
    fa_array *array = NULL;
    if (p->names->find != NULL)
        array = p->names->find(token->start, token->length, p->names->user);
    if (array != NULL)
        return variable(p, array, token->column);
    bool found;
    if (!function_or_constant(p, token, &found))
        return false;
    if (found)
        return true;
    if (is_string_module(token) && fa__lexer_sees(&p->lexer, "."))
        return string_function(p, token->length == 4);
    if (is_numpy(token))
        return fa__parser_push_value(p, (fa__value){.kind = FA__VALUE_NUMPY, .column = token->column});
    return unknown_name(p, token);
}

bool fa__parser_attribute(fa__parser *p)
{
    fa__token token;
    if (!fa__lexer_next(&p->lexer, &token, p->err))
        return false;
    if (token.kind != FA__TOKEN_NAME)
        return fa__parser_syntax(p, token.column, "a name is expected behind '.'");
    if (fa__parser_top_value(p)->kind == FA__VALUE_NUMPY) {
        bool found;
        fa__parser_drop_values(p, p->value_count - 1);
        if (is_string_module(&token) && fa__lexer_sees(&p->lexer, "."))
            return string_function(p, token.length == 4);
        if (!function_or_constant(p, &token, &found))
            return false;
        int distance;
        return found || unknown(p, &token, "function of NumPy",
                                fa__nearest_function(token.start, token.length, &distance));
    }
    fa__value *value = fa__parser_top_value(p);
    if (value->kind == FA__VALUE_FUNCTION) {
        const fa__function *found = fa__ufunc_method_find(value->as.function, token.start, token.length);
        if (found == NULL)
            return unknown(p, &token, "method of a function", NULL);
        fa__value_release(value);
        value->as.function = found;
        return true;
    }
    if (!fa__parser_is_operand(p, value))
        return false;
    const fa__function *method = fa__method_find(token.start, token.length);
    if (method != NULL) {
        value->kind = FA__VALUE_METHOD;
        value->as.function = method;
        return true;
    }
    int distance;
    const fa__function *attribute = fa__attribute_find(token.start, token.length);
    if (attribute == NULL)
        return unknown(p, &token, "attribute", fa__nearest_attribute(token.start, token.length, &distance));
    return fa__attribute(attribute, value, p->err) || fa__parser_placed(p, token.column);
}
