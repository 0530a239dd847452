/* SPDX-License-Identifier: BSD-3-Clause */
/* Every command and every option, once. The parser, --help and whatever describes the command line derive
 * from these rows. */
#include "cli.h"

const option_row cli_options[OPTION_COUNT] = {
    [OPTION_DTYPE] = {.name = "dtype",
                      .argument = "DTYPE",
                      .help = "element type as NumPy writes it: f8, >i4, [('id', '<i8'), ('x', '<f4')]"},
    [OPTION_SHAPE] = {.name = "shape", .argument = "SHAPE", .help = "sizes of the axes: 1000,1000"},
    [OPTION_ORDER] = {.name = "order",
                      .argument = "C|F",
                      .help = "order of the elements in the file: rows first (C), or columns (F)",
                      .choices = "C F"},
    [OPTION_FILL] = {.name = "fill",
                     .argument = "FILL",
                     .help = "0, arange, normal, uniform, or any number",
                     .choices = "0 arange normal uniform"},
    [OPTION_SEED] = {.name = "seed",
                     .argument = "N",
                     .help = "seed of --fill normal and uniform; entropy: a new one each time (default 0)"},
    [OPTION_AXIS] = {.name = "axis",
                     .argument = "N",
                     .help = "along this axis, counted from the end when negative"},
    [OPTION_DESCENDING] = {.name = "descending", .help = "the largest first"},
    [OPTION_OUTPUT] = {.name = "output",
                       .argument = "OUT",
                       .help = "write the result to this file, whole or not at all: x.npy, x.npz::name",
                       .letter = 'o',
                       .repeatable = true,
                       .takes_path = true},
    [OPTION_FORCE] = {.name = "force", .help = "let the result take the place of an input"},
    [OPTION_RAW] = {.name = "raw",
                    .argument = "SPEC",
                    .help = "the file has no header: DTYPE:SHAPE[:OFFSET[:ORDER]], or NAME=DTYPE:SHAPE...",
                    .repeatable = true},
    [OPTION_KERNEL] = {.name = "kernel",
                       .argument = "FILE",
                       .help = "operations of the user's: a shared object with kernels (farray/kernel.h)",
                       .repeatable = true,
                       .takes_path = true},
    [OPTION_VIEW] = {.name = "view",
                     .argument = "DTYPE",
                     .help = "see the elements as another type of the same size: bfloat16, or NAME=bfloat16",
                     .repeatable = true},
    [OPTION_TO] = {.name = "to",
                   .argument = "npy|npz|raw",
                   .help = "format of the new file (default: npz where its name ends so, else npy)",
                   .choices = "npy npz raw"},
    [OPTION_CODEC] = {.name = "codec",
                      .argument = "none|deflate",
                      .help = "how arrays of a .npz archive are compressed (default: none)",
                      .choices = "none deflate"},
    [OPTION_RTOL] = {.name = "rtol",
                     .argument = "X",
                     .help = "elements may differ by X times the second (default 0)"},
    [OPTION_ATOL] = {.name = "atol", .argument = "X", .help = "elements may differ by X (default 0)"},
    [OPTION_EQUAL_NAN] = {.name = "equal-nan", .help = "NaN is equal to NaN"},
    [OPTION_QUANTILES] = {.name = "quantiles",
                          .argument = "Q,...",
                          .help = "quantiles, exact, as np.quantile gives them (default 0.25,0.5,0.75)",
                          .otherwise = "0.25,0.5,0.75"},
    [OPTION_HISTOGRAM] =
        {.name = "histogram",
         .argument = "BINS",
         .help = "a histogram of so many bins between the least and largest finite element (default 10)",
         .otherwise = "10"},
    [OPTION_PRECISION] = {.name = "precision",
                          .argument = "N",
                          .help = "digits behind the point (default 8)"},
    [OPTION_SUPPRESS] = {.name = "suppress", .help = "print no exponents"},
    [OPTION_THRESHOLD] = {.name = "threshold",
                          .argument = "N",
                          .help = "print arrays of more elements in short form (default 1000)"},
    [OPTION_EDGE_ITEMS] = {.name = "edge-items",
                           .argument = "N",
                           .help = "elements at each end of an axis in short form (default 3)"},
    [OPTION_LINE_WIDTH] = {.name = "line-width", .argument = "N", .help = "columns of a line (default 75)"},
    [OPTION_MEMORY] = {.name = "memory",
                       .argument = "SIZE",
                       .help = "use at most this much memory: 256M, 1.5G, 64KiB"},
    [OPTION_THREADS] = {.name = "threads", .argument = "N", .help = "compute on this many threads"},
    [OPTION_JSON] = {.name = "json",
                     .help = "print JSON; NaN and infinities are \"nan\", \"inf\", \"-inf\"; more than 1000 "
                             "elements are null"},
    [OPTION_QUIET] = {.name = "quiet", .help = "no progress bar", .letter = 'q'},
    [OPTION_HELP] = {.name = "help", .help = "print this help", .letter = 'h'},
    [OPTION_VERSION] = {.name = "version", .help = "print the version"},
};

#define ON(option) (UINT64_C(1) << OPTION_##option)
#define PRINTING   (ON(PRECISION) | ON(SUPPRESS) | ON(THRESHOLD) | ON(EDGE_ITEMS) | ON(LINE_WIDTH))
#define EVERYWHERE (ON(MEMORY) | ON(THREADS) | ON(JSON) | ON(QUIET) | ON(HELP) | ON(VERSION))

const command_row cli_commands[] = {
    {.name = "create",
     .operands = "PATH",
     .summary = "make a new .npy file",
     .details =
         "Makes PATH with its space reserved. A file of that name is replaced when the new one is whole.\n"
         "--fill 0 (the default) makes zeros, arange 0, 1, 2, ... in C order, normal and uniform random\n"
         "numbers that depend on the seed and on the position alone; anything else is a number.",
     .options = ON(DTYPE) | ON(SHAPE) | ON(ORDER) | ON(FILL) | ON(SEED) | EVERYWHERE,
     .least_operands = 1,
     .most_operands = 1,
     .examples = {{"farray create zeros.npy --dtype f8 --shape 10000,10000", "100 million zeros"},
                  {"farray create u.npy --dtype f4 --shape 721,1440 --fill normal --seed 7", "noise"},
                  {"farray create f.npy --dtype c16 --shape 4,5,6 --order F --fill 1+2j",
                   "a number, columns first"}},
     .run = command_create},
    {.name = "info",
     .operands = "PATH",
     .summary = "dtype, shape, order and place of an array in its file",
     .details =
         "Reads the header only. Of an archive (.npz) all arrays are listed; PATH::NAME is one of them.\n"
         "Resident is what of the array is in memory, dirty what is not on the disk yet.",
     .options = ON(RAW) | ON(VIEW) | EVERYWHERE,
     .least_operands = 1,
     .most_operands = 1,
     .examples = {{"farray info speed.npy", "what is in there"},
                  {"farray info egm96_15.gtx --raw '>f4:721,1440:40'",
                   "a file without a header that farray knows"},
                  {"farray info weights.npz", "every array of an archive"},
                  {"farray info speed.npy --json", "for programs"}},
     .run = command_info},
    {.name = "show",
     .operands = "PATH [SLICE]",
     .summary = "print an array as NumPy prints it",
     .details = "SLICE is NumPy's: '[10:20, ::-1]', '..., 0', \"['pos']['x']\", a list of positions '[[0, "
                "7]]', a mask\n"
                "'self > 5', in which the array is called self. Of a large array the corners are printed, "
                "and nothing\n"
                "else of the file is read; masks are computed.",
     .options = ON(RAW) | ON(VIEW) | PRINTING | EVERYWHERE,
     .least_operands = 1,
     .most_operands = 2,
     .examples = {{"farray show speed.npy", "the corners"},
                  {"farray show speed.npy '[0, :10]' --precision 3",
                   "the first ten elements, in three digits"},
                  {"farray show u.npy 'self > 100'", "what is large"},
                  {"farray show weights.npy --view bfloat16", "elements that NumPy knows as two bytes"},
                  {"farray show egm96_15.gtx '[::-1]' --raw '>f4:721,1440:40'", "the north pole first"}},
     .run = command_show},
    {.name = "eval",
     .operands = "EXPR... NAME=PATH...",
     .summary = "compute an expression over files, into a file or onto the screen",
     .details =
         "EXPR is NumPy's expression language: arithmetic, comparisons, functions, slices, reductions, "
         "methods\n"
         "(farray ops lists the operations). Files may be larger than memory: they are read in tiles. With "
         "-o the\n"
         "result appears as OUT when it is whole and on the disk; without, it is printed as show prints.\n"
         "Several expressions, each with its own -o in the same order, are computed in one pass. OUT is an "
         ".npy\n"
         "file, or PATH.npz::NAME: an array of an archive, whose other arrays stay.\n"
         "An expression that begins with a minus follows --.",
     .options = ON(OUTPUT) | ON(ORDER) | ON(CODEC) | ON(FORCE) | ON(KERNEL) | ON(RAW) | ON(VIEW) | PRINTING |
                EVERYWHERE,
     .least_operands = 1,
     .most_operands = -1,
     .examples = {{"farray eval 'sqrt(u**2 + v**2)' u=U.npy v=V.npy -o speed.npy --memory 256M",
                   "into a new file"},
                  {"farray eval '(x - mean(x, axis=0)) / std(x, axis=0)' x=data.npy -o z.npy",
                   "standard scores"},
                  {"farray eval 'max(abs(a - b))' a=A.npy b=B.npy --json", "one number, for programs"},
                  {"farray eval 'mean(x, axis=0)' 'std(x, axis=0)' x=w.npz::x -o s.npz::mean -o s.npz::std",
                   "two arrays into one archive, in one pass"},
                  {"farray eval 'g[1:] - g[:-1]' g=egm96_15.gtx --raw 'g=>f4:721,1440:40'",
                   "a file without a header"}},
     .run = command_eval},
    {.name = "set",
     .operands = "PATH SLICE EXPR [NAME=PATH...]",
     .summary = "assign to a part of an array, in place",
     .details = "Assigns EXPR to PATH[SLICE] as NumPy does and returns when the bytes are on the disk; '...' "
                "is all of the\n"
                "array, '[[0, 7]]' two positions, 'self < 0' a mask. Values are broadcast, and cast to the "
                "array's type\n"
                "without a check: floats lose what is behind the point, large integers wrap. A number that "
                "is all of EXPR\n"
                "must fit. In EXPR and SLICE the array itself is called self, others as NAME=PATH says; "
                "--raw calls it\n"
                "self, too. An expression that begins with a minus follows --.",
     .options = ON(KERNEL) | ON(RAW) | ON(VIEW) | EVERYWHERE,
     .least_operands = 3,
     .most_operands = -1,
     .examples = {{"farray set u.npy '[0, :10]' 0", "ten zeros"},
                  {"farray set u.npy '...' 'where(isnan(self), mean(v), self)' v=V.npy", "holes are filled"},
                  {"farray set u.npy 'self < 0' 0", "what is negative"},
                  {"farray set grid.bin '[::2]' 'self[1::2]' --raw 'f4:100,200'", "a file without a header"}},
     .run = command_set},
    {.name = "append",
     .operands = "PATH ROWS",
     .summary = "make an array longer, in place",
     .details = "Appends the array of the file ROWS to PATH, along the first axis (in a file of order F: the "
                "last). ROWS may\n"
                "be one row with a dimension less. They are cast to the type of PATH without a check, as an "
                "assignment casts:\n"
                "floats that become integers lose what is behind the point, and what does not fit wraps. "
                "Whoever reads PATH\n"
                "meanwhile finds the old array or the new one, also after a kill; while another program has "
                "PATH open for\n"
                "writing nothing is done. With --raw, PATH is called self and ROWS rows.",
     .options = ON(RAW) | ON(VIEW) | EVERYWHERE,
     .least_operands = 2,
     .most_operands = 2,
     .examples = {{"farray append log.npy today.npy", "rows of today"},
                  {"farray append log.bin today.npy --raw 'self=f8:-1,3'", "to a file without a header"}},
     .run = command_append},
    {.name = "sort",
     .operands = "PATH",
     .summary = "put an array in order along an axis, in place or into a new file",
     .details = "The order is NumPy's: NaN stands last. Files may be larger than memory: runs of them are "
                "sorted, and merged from\n"
                "scratch files. Without -o the elements of PATH are written when all of them are sorted; a "
                "kill meanwhile leaves\n"
                "some of them twice and others not at all. With -o the result appears as OUT when it is "
                "whole and on the disk.\n"
                "Without --axis the last one is sorted. With --descending the order is turned around: NaN "
                "stands first, and\n"
                "equal elements stay as they stood.",
     .options = ON(AXIS) | ON(DESCENDING) | ON(OUTPUT) | ON(ORDER) | ON(TO) | ON(CODEC) | ON(FORCE) |
                ON(RAW) | ON(VIEW) | EVERYWHERE,
     .least_operands = 1,
     .most_operands = 1,
     .examples = {{"farray sort times.npy", "in place"},
                  {"farray sort speed.npy -o sorted.npy --axis 0 --memory 256M",
                   "each column, into a new file"},
                  {"farray sort scores.npy --descending", "the largest first"},
                  {"farray sort big.bin --raw '<i8:-1'", "a file without a header"}},
     .run = command_sort},
    {.name = "stats",
     .operands = "PATH",
     .summary = "min, max, mean, std, and counts of NaN and zeros, in one pass; quantiles and a histogram",
     .details =
         "As in NumPy a NaN makes min, max, mean, std and quantiles NaN. Mean and standard deviation are "
         "computed in float64.\n"
         "Quantiles take one more reading, nearly always, and a histogram one. A histogram is of all "
         "elements.",
     .options = ON(AXIS) | ON(QUANTILES) | ON(HISTOGRAM) | ON(RAW) | ON(VIEW) | EVERYWHERE,
     .least_operands = 1,
     .most_operands = 1,
     .examples = {{"farray stats speed.npy", "of all elements"},
                  {"farray stats speed.npy --axis 0", "of each column"},
                  {"farray stats speed.npy --quantiles=0.01,0.5,0.99 --histogram=20",
                   "how elements are spread"},
                  {"farray stats egm96_15.gtx --raw '>f4:721,1440:40' --json",
                   "keys: min max mean std count nan zeros"}},
     .run = command_stats},
    {.name = "convert",
     .operands = "IN OUT",
     .summary = "write an array, or all of an archive, in another format, type or order",
     .details =
         "Formats: .npy, .npz, and raw with --raw (IN) and --to raw (OUT). PATH::NAME is one array of an "
         "archive;\n"
         "PATH.npz to PATH.npz is all of them. Type, byte order and order stay what they are unless an "
         "option\n"
         "says otherwise; elements are cast without a check. OUT appears when it is whole and on the disk.",
     .options = ON(TO) | ON(DTYPE) | ON(ORDER) | ON(CODEC) | ON(FORCE) | ON(RAW) | ON(VIEW) | EVERYWHERE,
     .least_operands = 2,
     .most_operands = 2,
     .examples = {{"farray convert egm96_15.gtx geoid.npy --raw '>f4:721,1440:40'",
                   "a file without a header"},
                  {"farray convert u.npy u.raw --to raw --dtype '>f4' --order F", "the elements alone"},
                  {"farray convert weights.npz small.npz --dtype f2 --codec deflate", "a whole archive"},
                  {"farray convert weights.npz::layer1 layer1.npy", "one array of it"}},
     .run = command_convert},
    {.name = "diff",
     .operands = "A B",
     .summary = "compare two arrays, or two archives, element by element",
     .details =
         "How many elements differ, by how much at most, and the first that does. Shapes must be the same, "
         "element\n"
         "types need not. NaN is equal to nothing unless --equal-nan says so; elements differ by more than "
         "allowed\n"
         "when not |a - b| <= atol + rtol * |b|. --raw a=SPEC and b=SPEC are about files without headers.\n"
         "Exit status: 0 equal, 1 different, 2 when something is wrong.",
     .options = ON(RTOL) | ON(ATOL) | ON(EQUAL_NAN) | ON(RAW) | ON(VIEW) | EVERYWHERE,
     .least_operands = 2,
     .most_operands = 2,
     .examples = {{"farray diff old.npy new.npy", "bit for bit, but for signs of zero"},
                  {"farray diff old.npy new.npy --rtol 1e-6 --equal-nan", "about the same"},
                  {"farray diff weights.npz weights2.npz --json",
                   "every array of two archives, for programs"}},
     .run = command_diff},
    {.name = "ops",
     .operands = "",
     .summary = "every operation that expressions know",
     .details = "How many arrays an operation takes, its operator or other names, and what it does.",
     .options = ON(KERNEL) | EVERYWHERE,
     .least_operands = 0,
     .most_operands = 0,
     .examples = {{"farray ops", "the list"}, {"farray ops --json", "for programs"}},
     .run = command_ops},
};

const int cli_command_count = sizeof cli_commands / sizeof *cli_commands;
_Static_assert(sizeof cli_commands / sizeof *cli_commands <= CLI_MOST_COMMANDS,
               "CLI_MOST_COMMANDS is too small");

const text_row cli_exit_statuses[] = {{"0", "success"},
                                      {"1", "an error in data, files or an expression"},
                                      {"2", "an error in the command line"},
                                      {NULL, NULL}};

const text_row cli_environment[] = {
    {"FARRAY_MEMORY", "the default of --memory"},
    {"FARRAY_THREADS", "the default of --threads"},
    {"FARRAY_TMPDIR", "where results go that do not fit in memory (default /var/tmp)"},
    {"FARRAY_IO", "how files are read: auto (the default), mmap, pread or direct"},
    {"FARRAY_ISA", "the instruction set: x86-64-v3 or x86-64-v4 (default: what the processor has)"},
    {"FARRAY_BLAS", "the library that multiplies matrices of floats, or none (default: libopenblas.so.0)"},
    {"OPENBLAS_CORETYPE", "the kernel that OpenBLAS takes (default: SKYLAKEX or HASWELL, by the processor)"},
    {"FARRAY_MATH",
     "functions of real numbers: accurate (the default, 1 ULP) or fast (exp, sin, cos, tanh: 4 ULP)"},
    {NULL, NULL}};
