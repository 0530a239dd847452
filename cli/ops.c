/* SPDX-License-Identifier: BSD-3-Clause */
/* farray ops: everything that expressions can call or name, by group, from the library's list. */
#include "cli.h"

static const struct {
    const char *name, *title;
} groups[FA_OPERATION_KIND_COUNT] = {
    [FA_OPERATION_ELEMENTWISE] = {"elementwise", "Elementwise, with broadcasting"},
    [FA_OPERATION_REDUCTION] = {"reduction", "Reductions: sum(a), sum(a, axis=0, keepdims=True), a.sum()"},
    [FA_OPERATION_FUNCTION] = {"function", "Functions made of others"},
    [FA_OPERATION_VIEW] = {"view", "Views: the same elements, nothing is computed"},
    [FA_OPERATION_CONVERSION] = {"conversion", "Conversions of element types"},
    [FA_OPERATION_GENERATOR] = {"generator", "Generators: arrays made from positions"},
    [FA_OPERATION_ATTRIBUTE] = {"attribute", "Attributes: a.T"},
    [FA_OPERATION_MOVE] = {"move", "Moves: the same elements in other places"},
    [FA_OPERATION_CONSTANT] = {"constant", "Constants"},
    [FA_OPERATION_WHOLE] = {"whole", "Of whole arrays"},
    [FA_OPERATION_PRODUCT] = {"product", "Products of matrices and vectors"},
    [FA_OPERATION_KERNEL] = {"kernel", "Kernels of the user's"},
};

static void print_json(void)
{
    fa_operation_info info;
    json_begin('[');
    for (int i = 0; fa_operation_at(i, &info); i++) {
        json_begin('{');
        json_key("name");
        json_string(info.name);
        json_key("kind");
        json_string(groups[info.kind].name);
        json_key("arity");
        json_integer(info.arity);
        json_key("outputs");
        json_integer(info.outputs);
        json_key("parameters");
        json_string(info.parameters);
        json_key("method");
        json_boolean(info.is_method);
        json_key("symbol");
        json_string(info.symbol);
        json_key("aliases");
        json_string(info.aliases);
        json_key("documentation");
        json_string(info.documentation);
        json_end('}');
    }
    json_end(']');
    putchar('\n');
}

int command_ops(const arguments *parsed)
{
    if (parsed->given[OPTION_JSON]) {
        print_json();
        return EXIT_OK;
    }
    fa_operation_info info;
    int kind = -1;
    for (int i = 0; fa_operation_at(i, &info); i++) {
        if ((int)info.kind != kind) {
            printf("%s%s\n", kind < 0 ? "" : "\n", groups[info.kind].title);
            kind = (int)info.kind;
        }
        char other[64];
        snprintf(other, sizeof other, "%s%s%s", info.symbol, info.symbol[0] && info.aliases[0] ? " " : "",
                 info.aliases);
        printf("  %-14s %d  %-22s %s\n", info.name, info.arity, other, info.documentation);
    }
    return EXIT_OK;
}
