/* SPDX-License-Identifier: BSD-3-Clause */
/* Typed graphs of what is to be computed: immutable nodes, shared, reference counted. A node has a dtype in
 * the machine's byte order, a shape, and a *virtual layout*: the dense strides (bytes, NumPy's K order) that
 * its elements would have if they stood in memory; a view of a node is a geometry on that layout. Knows
 * nothing about evaluation.
 *
 * Everything walks and releases graphs without recursion: they may be a million nodes deep. */
#ifndef FA_EXPR_GRAPH_H
#define FA_EXPR_GRAPH_H

#include <farray/create.h>
#include "array/promote.h"
#include "array/slice.h"
#include "array/view.h"
#include "kernel/kernel.h"
#include "kernel/strings.h"

typedef enum fa__node_kind {
    FA__NODE_LEAF,      /* a view of any source */
    FA__NODE_SCALAR,    /* one constant */
    FA__NODE_OPERATION, /* elementwise: inputs have the loop's type; shapes broadcast */
    FA__NODE_STRING,    /* elementwise, of strings of any width; code is a fa__string_operation */
    FA__NODE_CAST,      /* elementwise: input to dtype */
    FA__NODE_REDUCE,    /* over axes of its one input */
    FA__NODE_SCAN,      /* its one input with an operation repeated along an axis, every step kept */
    FA__NODE_FOLD,      /* the same, the last step alone; a second input, a SCALAR, is what it begins with */
    FA__NODE_VIEW,      /* a geometry on its input's virtual layout */
    FA__NODE_GENERATE,  /* made from positions */
    FA__NODE_MOVE,      /* elements of its inputs in other places */
    FA__NODE_KERNEL,    /* elementwise: an output, by its number in code, of a user's kernel */
    FA__NODE_WHOLE      /* made from its inputs as wholes: sorted, selected, counted, multiplied */
} fa__node_kind;

typedef struct fa__node fa__node;
typedef struct fa__kernel fa__kernel; /* expr/user_kernel.h */

struct fa__node {
    fa__references references;
    fa__node_kind kind;
    int code; /* fa__operation, fa__reduction, fa__generator, fa__move or fa__whole */
    fa_type
        loop_type; /* OPERATION, SCAN, FOLD: the type of its loop; REDUCE: the type of its reducer's input */
    const fa_dtype *dtype; /* of the result, in the machine's byte order; a LEAF's may be any */
    int ndim;
    int64_t *sizes; /* both inside geometry[] */
    int64_t *
        strides; /* LEAF: the view's own; else the virtual layout; VIEW: its geometry on the input's layout */
    int64_t offset;     /* VIEW: into the input's virtual layout; LEAF: the view's; else 0 */
    fa_array *array;    /* LEAF, else NULL */
    fa__weak weak;      /* SCALAR: FA__STRONG, or the Python kind it was written as */
    bool mixed_compare; /* OPERATION: compares int64 with uint64; loop_type is that of the first */
    bool implicit;      /* CAST: made by the rules of types, not asked for: text does not show it */
    union {
        unsigned char
            bytes[16]; /* SCALAR: its value as its dtype, where that fits; `element` says where it is */
        struct {
            uint64_t axes; /* REDUCE, SCAN, FOLD: mask of the input's axes; one axis, of a scan or fold that
                              is not flat */
            bool keepdims; /* REDUCE, FOLD */
            bool flat;     /* SCAN: all elements in C order, one axis comes out */
            double ddof;
            int option; /* WHOLE: which of its kinds, as the operation reads it; a WHOLE has the others too,
                           as far as it */
            int64_t number; /* reads them */
        } reduce;
        fa__generator_params generate;
        struct {
            int axis;              /* MOVE: along which the elements go to other places */
            struct fa__take *take; /* MOVE by positions or a mask (expr/take.h), else NULL; released here */
        } move;
    } as;
    fa__kernel *kernel;  /* KERNEL, and the WHOLE of one: one reference; else NULL */
    fa__node *next_free; /* while being released */
    fa_array
        *kept; /* the values once an evaluation has computed them (engine's, under its lock); released here */
    unsigned char *element; /* SCALAR: its value as its dtype */
    int input_count;
    fa__node **inputs; /* inside geometry[] too */
    int64_t geometry[];
};

/* Every maker gives one reference, borrows its inputs (and keeps references of its own), and returns NULL
 * with a failed err. A NULL input with a failed err is passed through. Makers see a weak scalar as Python's
 * scalar where it meets others in an elementwise operation; everywhere else it is the 0-d array that NumPy
 * makes of it. */
fa__node *fa__node_retain(fa__node *node);
void fa__node_release(fa__node *node);

fa__node *fa__node_leaf(fa_array *array, fa_error *err);
fa__node *fa__node_int(int64_t value, fa_error *err);                /* weak */
fa__node *fa__node_bool(bool value, fa_error *err);                  /* Python's bool */
fa__node *fa__node_float(double value, fa_error *err);               /* weak */
fa__node *fa__node_complex(double real, double imag, fa_error *err); /* weak */
fa__node *fa__node_text(const char *text, size_t length, bool bytes,
                        fa_error *err);                                    /* UTF-8; a strong 0-d string */
fa__node *fa__node_scalar(fa_type type, const void *value, fa_error *err); /* strong, 0-d */

/* An elementwise operation: finds the types (NEP 50), converts the inputs, broadcasts. Applies NumPy's
 * shortcuts of `**` with a weak 2, 0.5, -1, 1 or 0 only through fa__node_power(). Weak scalars alone fold as
 * in Python; a function of weak scalars (sqrt(2)) gives a strong scalar. */
fa__node *fa__node_operation(fa__operation operation, fa__node *const *inputs, fa_error *err);
fa__node *fa__node_string(fa__string_operation operation, int count, fa__node *const *inputs, fa_error *err);
/* The same, with NULL for what text may leave out. */
fa__node *fa__node_string_with_defaults(fa__string_operation operation, fa__node *const *given,
                                        fa_error *err);
const char *fa__string_operation_name(int operation);
bool fa__string_operation_makes_strings(int operation);
fa__node *fa__node_power(fa__node *base, fa__node *exponent, fa_error *err);
fa__node *fa__node_cast(fa__node *input, const fa_dtype *dtype,
                        fa_error *err); /* the input itself when nothing changes */

/* A node that is made by a walk over its first input: its elements have to stand somewhere before others can
 * be read from them. Further inputs of a WHOLE stand before the walk. */
static inline bool fa__node_is_walk(const fa__node *node)
{
    return node->kind == FA__NODE_REDUCE || node->kind == FA__NODE_SCAN || node->kind == FA__NODE_FOLD ||
           (node->kind == FA__NODE_WHOLE && fa__wholes[node->code].is_walk);
}

/* How an operation on whole arrays goes about it; what each member means is the operation's to say. */
typedef struct fa__whole_arguments {
    uint64_t axes;
    bool keepdims, flat;
    double ddof;
    int option;
    int64_t number;
} fa__whole_arguments;
/* A WHOLE in C order of axes, whatever its inputs look like; `arguments` may be NULL for zeros. */
fa__node *fa__node_whole(fa__whole whole, const fa_dtype *dtype, int ndim, const int64_t *sizes, int count,
                         fa__node *const *inputs, const fa__whole_arguments *arguments, fa_error *err);

typedef struct fa__reduce_arguments {
    fa_axes axes;
    bool keepdims;
    const fa_dtype *dtype; /* NULL: NumPy's default */
    double ddof;
    /* Borrowed; NULL: left out. */
    fa__node *initial; /* 0-d */
    fa__node *where;
    fa__node *mean;
} fa__reduce_arguments;
/* Any reduction of the list: what has no kernel, and `initial`, `where` and `mean`, become graphs of what
 * has. */
fa__node *fa__node_reduce(fa__reduction reduction, fa__node *input, const fa__reduce_arguments *arguments,
                          fa_error *err);
/* NumPy's average() with weights, which have the input's shape or that of its reduced axes, in order.
 * `sum_of_weights` (may be NULL) gets one more reference, of the result's shape. */
fa__node *fa__node_average(fa__node *input, fa__node *weights, const fa__reduce_arguments *arguments,
                           fa__node **sum_of_weights, fa_error *err);

/* An operation of two inputs along an axis: every step. */
fa__node *fa__node_accumulate(fa__operation operation, fa__node *input, int axis, const fa_dtype *dtype,
                              fa_error *err);
/* A scan of the list, along an axis or (FA_ALL_AXES) of all elements in C order. */
fa__node *fa__node_scan(fa__scan scan, fa__node *input, fa_axes axes, const fa_dtype *dtype, fa_error *err);
/* NumPy's reduce() of an operation of two inputs: the reduction that it is, or else from the first element to
 * the last. */
fa__node *fa__node_fold(fa__operation operation, fa__node *input, const fa__reduce_arguments *arguments,
                        fa_error *err);
/* NumPy's reduceat(): from each position of an axis to the next. */
fa__node *fa__node_reduceat(fa__operation operation, fa__node *input, fa__node *positions, int axis,
                            const fa_dtype *dtype, fa_error *err);
/* NumPy's interp(); `left` and `right` may be NULL. */
fa__node *fa__node_interp(fa__node *x, fa__node *points, fa__node *values, fa__node *left, fa__node *right,
                          fa_error *err);
fa__node *fa__node_interp_periodic(fa__node *x, fa__node *points, fa__node *values, double period,
                                   fa_error *err);
/* The operation of each element of one with each of another. */
fa__node *fa__node_outer(fa__operation operation, fa__node *first, fa__node *second, fa_error *err);
/* Differences of neighbours along an axis, n times. What stands before and behind (NULL: nothing) is an
 * array, or one number. */
fa__node *fa__node_diff(fa__node *input, int64_t n, int axis, fa__node *before, fa__node *behind,
                        fa_error *err);
/* A SCAN along an axis with the identity of its operation in front. */
fa__node *fa__node_begin_scan(fa__node *scan, int axis, fa_error *err);
fa__node *fa__node_generate(fa__generator generator, fa_type type, fa_shape shape,
                            const fa__generator_params *params, fa_error *err);
/* Moves. Elements are converted to `dtype`, or, where that is NULL, to what holds all inputs. */
fa__node *fa__node_concatenate(int count, fa__node *const *inputs, int axis, const fa_dtype *dtype,
                               fa_error *err);
/* The elements in C order, under another shape (one size may be -1): a view where there is one, else a move.
 */
fa__node *fa__node_reshape(fa__node *input, fa_shape shape, fa_error *err);
/* New elements in C order ('C'), in Fortran's ('F'), or in that of the input ('K'). */
fa__node *fa__node_copy(fa__node *input, char order, fa_error *err);
/* Views. A view of a LEAF is a LEAF; a view of a VIEW is one VIEW where the geometries compose (they always
 * do). */
fa__node *fa__node_view(fa__node *input, const fa__geometry *geometry, fa_error *err);
fa__node *fa__node_field(fa__node *input, const char *name, size_t length, fa_error *err);
/* Several fields at once; `names` is a list of names in quotes. */
fa__node *fa__node_fields(fa__node *input, const char *names, size_t length, fa_error *err);
/* Complex numbers of their parts, which are the last axis; takes the parts over. */
fa__node *fa__complex_of(fa__node *parts, fa_type type, fa_error *err);
void fa__node_geometry(const fa__node *node,
                       fa__geometry *geometry); /* of a LEAF or VIEW as is, else the virtual one */
/* NumPy's arange and linspace, as text and C functions make them. */
fa__node *fa__node_arange_int64(int64_t start, int64_t stop, int64_t step, fa_error *err);
fa__node *fa__node_arange_float64(double start, double stop, double step, fa_error *err);
fa__node *fa__node_linspace(double start, double stop, int64_t count, fa_error *err);
fa__node *fa__node_linspace_open(double start, double stop, int64_t count,
                                 fa_error *err); /* without the end */

/* Whether two graphs compute the same from the same views: what a round trip through text keeps. False with a
 * failed err when there is no memory. */
bool fa__graph_equal(fa__node *a, fa__node *b, fa_error *err);

/* Calls visit(node, user) once for every node that `root` reaches, inputs before users; false stops with no
 * memory. */
bool fa__node_walk(fa__node *root, bool (*visit)(fa__node *node, void *user), void *user, fa_error *err);

#endif
