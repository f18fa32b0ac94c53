"""Draws the time until the first response of each program: plot.py <file.png> <[[name, ready, first], ...]>"""

import json
import sys

import matplotlib

matplotlib.use("Agg")
from matplotlib import pyplot

target, bars = sys.argv[1], json.loads(sys.argv[2])
names = [name for name, _, _ in bars]
ready = [ready for _, ready, _ in bars]
first = [first for _, _, first in bars]

figure, axes = pyplot.subplots(figsize=(8, 3.6), layout="constrained")
axes.barh(names, ready, color="#4c72b0", label="start to ready")
axes.barh(names, first, left=ready, color="#dd8452", label="ready to first answer")
for name, total in zip(names, (a + b for a, b in zip(ready, first))):
    axes.annotate(f" {total:.1f} ms", (total, name), va="center")
axes.invert_yaxis()
axes.set_xlabel("milliseconds, median")
axes.margins(x=0.12)
axes.legend()
axes.spines[["top", "right"]].set_visible(False)
# Without date and version, so that the same figures make the same file.
figure.savefig(target, dpi=110, metadata={"Software": None})
