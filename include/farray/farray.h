/* SPDX-License-Identifier: BSD-3-Clause */
/// farray: arrays that live in files. NumPy's meaning, on data larger than memory.
///
///     fa_error err = {0};
///     fa_array *u = fa_open("u.npy", FA_READ_ONLY, NULL, &err);
///     fa_array *v = fa_open("v.npy", FA_READ_ONLY, NULL, &err);
///     fa_array *speed = fa_eval("sqrt(u**2 + v**2)", FA_VARS({"u", u}, {"v", v}), &err);
///     fa_save("speed.npy", speed, NULL, &err);
///
/// Counts and indices are int64_t, byte sizes size_t. There is no init call.
#ifndef FARRAY_H
#define FARRAY_H

#include <farray/error.h>
#include <farray/dtype.h>
#include <farray/array.h>
#include <farray/choose.h>
#include <farray/create.h>
#include <farray/file.h>
#include <farray/move.h>
#include <farray/sort.h>
#include <farray/map.h>
#include <farray/evaluate.h>
#include <farray/program.h>
#include <farray/operations.h>
#include <farray/functions.h>
#include <farray/statistics.h>
#include <farray/ufunc.h>
#include <farray/product.h>
#include <farray/kernel.h>
#include <farray/registry.h>

#define FA_VERSION "0.1.0"

#endif
