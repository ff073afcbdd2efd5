"""Writes history/confusables.txt: which characters look like which, by Unicode's own table.

    python -m tools.confusables > history/confusables.txt

Needs PyICU (Debian's python3-icu), whose ICU carries the table of UTS #39, "Unicode Security
Mechanisms". Wanted once for each new Unicode, so it is not among the development packages.
"""

import sys
import unicodedata
from collections import defaultdict

import icu

HEADER = """\
# Characters that look alike: a skeleton, and the characters that are drawn like it; code points in
# hexadecimal. Unicode {unicode}, UTS #39 (confusables.txt), as ICU {icu} has it.
# Made by tools/confusables.py. Changed from its source: turned round, and only what decomposition
# does not give.
#
# Copyright (c) 1991-2022 Unicode, Inc. Permission is hereby granted, free of charge, to any person
# obtaining a copy of this software and associated documentation files (the "Software"), to deal in
# the Software without restriction, including without limitation the rights to use, copy, modify,
# merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit persons
# to whom the Software is furnished to do so, subject to the following conditions: The above
# copyright notice and this permission notice shall be included in all copies or substantial
# portions of the Software.
# THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT
# NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND
# NONINFRINGEMENT OF THIRD PARTY RIGHTS. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE
# FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE,
# ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.
"""


def main() -> None:
    checker = icu.SpoofChecker()
    alike: dict[str, list[int]] = defaultdict(list)
    for point in range(sys.maxunicode + 1):
        character = chr(point)
        # What decomposes is looked up by its parts.
        if 0xD800 <= point < 0xE000 or unicodedata.normalize("NFD", character) != character:
            continue
        skeleton = checker.getSkeleton(0, character)
        if skeleton != character:
            alike[skeleton].append(point)
    print(HEADER.format(unicode=icu.UNICODE_VERSION, icu=icu.ICU_VERSION), end="")
    for skeleton, points in sorted(alike.items()):
        print(" ".join(f"{ord(c):X}" for c in skeleton), *(f"{p:X}" for p in points), sep=";")


if __name__ == "__main__":
    main()
