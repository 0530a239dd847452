/* SPDX-License-Identifier: BSD-3-Clause */
/* Template, once per type T of a chain's elements: links that move them, and those of its operations. A step
 * of T is the first registers of EACH; V is one of them. The file that includes it defines what OPERATIONS
 * lists. */

typedef T NAME(vector) __attribute__((vector_size(REGISTER_BYTES)));
typedef T NAME(in_memory) __attribute__((vector_size(REGISTER_BYTES), aligned(sizeof(T)), may_alias));
#define V NAME(vector)

FA__INLINE V NAME(every)(const fa__link *link)
{
    const T one = *(const T *)(const void *)link->at;
    return one - (V){0}; /* minus: -0.0 stays what it is */
}

FA__INLINE NAME(in_memory) * NAME(elements)(const fa__link *link, int64_t i)
{
    return (NAME(in_memory) *)(void *)(link->at + (i * (int64_t)sizeof(T) & link->moves));
}

static void NAME(load)(LINK)
{
    const NAME(in_memory) *x = NAME(elements)(link, i);
#define X(k)          \
    r##k = (reg)x[k]; \
    IN_ORDER(r##k);
    EACH(X)
#undef X
    NEXT;
}

static void NAME(load_one)(LINK)
{
    const reg x = (reg)NAME(every)(link);
#define X(k) r##k = x;
    EACH(X)
#undef X
    NEXT;
}

static void NAME(keep)(LINK)
{
    NAME(in_memory) *out = NAME(elements)(link, i);
#define X(k) out[k] = (V)r##k;
    EACH(X)
#undef X
    NEXT;
}

static void NAME(store)(LINK)
{
    NAME(in_memory) *out = NAME(elements)(link, i);
#define X(k) out[k] = (V)r##k;
    EACH(X)
#undef X
    LAST;
}

static void NAME(stream)(LINK)
{
    reg *out = (reg *)(void *)(link->at + i * (int64_t)sizeof(T));
#define X(k) past_cache(out + k, r##k);
    EACH(X)
#undef X
    LAST;
}

#define LINKS_OF_TWO(id, operation)                         \
    static void NAME(operation##_second)(LINK)              \
    {                                                       \
        const NAME(in_memory) *x = NAME(elements)(link, i); \
        EACH_IN(OF_A_AND_X, NAME(operation))                \
        NEXT;                                               \
    }                                                       \
    static void NAME(operation##_first)(LINK)               \
    {                                                       \
        const NAME(in_memory) *x = NAME(elements)(link, i); \
        EACH_IN(OF_X_AND_A, NAME(operation))                \
        NEXT;                                               \
    }                                                       \
    static void NAME(operation##_one_second)(LINK)          \
    {                                                       \
        const V one = NAME(every)(link);                    \
        EACH_IN(OF_A_AND_ONE, NAME(operation))              \
        NEXT;                                               \
    }                                                       \
    static void NAME(operation##_one_first)(LINK)           \
    {                                                       \
        const V one = NAME(every)(link);                    \
        EACH_IN(OF_ONE_AND_A, NAME(operation))              \
        NEXT;                                               \
    }
#define OF_A_AND_X(k, f)          \
    r##k = (reg)f((V)r##k, x[k]); \
    IN_ORDER(r##k);
#define OF_X_AND_A(k, f)          \
    r##k = (reg)f(x[k], (V)r##k); \
    IN_ORDER(r##k);
#define OF_A_AND_ONE(k, f) r##k = (reg)f((V)r##k, one);
#define OF_ONE_AND_A(k, f) r##k = (reg)f(one, (V)r##k);
#define OF_A(k, f)         r##k = (reg)f((V)r##k);
OF_TWO(LINKS_OF_TWO)

#define LINKS_OF_ONE(id, operation)       \
    static void NAME(operation##_a)(LINK) \
    {                                     \
        EACH_IN(OF_A, NAME(operation))    \
        NEXT;                             \
    }
OF_ONE(LINKS_OF_ONE)

#ifdef COMPARISONS
#define LINKS_OF_COMPARISON(id, name, how)                    \
    static void NAME(name##_second)(LINK)                     \
    {                                                         \
        const NAME(in_memory) *x = NAME(elements)(link, i);   \
        EACH(OTHER)                                           \
        r0 = NAME(truths)(EACH_MASK(COMPARE_A_AND_X, how));   \
        NEXT;                                                 \
    }                                                         \
    static void NAME(name##_first)(LINK)                      \
    {                                                         \
        const NAME(in_memory) *x = NAME(elements)(link, i);   \
        EACH(OTHER)                                           \
        r0 = NAME(truths)(EACH_MASK(COMPARE_X_AND_A, how));   \
        NEXT;                                                 \
    }                                                         \
    static void NAME(name##_one_second)(LINK)                 \
    {                                                         \
        const V one = NAME(every)(link);                      \
        r0 = NAME(truths)(EACH_MASK(COMPARE_A_AND_ONE, how)); \
        NEXT;                                                 \
    }                                                         \
    static void NAME(name##_one_first)(LINK)                  \
    {                                                         \
        const V one = NAME(every)(link);                      \
        r0 = NAME(truths)(EACH_MASK(COMPARE_ONE_AND_A, how)); \
        NEXT;                                                 \
    }
#define OTHER(k)          \
    reg x##k = (reg)x[k]; \
    IN_ORDER(x##k);
#define COMPARE_A_AND_X(k, how)   NAME(compare)((V)r##k, (V)x##k, how)
#define COMPARE_X_AND_A(k, how)   NAME(compare)((V)x##k, (V)r##k, how)
#define COMPARE_A_AND_ONE(k, how) NAME(compare)((V)r##k, one, how)
#define COMPARE_ONE_AND_A(k, how) NAME(compare)(one, (V)r##k, how)
COMPARISONS(LINKS_OF_COMPARISON)
#endif

#define RUN(name) (fa__link_run *)NAME(name)

FA__INLINE void NAME(fill_forms)(fa__link_run **forms, fa__link_run *second, fa__link_run *first,
                                 fa__link_run *one_second, fa__link_run *one_first)
{
    forms[FA__LINK_SECOND] = second;
    forms[FA__LINK_FIRST] = first;
    forms[FA__LINK_ONE_SECOND] = one_second;
    forms[FA__LINK_ONE_FIRST] = one_first;
}

/* What takes so long that the call of a loop for each step costs little beside it. */
UNUSED static void NAME(call)(LINK)
{
    V step[REGISTER_COUNT];
    const void *const in[] = {step};
#define X(k) step[k] = (V)r##k;
    EACH(X)
#undef X
    link->loop(step, in, STEP, 0);
#define X(k) r##k = (reg)step[k];
    EACH(X)
#undef X
    NEXT;
}

/* The same of what is in memory. */
UNUSED static void NAME(call_first)(LINK)
{
    V step[REGISTER_COUNT];
    const void *const in[] = {NAME(elements)(link, i)};
    link->loop(step, in, STEP, 0);
#define X(k) r##k = (reg)step[k];
    EACH(X)
#undef X
    NEXT;
}

static void NAME(fill)(fa__kernels *kernels)
{
    fa__link_run **moves = kernels->link_moves[TYPE];
    moves[FA__LINK_LOAD] = RUN(load);
    moves[FA__LINK_LOAD_ONE] = RUN(load_one);
    moves[FA__LINK_KEEP] = RUN(keep);
    moves[FA__LINK_STORE] = RUN(store);
    moves[FA__LINK_STREAM] = RUN(stream);
#define FORMS(id, operation)                                                             \
    NAME(fill_forms)                                                                     \
    (kernels->links[FA__OP_##id][TYPE], RUN(operation##_second), RUN(operation##_first), \
     RUN(operation##_one_second), RUN(operation##_one_first));
#define COMPARISON_FORMS(id, name, how) FORMS(id, name)
    OF_TWO(FORMS)
    OF_TWO_SHARED(FORMS)
#ifdef COMPARISONS
    COMPARISONS(COMPARISON_FORMS)
#endif
#define X(id, operation) kernels->links[FA__OP_##id][TYPE][FA__LINK_SECOND] = RUN(operation##_a);
    OF_ONE(X)
    OF_ONE_SHARED(X)
#undef X
#define X(id)                                                       \
    kernels->links[FA__OP_##id][TYPE][FA__LINK_SECOND] = RUN(call); \
    kernels->links[FA__OP_##id][TYPE][FA__LINK_FIRST] = RUN(call_first);
    OF_ONE_CALLED(X)
#undef X
}

#undef V
#undef RUN
#undef FORMS
#undef COMPARISON_FORMS
#undef LINKS_OF_TWO
#undef LINKS_OF_ONE
#undef LINKS_OF_COMPARISON
#undef OTHER
