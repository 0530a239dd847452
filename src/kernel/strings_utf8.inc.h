/* SPDX-License-Identifier: BSD-3-Clause */
/* Code points to UTF-8 and back, one element after the other: part of strings.c, behind its templates. */

/* The bytes of a code point; 0 for what is none. */
static int utf8_of(uint32_t c, uint8_t bytes[4])
{
    if (c < 0x80) {
        bytes[0] = (uint8_t)c;
        return 1;
    }
    if (c < 0x800) {
        bytes[0] = (uint8_t)(0xc0 | c >> 6);
        bytes[1] = (uint8_t)(0x80 | (c & 0x3f));
        return 2;
    }
    if (c < 0x10000) {
        bytes[0] = (uint8_t)(0xe0 | c >> 12);
        bytes[1] = (uint8_t)(0x80 | (c >> 6 & 0x3f));
        bytes[2] = (uint8_t)(0x80 | (c & 0x3f));
        return c >= 0xd800 && c < 0xe000 ? 0 : 3;
    }
    bytes[0] = (uint8_t)(0xf0 | c >> 18);
    bytes[1] = (uint8_t)(0x80 | (c >> 12 & 0x3f));
    bytes[2] = (uint8_t)(0x80 | (c >> 6 & 0x3f));
    bytes[3] = (uint8_t)(0x80 | (c & 0x3f));
    return c < 0x110000 ? 4 : 0;
}

/* The code point that begins at text[at], and its bytes; 0 where there is none: a wrong byte, too few, the
 * long form of a shorter one, a surrogate. */
static int code_point_at(const uint8_t *text, int64_t length, int64_t at, uint32_t *c)
{
    static const uint32_t least[5] = {0, 0, 0x80, 0x800, 0x10000};
    const uint8_t first = text[at];
    const int bytes = first < 0x80   ? 1
                      : first < 0xc0 ? 0
                      : first < 0xe0 ? 2
                      : first < 0xf0 ? 3
                      : first < 0xf8 ? 4
                                     : 0;
    if (bytes == 0 || at + bytes > length)
        return 0;
    *c = bytes == 1 ? first : first & (0x7fu >> bytes);
    for (int i = 1; i < bytes; i++) {
        if ((text[at + i] & 0xc0) != 0x80)
            return 0;
        *c = *c << 6 | (text[at + i] & 0x3f);
    }
    return *c >= least[bytes] && *c < 0x110000 && (*c < 0xd800 || *c >= 0xe000) ? bytes : 0;
}

static fa__trouble encode_unicode(const fa__strings *block)
{
    for (int64_t i = 0; i < block->n; i++) {
        const text_unicode text = element_unicode(block, 0, i);
        sink_bytes sink = {NULL, 0, 0};
        if (!block->measures)
            sink = (sink_bytes){(uint8_t *)block->out + i * block->out_bytes, block->out_bytes, 0};
        for (int64_t k = 0; k < text.length; k++) {
            uint8_t bytes[4];
            const int count = utf8_of(text.at[k], bytes);
            if (count == 0)
                return FA__TROUBLE_UTF8;
            put_text_bytes(&sink, bytes, count);
        }
        if (block->measures)
            ((int64_t *)block->out)[i] = sink.length;
        for (int64_t k = sink.length; k < sink.room; k++)
            sink.at[k] = 0;
    }
    return FA__NO_TROUBLE;
}

static fa__trouble decode_bytes(const fa__strings *block)
{
    for (int64_t i = 0; i < block->n; i++) {
        const text_bytes text = element_bytes(block, 0, i);
        sink_unicode sink = {NULL, 0, 0};
        if (!block->measures) {
            sink.room = block->out_bytes / (int64_t)sizeof(uint32_t);
            sink.at = (uint32_t *)block->out + i * sink.room;
        }
        for (int64_t at = 0; at < text.length;) {
            uint32_t c = 0;
            const int count = code_point_at(text.at, text.length, at, &c);
            if (count == 0)
                return FA__TROUBLE_UTF8;
            put_unicode(&sink, c);
            at += count;
        }
        if (block->measures)
            ((int64_t *)block->out)[i] = sink.length;
        for (int64_t k = sink.length; k < sink.room; k++)
            sink.at[k] = 0;
    }
    return FA__NO_TROUBLE;
}
