/* SPDX-License-Identifier: BSD-3-Clause */
/* Made by tools/types_table.py with NumPy 2.4.6: change that, not this file. */
static const struct {
    const char *name, *results;
} types_table[] = {
    {"add", "tbBhHiIlLefdFDldDbbhhiilldefdFDbdDBhBhHiIlLefdFDBdDhhhhiilldffdFDhdDHiHiHiIlLffdFDHdDiiiiiillddd"
            "dDDidDIlIlIlIlLdddDDIdDllllllllddddDDldDLdLdLdLdLdddDDLdDeeeffddddefdFDeeFfffffddddffdFDffFddddd"
            "dddddddDDddDFFFFFDDDDFFDFDFFFDDDDDDDDDDDDDDDDDlbBhHiIlLefdFDdddddddddefdFDDDDDDDDDDFFDFD"},
    {"subtract",
     "-bBhHiIlLefdFDldDbbhhiilldefdFDbdDBhBhHiIlLefdFDBdDhhhhiilldffdFDhdDHiHiHiIlLffdFDHdDiiiiiillddd"
     "dDDidDIlIlIlIlLdddDDIdDllllllllddddDDldDLdLdLdLdLdddDDLdDeeeffddddefdFDeeFfffffddddffdFDffFddddd"
     "dddddddDDddDFFFFFDDDDFFDFDFFFDDDDDDDDDDDDDDDDDlbBhHiIlLefdFDdddddddddefdFDDDDDDDDDDFFDFD"},
    {"multiply",
     "tbBhHiIlLefdFDldDbbhhiilldefdFDbdDBhBhHiIlLefdFDBdDhhhhiilldffdFDhdDHiHiHiIlLffdFDHdDiiiiiillddd"
     "dDDidDIlIlIlIlLdddDDIdDllllllllddddDDldDLdLdLdLdLdddDDLdDeeeffddddefdFDeeFfffffddddffdFDffFddddd"
     "dddddddDDddDFFFFFDDDDFFDFDFFFDDDDDDDDDDDDDDDDDlbBhHiIlLefdFDdddddddddefdFDDDDDDDDDDFFDFD"},
    {"divide",
     "dddddddddefdFDddDdddddddddefdFDddDdddddddddefdFDddDdddddddddffdFDddDdddddddddffdFDddDddddddddddd"
     "dDDddDddddddddddddDDddDddddddddddddDDddDddddddddddddDDddDeeeffddddefdFDeeFfffffddddffdFDffFddddd"
     "dddddddDDddDFFFFFDDDDFFDFDFFFDDDDDDDDDDDDDDDDDdddddddddefdFDdddddddddefdFDDDDDDDDDDFFDFD"},
    {"floor_divide",
     "bbBhHiIlLefd--ld-bbhhiilldefd--bd-BhBhHiIlLefd--Bd-hhhhiilldffd--hd-HiHiHiIlLffd--Hd-iiiiiillddd"
     "d--id-IlIlIlIlLddd--Id-lllllllldddd--ld-LdLdLdLdLddd--Ld-eeeffddddefd--ee-fffffddddffd--ff-ddddd"
     "ddddddd--dd-----------------------------------lbBhHiIlLefd--dddddddddefd----------------"},
    {"remainder",
     "bbBhHiIlLefd--ld-bbhhiilldefd--bd-BhBhHiIlLefd--Bd-hhhhiilldffd--hd-HiHiHiIlLffd--Hd-iiiiiillddd"
     "d--id-IlIlIlIlLddd--Id-lllllllldddd--ld-LdLdLdLdLddd--Ld-eeeffddddefd--ee-fffffddddffd--ff-ddddd"
     "ddddddd--dd-----------------------------------lbBhHiIlLefd--dddddddddefd----------------"},
    {"fmod",
     "bbBhHiIlLefd--ld-bbhhiilldefd--bd-BhBhHiIlLefd--Bd-hhhhiilldffd--hd-HiHiHiIlLffd--Hd-iiiiiillddd"
     "d--id-IlIlIlIlLddd--Id-lllllllldddd--ld-LdLdLdLdLddd--Ld-eeeffddddefd--ee-fffffddddffd--ff-ddddd"
     "ddddddd--dd-----------------------------------lbBhHiIlLefd--dddddddddefd----------------"},
    {"power",
     "bbBhHiIlLefdFDldDbbhhiilldefdFDbdDBhBhHiIlLefdFDBdDhhhhiilldffdFDhdDHiHiHiIlLffdFDHdDiiiiiillddd"
     "dDDidDIlIlIlIlLdddDDIdDllllllllddddDDldDLdLdLdLdLdddDDLdDeeeffddddefdFDeeFfffffddddffdFDffFddddd"
     "dddddddDDddDFFFFFDDDDFFDFDFFFDDDDDDDDDDDDDDDDDlbBhHiIlLefdFDdddddddddefdFDDDDDDDDDDFFDFD"},
    {"float_power",
     "ddddddddddddDDddDddddddddddddDDddDddddddddddddDDddDddddddddddddDDddDddddddddddddDDddDddddddddddd"
     "dDDddDddddddddddddDDddDddddddddddddDDddDddddddddddddDDddDddddddddddddDDddDddddddddddddDDddDddddd"
     "dddddddDDddDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDddddddddddddDDddddddddddddDDDDDDDDDDDDDDDD"},
    {"logaddexp",
     "eeeffddddefd--dd-eeeffddddefd--ed-eeeffddddefd--ed-fffffddddffd--fd-fffffddddffd--fd-ddddddddddd"
     "d--dd-dddddddddddd--dd-dddddddddddd--dd-dddddddddddd--dd-eeeffddddefd--ee-fffffddddffd--ff-ddddd"
     "ddddddd--dd-----------------------------------deeffddddefd--dddddddddefd----------------"},
    {"logaddexp2",
     "eeeffddddefd--dd-eeeffddddefd--ed-eeeffddddefd--ed-fffffddddffd--fd-fffffddddffd--fd-ddddddddddd"
     "d--dd-dddddddddddd--dd-dddddddddddd--dd-dddddddddddd--dd-eeeffddddefd--ee-fffffddddffd--ff-ddddd"
     "ddddddd--dd-----------------------------------deeffddddefd--dddddddddefd----------------"},
    {"arctan2",
     "eeeffddddefd--dd-eeeffddddefd--ed-eeeffddddefd--ed-fffffddddffd--fd-fffffddddffd--fd-ddddddddddd"
     "d--dd-dddddddddddd--dd-dddddddddddd--dd-dddddddddddd--dd-eeeffddddefd--ee-fffffddddffd--ff-ddddd"
     "ddddddd--dd-----------------------------------deeffddddefd--dddddddddefd----------------"},
    {"hypot",
     "eeeffddddefd--dd-eeeffddddefd--ed-eeeffddddefd--ed-fffffddddffd--fd-fffffddddffd--fd-ddddddddddd"
     "d--dd-dddddddddddd--dd-dddddddddddd--dd-dddddddddddd--dd-eeeffddddefd--ee-fffffddddffd--ff-ddddd"
     "ddddddd--dd-----------------------------------deeffddddefd--dddddddddefd----------------"},
    {"copysign",
     "eeeffddddefd--dd-eeeffddddefd--ed-eeeffddddefd--ed-fffffddddffd--fd-fffffddddffd--fd-ddddddddddd"
     "d--dd-dddddddddddd--dd-dddddddddddd--dd-dddddddddddd--dd-eeeffddddefd--ee-fffffddddffd--ff-ddddd"
     "ddddddd--dd-----------------------------------deeffddddefd--dddddddddefd----------------"},
    {"nextafter",
     "eeeffddddefd--dd-eeeffddddefd--ed-eeeffddddefd--ed-fffffddddffd--fd-fffffddddffd--fd-ddddddddddd"
     "d--dd-dddddddddddd--dd-dddddddddddd--dd-dddddddddddd--dd-eeeffddddefd--ee-fffffddddffd--ff-ddddd"
     "ddddddd--dd-----------------------------------deeffddddefd--dddddddddefd----------------"},
    {"ldexp",
     "eeeeeeee------e--eeeeeeee------e--eeeeeeee------e--ffffffff------f--ffffffff------f--dddddddd---"
     "---d--dddddddd------d--dddddddd------d--dddddddd------d--eeeeeeee------e--ffffffff------f--ddddd"
     "ddd------d------------------------------------deeeeeee------dddddddd--------------------"},
    {"heaviside",
     "eeeffddddefd--dd-eeeffddddefd--ed-eeeffddddefd--ed-fffffddddffd--fd-fffffddddffd--fd-ddddddddddd"
     "d--dd-dddddddddddd--dd-dddddddddddd--dd-dddddddddddd--dd-eeeffddddefd--ee-fffffddddffd--ff-ddddd"
     "ddddddd--dd-----------------------------------deeffddddefd--dddddddddefd----------------"},
    {"minimum",
     "tbBhHiIlLefdFDldDbbhhiilldefdFDbdDBhBhHiIlLefdFDBdDhhhhiilldffdFDhdDHiHiHiIlLffdFDHdDiiiiiillddd"
     "dDDidDIlIlIlIlLdddDDIdDllllllllddddDDldDLdLdLdLdLdddDDLdDeeeffddddefdFDeeFfffffddddffdFDffFddddd"
     "dddddddDDddDFFFFFDDDDFFDFDFFFDDDDDDDDDDDDDDDDDlbBhHiIlLefdFDdddddddddefdFDDDDDDDDDDFFDFD"},
    {"maximum",
     "tbBhHiIlLefdFDldDbbhhiilldefdFDbdDBhBhHiIlLefdFDBdDhhhhiilldffdFDhdDHiHiHiIlLffdFDHdDiiiiiillddd"
     "dDDidDIlIlIlIlLdddDDIdDllllllllddddDDldDLdLdLdLdLdddDDLdDeeeffddddefdFDeeFfffffddddffdFDffFddddd"
     "dddddddDDddDFFFFFDDDDFFDFDFFFDDDDDDDDDDDDDDDDDlbBhHiIlLefdFDdddddddddefdFDDDDDDDDDDFFDFD"},
    {"fmin",
     "tbBhHiIlLefdFDldDbbhhiilldefdFDbdDBhBhHiIlLefdFDBdDhhhhiilldffdFDhdDHiHiHiIlLffdFDHdDiiiiiillddd"
     "dDDidDIlIlIlIlLdddDDIdDllllllllddddDDldDLdLdLdLdLdddDDLdDeeeffddddefdFDeeFfffffddddffdFDffFddddd"
     "dddddddDDddDFFFFFDDDDFFDFDFFFDDDDDDDDDDDDDDDDDlbBhHiIlLefdFDdddddddddefdFDDDDDDDDDDFFDFD"},
    {"fmax",
     "tbBhHiIlLefdFDldDbbhhiilldefdFDbdDBhBhHiIlLefdFDBdDhhhhiilldffdFDhdDHiHiHiIlLffdFDHdDiiiiiillddd"
     "dDDidDIlIlIlIlLdddDDIdDllllllllddddDDldDLdLdLdLdLdddDDLdDeeeffddddefdFDeeFfffffddddffdFDffFddddd"
     "dddddddDDddDFFFFFDDDDFFDFDFFFDDDDDDDDDDDDDDDDDlbBhHiIlLefdFDdddddddddefdFDDDDDDDDDDFFDFD"},
    {"equal",
     "tttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttt"
     "tttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttt"
     "tttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttt"},
    {"not_equal",
     "tttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttt"
     "tttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttt"
     "tttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttt"},
    {"less",
     "tttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttt"
     "tttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttt"
     "tttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttt"},
    {"less_equal",
     "tttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttt"
     "tttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttt"
     "tttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttt"},
    {"greater",
     "tttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttt"
     "tttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttt"
     "tttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttt"},
    {"greater_equal",
     "tttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttt"
     "tttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttt"
     "tttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttt"},
    {"logical_and",
     "tttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttt"
     "tttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttt"
     "tttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttt"},
    {"logical_or",
     "tttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttt"
     "tttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttt"
     "tttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttt"},
    {"logical_xor",
     "tttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttt"
     "tttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttt"
     "tttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttt"},
    {"bitwise_and",
     "tbBhHiIlL-----l--bbhhiill------b--BhBhHiIlL-----B--hhhhiill------h--HiHiHiIlL-----H--iiiiiill---"
     "---i--IlIlIlIlL-----I--llllllll------l--L-L-L-L-L-----L-----------------------------------------"
     "----------------------------------------------lbBhHiIlL---------------------------------"},
    {"bitwise_or",
     "tbBhHiIlL-----l--bbhhiill------b--BhBhHiIlL-----B--hhhhiill------h--HiHiHiIlL-----H--iiiiiill---"
     "---i--IlIlIlIlL-----I--llllllll------l--L-L-L-L-L-----L-----------------------------------------"
     "----------------------------------------------lbBhHiIlL---------------------------------"},
    {"bitwise_xor",
     "tbBhHiIlL-----l--bbhhiill------b--BhBhHiIlL-----B--hhhhiill------h--HiHiHiIlL-----H--iiiiiill---"
     "---i--IlIlIlIlL-----I--llllllll------l--L-L-L-L-L-----L-----------------------------------------"
     "----------------------------------------------lbBhHiIlL---------------------------------"},
    {"left_shift",
     "bbBhHiIlL-----l--bbhhiill------b--BhBhHiIlL-----B--hhhhiill------h--HiHiHiIlL-----H--iiiiiill---"
     "---i--IlIlIlIlL-----I--llllllll------l--L-L-L-L-L-----L-----------------------------------------"
     "----------------------------------------------lbBhHiIlL---------------------------------"},
    {"right_shift",
     "bbBhHiIlL-----l--bbhhiill------b--BhBhHiIlL-----B--hhhhiill------h--HiHiHiIlL-----H--iiiiiill---"
     "---i--IlIlIlIlL-----I--llllllll------l--L-L-L-L-L-----L-----------------------------------------"
     "----------------------------------------------lbBhHiIlL---------------------------------"},
    {"gcd", "-bBhHiIlL-----l--bbhhiill------b--BhBhHiIlL-----B--hhhhiill------h--HiHiHiIlL-----H--iiiiiill---"
            "---i--IlIlIlIlL-----I--llllllll------l--L-L-L-L-L-----L-----------------------------------------"
            "----------------------------------------------lbBhHiIlL---------------------------------"},
    {"lcm", "-bBhHiIlL-----l--bbhhiill------b--BhBhHiIlL-----B--hhhhiill------h--HiHiHiIlL-----H--iiiiiill---"
            "---i--IlIlIlIlL-----I--llllllll------l--L-L-L-L-L-----L-----------------------------------------"
            "----------------------------------------------lbBhHiIlL---------------------------------"},
    {"negative", "-bBhHiIlLefdFD"},
    {"positive", "-bBhHiIlLefdFD"},
    {"absolute", "tbBhHiIlLefdfd"},
    {"fabs", "eeeffddddefd--"},
    {"sign", "-bBhHiIlLefdFD"},
    {"conjugate", "bbBhHiIlLefdFD"},
    {"square", "bbBhHiIlLefdFD"},
    {"reciprocal", "bbBhHiIlLefdFD"},
    {"sqrt", "eeeffddddefdFD"},
    {"cbrt", "eeeffddddefd--"},
    {"exp", "eeeffddddefdFD"},
    {"exp2", "eeeffddddefdFD"},
    {"expm1", "eeeffddddefdFD"},
    {"log", "eeeffddddefdFD"},
    {"log2", "eeeffddddefdFD"},
    {"log10", "eeeffddddefdFD"},
    {"log1p", "eeeffddddefdFD"},
    {"sin", "eeeffddddefdFD"},
    {"cos", "eeeffddddefdFD"},
    {"tan", "eeeffddddefdFD"},
    {"arcsin", "eeeffddddefdFD"},
    {"arccos", "eeeffddddefdFD"},
    {"arctan", "eeeffddddefdFD"},
    {"sinh", "eeeffddddefdFD"},
    {"cosh", "eeeffddddefdFD"},
    {"tanh", "eeeffddddefdFD"},
    {"arcsinh", "eeeffddddefdFD"},
    {"arccosh", "eeeffddddefdFD"},
    {"arctanh", "eeeffddddefdFD"},
    {"deg2rad", "eeeffddddefd--"},
    {"rad2deg", "eeeffddddefd--"},
    {"floor", "tbBhHiIlLefd--"},
    {"ceil", "tbBhHiIlLefd--"},
    {"trunc", "tbBhHiIlLefd--"},
    {"rint", "eeeffddddefdFD"},
    {"spacing", "eeeffddddefd--"},
    {"isnan", "tttttttttttttt"},
    {"isinf", "tttttttttttttt"},
    {"isfinite", "tttttttttttttt"},
    {"isnat", "--------------"},
    {"isposinf", "tttttttttttt--"},
    {"isneginf", "tttttttttttt--"},
    {"signbit", "tttttttttttt--"},
    {"logical_not", "tttttttttttttt"},
    {"invert", "tbBhHiIlL-----"},
    {"bitwise_count", "BBBBBBBBB-----"},
    {"modf[0]", "eeeffddddefd--"},
    {"modf[1]", "eeeffddddefd--"},
    {"frexp[0]", "eeeffddddefd--"},
    {"frexp[1]", "iiiiiiiiiiii--"},
};
