/* SPDX-License-Identifier: BSD-3-Clause */
/* A product of matrices, in blocks: included once for each kind of elements, which brings
 *
 *   S, T       suffix, element in memory
 *   L          lane of the packed panels
 *   STEP       elements along the inner dimension that one packed step holds
 *   PARTS      lanes of an element
 *   ROWS, COLUMNS                  of the tile that is kept in registers
 *   pack_rows_S, pack_columns_S    pieces of the factors as panels: strips of ROWS (COLUMNS), step by step,
 * filled up with zeros tile_S                         one tile over one panel of each merge_S what of a tile
 * lies inside of the result goes there
 *
 * The panel of the second factor stays in the second cache while all rows pass, one strip of it in the first.
 * Knows nothing about threads. The order in which an element's products are added is fixed by INNER alone. */

static void NAME(product)(const fa__product *p)
{
    L *rows = p->room, *columns = rows + MOST_ROWS * STEPS * PARTS;
    int64_t inner = STEPS * STEP;
    for (int64_t k = 0; k < p->inner || k == 0; k += inner) {
        int64_t depth = p->inner - k < inner ? p->inner - k : inner, steps = (depth + STEP - 1) / STEP;
        bool add = p->add || k > 0;
        for (int64_t j = 0; j < p->columns; j += MOST_COLUMNS) {
            int64_t width = p->columns - j < MOST_COLUMNS ? p->columns - j : MOST_COLUMNS;
            NAME(pack_columns)(p, k, depth, j, width, columns);
            for (int64_t i = 0; i < p->rows; i += MOST_ROWS) {
                int64_t height = p->rows - i < MOST_ROWS ? p->rows - i : MOST_ROWS;
                NAME(pack_rows)(p, k, depth, i, height, rows);
                for (int64_t jj = 0; jj < width; jj += COLUMNS)
                    for (int64_t ii = 0; ii < height; ii += ROWS) {
                        L out[PARTS * ROWS * COLUMNS] __attribute__((aligned(64)));
                        NAME(tile)(rows + ii * steps * PARTS, columns + jj * steps * PARTS, steps, out);
                        int64_t tall = height - ii < ROWS ? height - ii : ROWS;
                        int64_t wide = width - jj < COLUMNS ? width - jj : COLUMNS;
                        NAME(merge)
                        ((T *)p->result + (i + ii) * p->result_row + j + jj, p->result_row, tall, wide, add,
                         out);
                    }
            }
        }
    }
}
