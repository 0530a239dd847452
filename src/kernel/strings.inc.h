/* SPDX-License-Identifier: BSD-3-Clause */
/* Template, once per width of characters: C is the character, S the suffix, CLASSES(c) its classes, CASE(c,
 * which, out) its case as one to three characters, and gives how many. Operations write into a `sink` of the
 * result's room and give the length that the result would have. */

typedef struct NAME(text) {
    const C *at;
    int64_t length;
} NAME(text);

typedef struct NAME(sink) {
    C *at;
    int64_t room, length;
} NAME(sink);

static NAME(text) NAME(element)(const fa__strings *block, int input, int64_t i)
{
    const int64_t bytes = block->in_bytes[input];
    NAME(text) text = {(const C *)block->in[input], bytes / (int64_t)sizeof(C)};
    if (!(block->scalars >> input & 1))
        text.at += i * text.length;
    while (text.length > 0 && text.at[text.length - 1] == 0)
        text.length--;
    return text;
}

static void NAME(put)(NAME(sink) * sink, C c)
{
    if (sink->length < sink->room)
        sink->at[sink->length] = c;
    sink->length++;
}

static void NAME(put_text)(NAME(sink) * sink, const C *at, int64_t length)
{
    const int64_t left = sink->room - sink->length, fits = length < left ? length : left;
    if (fits > 0)
        memcpy(sink->at + sink->length, at, (size_t)fits * sizeof(C));
    sink->length += length;
}

static void NAME(put_times)(NAME(sink) * sink, C c, int64_t times)
{
    const int64_t end = sink->length + (times > 0 ? times : 0);
    for (; sink->length < end && sink->length < sink->room; sink->length++)
        sink->at[sink->length] = c;
    sink->length = end;
}

/* ---- Comparing ---- */

static int NAME(compare)(NAME(text) a, NAME(text) b)
{
    const int64_t both = a.length < b.length ? a.length : b.length;
    for (int64_t i = 0; i < both; i++)
        if (a.at[i] != b.at[i])
            return a.at[i] < b.at[i] ? -1 : 1;
    return (a.length > b.length) - (a.length < b.length);
}

#define COMPARISON(name, verdict)                                                                    \
    static fa__trouble NAME(name)(const fa__strings *block)                                          \
    {                                                                                                \
        uint8_t *out = block->out;                                                                   \
        for (int64_t i = 0; i < block->n; i++) {                                                     \
            const int order = NAME(compare)(NAME(element)(block, 0, i), NAME(element)(block, 1, i)); \
            out[i] = order verdict 0;                                                                \
        }                                                                                            \
        return FA__NO_TROUBLE;                                                                       \
    }
COMPARISON(equal, ==)
COMPARISON(not_equal, !=)
COMPARISON(less, <)
COMPARISON(less_equal, <=)
COMPARISON(greater, >)
COMPARISON(greater_equal, >=)
#undef COMPARISON

/* ---- Asking ---- */

static fa__trouble NAME(str_len)(const fa__strings *block)
{
    int64_t *out = block->out;
    for (int64_t i = 0; i < block->n; i++)
        out[i] = NAME(element)(block, 0, i).length;
    return FA__NO_TROUBLE;
}

static bool NAME(all_of)(NAME(text) text, unsigned wanted)
{
    for (int64_t i = 0; i < text.length; i++)
        if (!(CLASSES(text.at[i]) & wanted))
            return false;
    return text.length > 0;
}

/* At least one letter with a case, and none of the others. */
static bool NAME(cased_as)(NAME(text) text, unsigned wanted, unsigned refused)
{
    bool found = false;
    for (int64_t i = 0; i < text.length; i++) {
        const unsigned of = CLASSES(text.at[i]);
        if (of & refused)
            return false;
        found = found || of & wanted;
    }
    return found;
}

static bool NAME(is_title)(NAME(text) text)
{
    bool found = false, inside = false;
    for (int64_t i = 0; i < text.length; i++) {
        const unsigned of = CLASSES(text.at[i]);
        const bool begins = of & (IS_UPPER | IS_TITLE), goes_on = of & IS_LOWER;
        if ((begins && inside) || (goes_on && !begins && !inside))
            return false;
        inside = begins || goes_on;
        found = found || inside;
    }
    return found;
}

#define QUESTION(name, answer)                                  \
    static fa__trouble NAME(name)(const fa__strings *block)     \
    {                                                           \
        uint8_t *out = block->out;                              \
        for (int64_t i = 0; i < block->n; i++) {                \
            const NAME(text) text = NAME(element)(block, 0, i); \
            out[i] = answer;                                    \
        }                                                       \
        return FA__NO_TROUBLE;                                  \
    }
QUESTION(isalpha, NAME(all_of)(text, IS_ALPHA))
QUESTION(isalnum, NAME(all_of)(text, IS_ALPHA | IS_DECIMAL | IS_DIGIT | IS_NUMERIC))
QUESTION(isdigit, NAME(all_of)(text, IS_DIGIT))
QUESTION(isdecimal, NAME(all_of)(text, IS_DECIMAL))
QUESTION(isnumeric, NAME(all_of)(text, IS_NUMERIC))
QUESTION(isspace, NAME(all_of)(text, IS_SPACE))
QUESTION(islower, NAME(cased_as)(text, IS_LOWER, IS_UPPER | IS_TITLE))
QUESTION(isupper, NAME(cased_as)(text, IS_UPPER, IS_LOWER | IS_TITLE))
QUESTION(istitle, NAME(is_title)(text))
#undef QUESTION

/* ---- Finding ---- */

/* The part of a text between two positions, which count from the end when negative; false when there is none.
 */
static bool NAME(part)(NAME(text) * text, int64_t start, int64_t end, int64_t *offset)
{
    if (end > text->length)
        end = text->length;
    else if (end < 0)
        end = end + text->length > 0 ? end + text->length : 0;
    if (start < 0)
        start = start + text->length > 0 ? start + text->length : 0;
    *offset = start;
    if (end < start)
        return false;
    text->at += start;
    text->length = end - start;
    return true;
}

static bool NAME(stands_at)(NAME(text) text, NAME(text) sub, int64_t at)
{
    return at >= 0 && at + sub.length <= text.length &&
           memcmp(text.at + at, sub.at, (size_t)sub.length * sizeof(C)) == 0;
}

static int64_t NAME(find_in)(NAME(text) text, NAME(text) sub, int64_t from)
{
    for (int64_t at = from; at + sub.length <= text.length; at++)
        if (NAME(stands_at)(text, sub, at))
            return at;
    return -1;
}

static int64_t NAME(rfind_in)(NAME(text) text, NAME(text) sub)
{
    int64_t at = text.length - sub.length;
    while (at >= 0 && !NAME(stands_at)(text, sub, at))
        at--;
    return at < 0 ? -1 : at;
}

static int64_t NAME(count_in)(NAME(text) text, NAME(text) sub)
{
    int64_t count = 0;
    if (sub.length == 0)
        return text.length + 1;
    for (int64_t at = 0; (at = NAME(find_in)(text, sub, at)) >= 0; at += sub.length)
        count++;
    return count;
}

static int64_t NAME(whole)(const fa__strings *block, int input, int64_t i)
{
    return ((const int64_t *)block->in[input])[block->scalars >> input & 1 ? 0 : i];
}

#define SEARCH(name, R, missing, answer, check)                                                 \
    static fa__trouble NAME(name)(const fa__strings *block)                                     \
    {                                                                                           \
        R *out = block->out;                                                                    \
        for (int64_t i = 0; i < block->n; i++) {                                                \
            NAME(text) text = NAME(element)(block, 0, i);                                       \
            const NAME(text) sub = NAME(element)(block, 1, i);                                  \
            int64_t offset;                                                                     \
            const bool there =                                                                  \
                NAME(part)(&text, NAME(whole)(block, 2, i), NAME(whole)(block, 3, i), &offset); \
            const int64_t found = there ? (int64_t)(answer) : missing;                          \
            out[i] = (R)found;                                                                  \
            if (check && found < 0)                                                             \
                return FA__TROUBLE_NOT_FOUND;                                                   \
        }                                                                                       \
        return FA__NO_TROUBLE;                                                                  \
    }
#define PLACE(at) (at) < 0 ? -1 : (at) + offset
SEARCH(find, int64_t, -1, PLACE(NAME(find_in)(text, sub, 0)), false)
SEARCH(rfind, int64_t, -1, PLACE(NAME(rfind_in)(text, sub)), false)
SEARCH(index, int64_t, -1, PLACE(NAME(find_in)(text, sub, 0)), true)
SEARCH(rindex, int64_t, -1, PLACE(NAME(rfind_in)(text, sub)), true)
SEARCH(count, int64_t, 0, NAME(count_in)(text, sub), false)
SEARCH(startswith, uint8_t, 0, NAME(stands_at)(text, sub, 0), false)
SEARCH(endswith, uint8_t, 0, NAME(stands_at)(text, sub, text.length - sub.length), false)
#undef SEARCH
#undef PLACE

/* ---- Strings from strings ---- */

static void NAME(put_case)(NAME(sink) * sink, NAME(text) text, int64_t i, which_case which)
{
    C changed[3];
    const C c = text.at[i];
    const int count =
        which == LOWER_CASE ? LOWER_AT(text.at, text.length, i, changed) : CASE(c, which, changed);
    NAME(put_text)(sink, changed, count);
}

static fa__trouble NAME(make_upper)(NAME(sink) * sink, const fa__strings *block, int64_t n)
{
    const NAME(text) text = NAME(element)(block, 0, n);
    for (int64_t i = 0; i < text.length; i++)
        NAME(put_case)(sink, text, i, UPPER_CASE);
    return FA__NO_TROUBLE;
}

static fa__trouble NAME(make_lower)(NAME(sink) * sink, const fa__strings *block, int64_t n)
{
    const NAME(text) text = NAME(element)(block, 0, n);
    for (int64_t i = 0; i < text.length; i++)
        NAME(put_case)(sink, text, i, LOWER_CASE);
    return FA__NO_TROUBLE;
}

static fa__trouble NAME(make_swapcase)(NAME(sink) * sink, const fa__strings *block, int64_t n)
{
    const NAME(text) text = NAME(element)(block, 0, n);
    for (int64_t i = 0; i < text.length; i++) {
        const unsigned of = CLASSES(text.at[i]);
        if (of & (IS_UPPER | IS_LOWER))
            NAME(put_case)(sink, text, i, of & IS_UPPER ? LOWER_CASE : UPPER_CASE);
        else
            NAME(put)(sink, text.at[i]);
    }
    return FA__NO_TROUBLE;
}

static fa__trouble NAME(make_capitalize)(NAME(sink) * sink, const fa__strings *block, int64_t n)
{
    const NAME(text) text = NAME(element)(block, 0, n);
    for (int64_t i = 0; i < text.length; i++)
        NAME(put_case)(sink, text, i, i == 0 ? TITLE_CASE : LOWER_CASE);
    return FA__NO_TROUBLE;
}

static fa__trouble NAME(make_title)(NAME(sink) * sink, const fa__strings *block, int64_t n)
{
    const NAME(text) text = NAME(element)(block, 0, n);
    bool inside = false;
    for (int64_t i = 0; i < text.length; i++) {
        NAME(put_case)(sink, text, i, inside ? LOWER_CASE : TITLE_CASE);
        inside = CLASSES(text.at[i]) & IS_CASED;
    }
    return FA__NO_TROUBLE;
}

static bool NAME(is_stripped)(const fa__strings *block, int64_t n, C c)
{
    if (block->input_count == 1)
        return CLASSES(c) & IS_SPACE;
    const NAME(text) given = NAME(element)(block, 1, n);
    for (int64_t i = 0; i < given.length; i++)
        if (given.at[i] == c)
            return true;
    return false;
}

static fa__trouble NAME(strip_ends)(NAME(sink) * sink, const fa__strings *block, int64_t n, bool left,
                                    bool right)
{
    NAME(text) text = NAME(element)(block, 0, n);
    for (; left && text.length > 0 && NAME(is_stripped)(block, n, text.at[0]); text.length--)
        text.at++;
    while (right && text.length > 0 && NAME(is_stripped)(block, n, text.at[text.length - 1]))
        text.length--;
    NAME(put_text)(sink, text.at, text.length);
    return FA__NO_TROUBLE;
}

static fa__trouble NAME(make_strip)(NAME(sink) * sink, const fa__strings *block, int64_t n)
{
    return NAME(strip_ends)(sink, block, n, true, true);
}

static fa__trouble NAME(make_lstrip)(NAME(sink) * sink, const fa__strings *block, int64_t n)
{
    return NAME(strip_ends)(sink, block, n, true, false);
}

static fa__trouble NAME(make_rstrip)(NAME(sink) * sink, const fa__strings *block, int64_t n)
{
    return NAME(strip_ends)(sink, block, n, false, true);
}

static fa__trouble NAME(make_replace)(NAME(sink) * sink, const fa__strings *block, int64_t n)
{
    const NAME(text) text = NAME(element)(block, 0, n), old = NAME(element)(block, 1, n);
    const NAME(text) new = NAME(element)(block, 2, n);
    int64_t left = NAME(whole)(block, 3, n), at = 0;
    left = left < 0 ? INT64_MAX : left;
    for (; left > 0; left--) {
        const int64_t found = NAME(find_in)(text, old, at);
        if (found < 0)
            break;
        NAME(put_text)(sink, text.at + at, found - at);
        NAME(put_text)(sink, new.at, new.length);
        at = found + old.length;
        if (old.length > 0)
            continue;
        if (at >= text.length)
            return FA__NO_TROUBLE;
        NAME(put)(sink, text.at[at++]); /* nothing is found before every character, and at the end */
    }
    NAME(put_text)(sink, text.at + at, text.length - at);
    return FA__NO_TROUBLE;
}

static fa__trouble NAME(make_expandtabs)(NAME(sink) * sink, const fa__strings *block, int64_t n)
{
    const NAME(text) text = NAME(element)(block, 0, n);
    const int64_t tab = NAME(whole)(block, 1, n);
    int64_t column = 0;
    for (int64_t i = 0; i < text.length; i++) {
        const C c = text.at[i];
        if (c == '\t') {
            const int64_t spaces = tab > 0 ? tab - column % tab : 0;
            NAME(put_times)(sink, ' ', spaces);
            column += spaces;
            continue;
        }
        NAME(put)(sink, c);
        column = c == '\n' || c == '\r' ? 0 : column + 1;
    }
    return FA__NO_TROUBLE;
}

static fa__trouble NAME(justify)(NAME(sink) * sink, const fa__strings *block, int64_t n, int64_t left,
                                 int64_t right)
{
    const NAME(text) text = NAME(element)(block, 0, n);
    C fill = ' ';
    if (block->input_count > 2) {
        const NAME(text) given = NAME(element)(block, 2, n);
        if (given.length != 1)
            return FA__TROUBLE_FILL;
        fill = given.at[0];
    }
    NAME(put_times)(sink, fill, left);
    NAME(put_text)(sink, text.at, text.length);
    NAME(put_times)(sink, fill, right);
    return FA__NO_TROUBLE;
}

/* How many characters are missing. */
static int64_t NAME(missing)(const fa__strings *block, int64_t n)
{
    const int64_t missing = NAME(whole)(block, 1, n) - NAME(element)(block, 0, n).length;
    return missing > 0 ? missing : 0;
}

static fa__trouble NAME(make_center)(NAME(sink) * sink, const fa__strings *block, int64_t n)
{
    const int64_t missing = NAME(missing)(block, n);
    const int64_t left = missing / 2 + (missing & NAME(whole)(block, 1, n) & 1);
    return NAME(justify)(sink, block, n, left, missing - left);
}

static fa__trouble NAME(make_ljust)(NAME(sink) * sink, const fa__strings *block, int64_t n)
{
    return NAME(justify)(sink, block, n, 0, NAME(missing)(block, n));
}

static fa__trouble NAME(make_rjust)(NAME(sink) * sink, const fa__strings *block, int64_t n)
{
    return NAME(justify)(sink, block, n, NAME(missing)(block, n), 0);
}

static fa__trouble NAME(make_zfill)(NAME(sink) * sink, const fa__strings *block, int64_t n)
{
    NAME(text) text = NAME(element)(block, 0, n);
    const int64_t missing = NAME(missing)(block, n);
    if (text.length > 0 && (text.at[0] == '+' || text.at[0] == '-')) {
        NAME(put)(sink, text.at[0]);
        text.at++;
        text.length--;
    }
    NAME(put_times)(sink, '0', missing);
    NAME(put_text)(sink, text.at, text.length);
    return FA__NO_TROUBLE;
}

/* Python's bound of a slice: from the end where it is negative, and not beyond either end. */
static int64_t NAME(bound)(int64_t at, int64_t length, int64_t step)
{
    const int64_t low = step < 0 ? -1 : 0, high = step < 0 ? length - 1 : length;
    if (at < 0)
        at = at < -length ? low : at + length;
    return at > high ? high : at;
}

static fa__trouble NAME(make_slice)(NAME(sink) * sink, const fa__strings *block, int64_t n)
{
    const NAME(text) text = NAME(element)(block, 0, n);
    const int64_t step = NAME(whole)(block, 3, n),
                  stop = NAME(bound)(NAME(whole)(block, 2, n), text.length, step);
    int64_t at = NAME(bound)(NAME(whole)(block, 1, n), text.length, step);
    if (step == 0)
        return FA__TROUBLE_STEP;
    while (step > 0 ? at < stop : at > stop) {
        NAME(put)(sink, text.at[at]);
        if (__builtin_add_overflow(at, step, &at))
            break;
    }
    return FA__NO_TROUBLE;
}

static fa__trouble NAME(make_add)(NAME(sink) * sink, const fa__strings *block, int64_t n)
{
    const NAME(text) first = NAME(element)(block, 0, n), second = NAME(element)(block, 1, n);
    NAME(put_text)(sink, first.at, first.length);
    NAME(put_text)(sink, second.at, second.length);
    return FA__NO_TROUBLE;
}

static fa__trouble NAME(make_multiply)(NAME(sink) * sink, const fa__strings *block, int64_t n)
{
    const NAME(text) text = NAME(element)(block, 0, n);
    int64_t times = text.length > 0 ? NAME(whole)(block, 1, n) : 0, all;
    if (times > 0 && __builtin_mul_overflow(times, text.length, &all)) {
        sink->length = INT64_MAX;
        return FA__NO_TROUBLE;
    }
    for (; times > 0 && sink->length < sink->room; times--)
        NAME(put_text)(sink, text.at, text.length);
    sink->length += times > 0 ? times * text.length : 0;
    return FA__NO_TROUBLE;
}

/* One of three parts: before the separator, the separator, behind it. Not found: all is before the first,
 * behind the last. */
static fa__trouble NAME(put_part)(NAME(sink) * sink, const fa__strings *block, int64_t n, bool last,
                                  int which)
{
    const NAME(text) text = NAME(element)(block, 0, n), separator = NAME(element)(block, 1, n);
    if (separator.length == 0)
        return FA__TROUBLE_SEPARATOR;
    const int64_t at = last ? NAME(rfind_in)(text, separator) : NAME(find_in)(text, separator, 0);
    const int64_t before = at >= 0 ? at : last ? 0 : text.length;
    const int64_t behind = at >= 0 ? at + separator.length : before;
    if (which == 0)
        NAME(put_text)(sink, text.at, before);
    else if (which == 1)
        NAME(put_text)(sink, separator.at, at >= 0 ? separator.length : 0);
    else
        NAME(put_text)(sink, text.at + behind, text.length - behind);
    return FA__NO_TROUBLE;
}

#define PART(name, last, which)                                                                  \
    static fa__trouble NAME(make_##name)(NAME(sink) * sink, const fa__strings *block, int64_t n) \
    {                                                                                            \
        return NAME(put_part)(sink, block, n, last, which);                                      \
    }
PART(before, false, 0)
PART(separator, false, 1)
PART(after, false, 2)
PART(rbefore, true, 0)
PART(rseparator, true, 1)
PART(rafter, true, 2)
#undef PART

/* Results into their room, filled up with NUL and cut where they are longer; or how long each would be. */
static fa__trouble NAME(each)(const fa__strings *block,
                              fa__trouble (*make)(NAME(sink) *, const fa__strings *, int64_t))
{
    fa__trouble trouble = FA__NO_TROUBLE;
    for (int64_t i = 0; i < block->n && trouble == FA__NO_TROUBLE; i++) {
        NAME(sink) sink = {NULL, 0, 0};
        if (!block->measures) {
            sink.room = block->out_bytes / (int64_t)sizeof(C);
            sink.at = (C *)block->out + i * sink.room;
        }
        trouble = make(&sink, block, i);
        if (block->measures)
            ((int64_t *)block->out)[i] = sink.length;
        for (int64_t k = sink.length; k < sink.room; k++)
            sink.at[k] = 0;
    }
    return trouble;
}

#define X(name)                                             \
    static fa__trouble NAME(name)(const fa__strings *block) \
    {                                                       \
        return NAME(each)(block, NAME(make_##name));        \
    }
MADE_STRINGS(X)
#undef X
