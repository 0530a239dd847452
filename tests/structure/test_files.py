# SPDX-License-Identifier: BSD-3-Clause
"""Every file says under which licence it stands and what it is for, and nothing unfinished is committed."""
import re
import unittest

from repository import files, read

# Written by people elsewhere, or data: examples/ holds programs as users write them.
WITHOUT_OPENING = ("examples/", "fuzz/corpus/")
CODE = (".c", ".h", ".py", ".cmake", ".sh")
UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")


def purpose(text):
    """What the opening comment or docstring says behind the SPDX line."""
    lines = text.splitlines()[:14]
    while lines and "SPDX-License-Identifier" not in lines[0]:
        lines.pop(0)
    said = []
    for line in lines[1:]:
        stripped = line.strip().strip('"').lstrip("/*#! ").rstrip("*/ ")
        if not re.match(r'^\s*(///?|/\*|\*|#(?!\s*(include|ifndef|define|pragma))|"""|\w.*)', line):
            break
        said.append(stripped)
        if line.strip().endswith(("*/", '"""')) and said:
            break
    return " ".join(said).strip()


class Files(unittest.TestCase):
    def test_every_file_opens_with_licence_and_purpose(self):
        wrong = []
        for path in files(*CODE) + [f for f in files("") if f.rsplit("/")[-1] in ("dev", "run", "CMakeLists.txt")]:
            if path.startswith(WITHOUT_OPENING):
                continue
            text = read(path)
            if "SPDX-License-Identifier: BSD-3-Clause" not in "\n".join(text.splitlines()[:2]):
                wrong.append(f"{path}: no SPDX line")
            elif len(purpose(text)) < 15:
                wrong.append(f"{path}: does not say what it is for")
        self.assertEqual(wrong, [], "\n".join(wrong))

    def test_nothing_is_left_for_later(self):
        wrong = [path for path in files(*CODE, ".md")
                 if not path.endswith("structure/test_files.py") and UNFINISHED.search(read(path))]
        self.assertEqual(wrong, [])

    def test_no_file_is_a_city(self):
        """A file that has outgrown a reader is split. Generated tables do not count."""
        wrong = []
        for path in files(".c", ".h", ".py"):
            lines = read(path).count("\n")
            if lines > 800 and not re.search(r"^.{0,400}(made by|generated)", read(path), re.S | re.I):
                wrong.append(f"{path}: {lines} lines")
        self.assertEqual(wrong, [])

    def test_links_of_the_documents_lead_somewhere(self):
        import os
        from repository import ROOT
        wrong = []
        for path in files(".md"):
            for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", read(path)):
                if "://" not in target and not os.path.exists(os.path.join(ROOT, os.path.dirname(path), target)):
                    wrong.append(f"{path}: {target}")
        self.assertEqual(wrong, [])


if __name__ == "__main__":
    unittest.main()
