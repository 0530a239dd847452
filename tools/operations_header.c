/* SPDX-License-Identifier: BSD-3-Clause */
/* Writes <farray/operations.h>: the public functions of the list of operations, with their documentation. */
#include "kernel/operations.h"
#include "kernel/strings.h"

#include <stdio.h>
#include <string.h>

static const char *parameters_of(int arity)
{
    return arity == 1   ? "fa_array *a"
           : arity == 2 ? "fa_array *a, fa_array *b"
                        : "fa_array *a, fa_array *b, fa_array *c";
}

static void elementwise(FILE *out, const char *name, int arity, const char *aliases,
                        const char *documentation)
{
    fprintf(out, "/// %s\n", documentation);
    if (aliases[0] != '\0')
        fprintf(out, "/// In expressions also: %s.\n", aliases);
    fprintf(out, "FA_API fa_array *fa_%s(%s, fa_error *err);\n", name, parameters_of(arity));
}

static void pair(FILE *out, const char *name, int arity, const char *second, const char *documentation)
{
    fprintf(out, "/// %s\n/// In expressions: %s(...)[0] and %s(...)[1].\n", documentation, name, name);
    fprintf(out, "FA_API fa_array *fa_%s(%s, fa_array **%s, fa_error *err);\n", name, parameters_of(arity),
            second);
}

static void reduction(FILE *out, const char *name, const char *documentation)
{
    fprintf(out,
            "/// %s\nFA_API fa_array *fa_%s(fa_array *a, fa_axes axes, const fa_reduce_options *options, "
            "fa_error *err);\n",
            documentation, name);
}

/* Arrays by the names that text has for them; those that text may leave out may be NULL. */
static void of_strings(FILE *out, const char *name, const char *parameters, const char *documentation)
{
    fprintf(out, "/// %s\nFA_API fa_array *fa_strings_%s(", documentation, name);
    while (*parameters != '\0') {
        size_t length = strcspn(parameters, " ");
        bool optional = parameters[length - 1] == '=';
        const char *plain = strncmp(parameters, "new ", 4) == 0 ? "replacement" : NULL; /* no name in C++ */
        fprintf(out, "fa_array *%.*s, ", plain ? (int)strlen(plain) : (int)(length - optional),
                plain ? plain : parameters);
        parameters += length + (parameters[length] == ' ');
    }
    fputs("fa_error *err);\n", out);
}

static void scan(FILE *out, const char *name, const char *documentation)
{
    fprintf(out,
            "/// %s `dtype` (may be NULL) is that of the result and of every step.\nFA_API fa_array "
            "*fa_%s(fa_array *a, "
            "fa_axes axes, const fa_dtype *dtype, fa_error *err);\n",
            documentation, name);
}

int main(int argc, char **argv)
{
    FILE *out = argc > 1 ? fopen(argv[1], "w") : stdout;
    if (out == NULL) {
        perror(argv[1]);
        return 1;
    }
    fputs("/* SPDX-License-Identifier: BSD-3-Clause */\n"
          "/* Made from src/kernel/operations.h by tools/operations_header.c: change that list, not this "
          "file. */\n"
          "/// Operations. All give a pending array and compute nothing; types, broadcasting and values are "
          "NumPy's.\n"
          "///\n"
          "/// Returns  one reference to a pending array.\n"
          "/// Errors   FA_BAD_TYPES, FA_BAD_SHAPE, FA_BAD_INDEX (axes), FA_NO_MEMORY.\n"
          "/// Threads  safe.\n"
          "#ifndef FARRAY_OPERATIONS_H\n#define FARRAY_OPERATIONS_H\n\n#include <farray/array.h>\n\n"
          "#ifdef __cplusplus\nextern \"C\" {\n#endif\n\n"
          "/// @name Elementwise operations, with broadcasting\n/// @{\n",
          out);
#define X(id, name, arity, symbol, aliases, rule, documentation) \
    elementwise(out, #name, arity, aliases, documentation);
    FA__ELEMENTWISE(X)
#undef X
    fputs("/// @}\n\n"
          "/// @name Functions of two outputs\n"
          "/// They return the first and write the second, one reference each; NULL to both when one fails. "
          "Asked for\n"
          "/// together, as by fa_evaluate_all(), they share one pass.\n/// @{\n",
          out);
#define X(name, arity, first, second, name_of_second, documentation) \
    pair(out, #name, arity, #name_of_second, documentation);
    FA__PAIRS(X)
#undef X
    fputs("/// @}\n\n"
          "/// @name Strings\n"
          "/// NumPy's numpy.strings, on bytes and on Unicode. Arrays named start, end, count, tabsize, "
          "chars and fillchar may\n"
          "/// be NULL: then they are what NumPy takes. fa_from_text() makes a string of a text.\n/// @{\n",
          out);
#define X(id, name, parameters, kinds, result, documentation) \
    of_strings(out, #name, parameters, documentation);
    FA__STRING_OPERATIONS(X)
#undef X
    fputs("/// @}\n\n"
          "/// Options of reductions. Zero it, then set what differs; NULL is all defaults.\n"
          "typedef struct fa_reduce_options {\n"
          "    const fa_dtype *dtype; ///< of the result and of the additions; NULL: NumPy's default\n"
          "    bool keepdims;         ///< reduced axes stay, with size 1\n"
          "    double ddof;           ///< var, std: what is taken from the count of elements (NumPy's "
          "correction)\n"
          "    fa_array *initial;     ///< one number that sum, prod, min, max begin with; NULL: none\n"
          "    fa_array *where;       ///< bool, broadcast to the array: elements where it is false are left "
          "out; NULL: none are\n"
          "    fa_array *mean;        ///< var, std: the mean, of the result's shape with keepdims; NULL: it "
          "is computed\n"
          "    uint64_t reserved[4];  ///< zero\n"
          "} fa_reduce_options;\n\n"
          "/// @name Reductions over the axes given\n/// @{\n",
          out);
#define X(id, name, aliases, documentation) reduction(out, #name, documentation);
    FA__REDUCTIONS(X)
#undef X
    fputs("/// @}\n\n/// @name Scans along one axis, or of all elements in C order (FA_ALL_AXES)\n/// @{\n",
          out);
#define X(id, name, operation, documentation) scan(out, #name, documentation);
    FA__SCANS(X)
#undef X
    fputs("/// @}\n\n#ifdef __cplusplus\n}\n#endif\n\n#endif\n", out);
    if (fflush(out) != 0 || ferror(out)) {
        perror("operations.h");
        return 1;
    }
    return out != stdout && fclose(out) != 0;
}
