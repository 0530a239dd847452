# SPDX-License-Identifier: BSD-3-Clause
"""The include rule: each layer sees itself, base, the layers below that this table names, and what those see."""
import os
import re
import unittest

from repository import files, read

# The one place that says who may include whom. Lowest first; ARCHITECTURE.md draws it.
MAY_INCLUDE = {
    "base": [],
    "platform": ["base"],
    "array": ["base"],
    "storage": ["platform", "array"],
    "kernel": ["base"],
    "expr": ["array", "kernel"],
    "text": ["expr"],
    "engine": ["expr", "kernel", "storage"],
    "op": ["engine"],
    "api": ["op", "engine", "storage", "text"],
}

C_STANDARD = {
    "assert.h", "ctype.h", "errno.h", "fenv.h", "float.h", "inttypes.h", "limits.h", "locale.h", "math.h", "stdalign.h", "stdarg.h",
    "stdatomic.h", "stdbool.h", "stddef.h", "stdint.h", "stdio.h", "stdlib.h", "stdnoreturn.h", "string.h", "time.h",
    "signal.h",
}
# Beyond C, what a folder needs for what it is there for. Kernels ask which instructions the processor has. A terminal, and
# which files a user named, are the command line's business.
BEYOND_C = {
    "storage": {"zlib.h"},
    "kernel": {"immintrin.h", "sleef.h", "cpuid.h"},
    "cli": {"unistd.h", "sys/ioctl.h", "sys/stat.h", "strings.h", "locale.h"},
}
# Names that a compiler defines for one system or compiler version; only platform may look at them.
SYSTEM_NAMES = re.compile(r"\b(_WIN32|_WIN64|__linux__|__APPLE__|__unix__|__FreeBSD__|_MSC_VER|pthread_\w+)\b")


def visible():
    """Layer -> every layer that it may include."""
    seen = {}
    for layer, below in MAY_INCLUDE.items():
        seen[layer] = {layer, "base"}.union(*(seen[b] for b in below))
    return seen


def includes(path):
    """The includes of one file: pairs of (is it <system>, name)."""
    return [(opening == "<", name) for opening, name in re.findall(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', read(path), re.M)]


def without_comments(text):
    return re.sub(r"/\*.*?\*/|//[^\n]*", "", text, flags=re.S)


def violations(path, found, seen):
    """What is wrong with the includes of one file of src/ or cli/."""
    parts = path.split("/")
    layer = parts[1] if parts[0] == "src" else parts[0]
    for is_system, name in found:
        folder = name.split("/")[0]
        if folder == "farray":
            continue
        if is_system:
            if layer != "platform" and name not in C_STANDARD | BEYOND_C.get(layer, set()):
                yield f"{path}: <{name}> belongs to src/platform"
        elif layer == "cli":
            if "/" in name:
                yield f"{path}: the command line includes public headers and its own, not \"{name}\""
        elif folder not in MAY_INCLUDE:
            yield f"{path}: \"{name}\" names no layer"
        elif folder not in seen[layer]:
            yield f"{path}: {layer} may not include \"{name}\""
        elif folder == "platform" and layer != "platform" and name != "platform/platform.h":
            yield f"{path}: the system is one header, platform/platform.h, not \"{name}\""


class Layers(unittest.TestCase):
    def test_every_include_goes_down(self):
        seen = visible()
        wrong = []
        for path in files(".c", ".h"):
            if path.startswith(("src/", "cli/")):
                wrong += violations(path, includes(path), seen)
        self.assertEqual(wrong, [], "\n".join(wrong))

    def test_public_headers_include_public_headers(self):
        for path in files(".h"):
            if path.startswith("include/"):
                for is_system, name in includes(path):
                    self.assertTrue(name.startswith("farray/") or name in C_STANDARD | {"initializer_list"},
                                    f"{path}: {name}")

    def test_every_folder_is_a_layer(self):
        folders = {path.split("/")[1] for path in files(".c", ".h") if path.startswith("src/")}
        self.assertLessEqual(folders, set(MAY_INCLUDE))

    def test_no_system_is_named_outside_platform(self):
        wrong = []
        for path in files(".c", ".h"):
            if path.startswith(("src/", "cli/", "include/")) and not path.startswith("src/platform/"):
                for name in SYSTEM_NAMES.findall(without_comments(read(path))):
                    wrong.append(f"{path}: {name}")
        self.assertEqual(wrong, [], "\n".join(wrong))

    def test_the_rule_notices(self):
        """The negative control: an include that runs up, a system header, a layer that the command line may not see."""
        seen = visible()
        for path, include in [("src/array/view.c", (False, "engine/engine.h")), ("src/kernel/isa.c", (False, "array/view.h")),
                              ("src/api/open.c", (True, "sys/mman.h")), ("cli/main.c", (False, "base/error.h")),
                              ("src/engine/run.c", (False, "platform/thread_types.h"))]:
            self.assertEqual(len(list(violations(path, [include], seen))), 1, path)

    def test_architecture_draws_every_layer(self):
        text = read("ARCHITECTURE.md")
        for layer in MAY_INCLUDE:
            self.assertIn(f"src/{layer}/", text, f"ARCHITECTURE.md does not say what {layer} is")


if __name__ == "__main__":
    unittest.main()
