/* SPDX-License-Identifier: BSD-3-Clause */
/* NumPy's rules for the number of bins: formulas of how many elements there are, how far they reach, how they
 * are spread and where their quarters are. They are looked at now, since the number of bins is a shape. */
#include "expr/histogram.h"

#include "expr/formula.h"
#include "expr/node.h"
#include "expr/take.h"
#include "expr/types.h"

#include <math.h>
#include <string.h>

typedef struct sample {
    double n, least, most, deviation, quarters; /* between the quartiles */
    double skewness;
} sample;

typedef enum wanted { WIDTH = 0, DEVIATION = 1, QUARTERS = 2, SKEWNESS = 4 } wanted;

static double square_root_rule(const sample *s)
{
    return (s->most - s->least) / sqrt(s->n);
}

static double sturges_rule(const sample *s)
{
    return (s->most - s->least) / (log2(s->n) + 1.0);
}

static double rice_rule(const sample *s)
{
    return (s->most - s->least) / (2.0 * pow(s->n, 1.0 / 3));
}

static double scott_rule(const sample *s)
{
    return pow(24.0 * sqrt(3.14159265358979323846) / s->n, 1.0 / 3.0) * s->deviation;
}

static double fd_rule(const sample *s)
{
    return 2.0 * s->quarters * pow(s->n, -1.0 / 3.0);
}

static double auto_rule(const sample *s)
{
    return fmin(fmax(fd_rule(s), square_root_rule(s) / 2), sturges_rule(s));
}

static double doane_rule(const sample *s)
{
    if (!(s->n > 2) || !(s->deviation > 0))
        return 0;
    const double error = sqrt(6.0 * (s->n - 2) / ((s->n + 1.0) * (s->n + 3)));
    return (s->most - s->least) / (1.0 + log2(s->n) + log2(1.0 + fabs(s->skewness) / error));
}

static const struct {
    const char *name;
    double (*width)(const sample *s);
    int wants;
} rules[] = {
    {"auto", auto_rule, QUARTERS},    {"doane", doane_rule, DEVIATION | SKEWNESS},
    {"fd", fd_rule, QUARTERS},        {"rice", rice_rule, WIDTH},
    {"scott", scott_rule, DEVIATION}, {"sqrt", square_root_rule, WIDTH},
    {"sturges", sturges_rule, WIDTH},
};
enum { RULES = sizeof rules / sizeof *rules };

static int find_rule(const fa__histogram_arguments *arguments, fa_error *err)
{
    char quoted[48];
    for (int i = 0; i < RULES; i++)
        if (strlen(rules[i].name) == arguments->estimator_length &&
            memcmp(rules[i].name, arguments->estimator, arguments->estimator_length) == 0)
            return i;
    fa__quote(quoted, sizeof quoted, arguments->estimator, arguments->estimator_length);
    fa__fail(err, FA_INVALID_ARGUMENT,
             "'%s' is no rule for the number of bins; these are: auto doane fd rice scott sqrt sturges",
             quoted);
    return -1;
}

/* Truth values as 0 and 1, of which there are differences. */
static fa__node *numbers_of(fa__node *input, fa_error *err)
{
    return input->dtype->type == FA_TYPE_BOOL ? fa__node_cast(input, FA_UINT8, err) : fa__node_retain(input);
}

/* The elements inside of the range. */
static fa__node *inside(fa__node *input, const fa__histogram_arguments *arguments, fa_error *err)
{
    fa__node *nodes[3] = {input, arguments->first, arguments->last};
    return arguments->has_range ? fa__compose("a[(a >= b) & (a <= c)]", 3, nodes, err)
                                : fa__node_retain(input);
}

static void look(fa__node *input, int wants, sample *s, fa_error *err)
{
    s->least = fa__formula_number("min(a)", input, err);
    s->most = fa__formula_number("max(a)", input, err);
    if (wants & (DEVIATION | SKEWNESS))
        s->deviation = fa__formula_number("std(a)", input, err);
    if (wants & QUARTERS)
        s->quarters = fa__formula_number("subtract(percentile(a, 75), percentile(a, 25))", input, err);
    if ((wants & SKEWNESS) && s->deviation > 0)
        s->skewness = fa__formula_number("mean(((a - mean(a)) / std(a)) ** 3)", input, err);
}

bool fa__histogram_estimate(fa__node *input, const fa__histogram_arguments *arguments, int64_t *count,
                            fa_error *err)
{
    *count = 1;
    if (arguments->weights != NULL)
        return fa__fail(err, FA_BAD_TYPES,
                        "Automated estimation of the number of bins is not supported for weighted data");
    const int rule = find_rule(arguments, err);
    fa__node *numbers = rule >= 0 ? numbers_of(input, err) : NULL,
             *seen = numbers != NULL ? inside(numbers, arguments, err) : NULL;
    if (seen != NULL && fa__count(seen->ndim, seen->sizes) > 0) {
        sample s = {.n = (double)fa__count(seen->ndim, seen->sizes)};
        look(seen, rules[rule].wants, &s, err);
        double width = fa_failed(err) ? 0 : rules[rule].width(&s), first = s.least, last = s.most;
        if (arguments->has_range) {
            first = fa__formula_number("a + 0.0", arguments->first, err);
            last = fa__formula_number("a + 0.0", arguments->last, err);
        }
        if (!fa_failed(err) &&
            fa__histogram_ends(FA_TYPE_FLOAT64, arguments->has_range, &first, &last, err) && width > 0) {
            if (fa__type_is_integer(numbers->dtype->type) && width < 1)
                width = 1;
            const double bins = ceil((last - first) / width);
            *count = bins < 9e18 ? (int64_t)bins : INT64_MAX;
        }
    }
    fa__node_release(seen);
    fa__node_release(numbers);
    return !fa_failed(err);
}
