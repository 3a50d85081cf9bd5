"""The curves of `bench.identity` as two PNG files: how often strangers pass, and where distances lie."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from bench.identity_people import Distances, Pairs
from renderer.faces.identity import LEAST_THRESHOLD, MOST_THRESHOLD

INK, GENUINE = "#30343a", "#2f7d4f"
STRANGERS = {"real": "#b4532a", "synthetic": "#d9a441", "portraits": "#5b6fb0", "studio": "#8a5a8f"}
LABELS = {
    "real": "strangers, old and official portraits",
    "synthetic": "invented faces of one recipe",
    "portraits": "the test portraits' people",
    "studio": "strangers in one studio",
}


def draw(folder: Path, pairs: tuple[Pairs, Pairs], apart: dict[str, Distances]) -> None:
    """Write ``identity-roc.png`` and ``identity-distances.png`` into `folder`."""
    # Here, because only whoever draws plots has it (the `plots` extra).
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    genuine = np.concatenate([each.genuine for each in pairs])
    impostors = {"studio": np.concatenate([each.impostor for each in pairs]), **apart}

    figure, axes = pyplot.subplots(figsize=(7.2, 4.4))
    at = np.linspace(0.1, 0.8, 700)
    refused = [100 * (genuine > t).mean() for t in at]
    for name, values in impostors.items():
        ordered = np.sort(values)
        passed = 100 * np.searchsorted(ordered, at, "right") / len(ordered)
        shown = passed > 0
        axes.plot(
            passed[shown], np.array(refused)[shown], color=STRANGERS[name], label=LABELS[name]
        )
    axes.set_xscale("log")
    axes.set_xlabel("strangers who pass, %")
    axes.set_ylabel("real smiles refused, %")
    axes.set_title("One person's smile against strangers, at every threshold", loc="left")
    axes.legend(frameon=False)
    _save(figure, folder / "identity-roc.png")

    figure, axes = pyplot.subplots(figsize=(7.2, 4.4))
    bins = np.linspace(0, 1.3, 66).tolist()
    axes.hist(genuine, bins, density=True, color=GENUINE, alpha=0.8, label="one person, smiling")
    for name, values in impostors.items():
        axes.hist(
            values, bins, density=True, histtype="step", color=STRANGERS[name], label=LABELS[name]
        )
    for value in (LEAST_THRESHOLD, MOST_THRESHOLD):
        axes.axvline(value, color=INK, linestyle=":", linewidth=1)
    axes.set_xlabel("distance of the embeddings; dotted: the lowest and the highest threshold")
    axes.set_yticks([])
    axes.set_title("Where distances lie", loc="left")
    axes.legend(frameon=False)
    _save(figure, folder / "identity-distances.png")


def _save(figure: object, path: Path) -> None:
    from matplotlib import pyplot
    from matplotlib.figure import Figure

    assert isinstance(figure, Figure)
    for axes in figure.axes:
        axes.spines[["top", "right"]].set_visible(False)
    figure.tight_layout()
    figure.savefig(path, dpi=110, metadata={"Software": None})
    pyplot.close(figure)
