"""At full budget every strategy must name the best candidate."""

from annotation.simulation.experiments.bench import Bench, interval_words
from annotation.simulation.pages import Page, ResultTable


def run_sanity(bench: Bench) -> Page:
    """Spend the whole pool with every strategy; the share of replays that end right must be 1.

    Parameters
    ----------
    bench
        Its budget is ignored.

    Source: LLM Selector, arXiv 2510.09418, sanity check on MT-Bench; algorithms.md section 7.
    """
    figures = bench.summarise(bench.run(budget=0))
    rows = [
        (
            name,
            f["verdicts"][-1],
            f["identification"][-1],
            f["verdicts_to_90_identification"],
            interval_words(f["verdicts_to_90_identification_interval"]),
            f["verdicts_to_100_identification"],
        )
        for name, f in figures.items()
    ]
    wrong = [name for name, f in figures.items() if f["identification"][-1] < 1]
    said = (
        f"**Not passed** by {', '.join(wrong)}: the best is not always returned at full budget."
        if wrong
        else "Passed: at full budget every strategy returns the best in every replay."
    )
    columns = ("strategy", "budget", "right at full budget", "to 90 %", "95 % interval", "to 100 %")
    name = f"sanity-{bench.table.name}"
    return Page(
        "sanity",
        f"Sanity: full budget on {bench.table.name}",
        (bench.describe(budget=0), ResultTable(name, columns, tuple(rows)), said),
    )
