"""What it costs when several annotators are asked at once."""

from annotation.simulation.charts import Chart
from annotation.simulation.experiments.bench import Bench, interval_words
from annotation.simulation.experiments.comparison import (
    COMPARED,
    MEASURES,
    Result,
    efficiency,
    efficiency_words,
    mean_gain,
    mean_gain_words,
)
from annotation.simulation.pages import Cell, Page, Plot, ResultTable
from annotation.simulation.run import replay_charts

BATCHES = (1, 5, 20)


def run_batches(bench: Bench) -> Page:
    """Ask for 1, 5 and 20 comparisons at once and compare the verdicts spent.

    Parameters
    ----------
    bench
        Every strategy of its plan is replayed with every batch.
    """
    name = bench.table.name
    results = {
        _label(strategy, batch): result
        for batch in BATCHES
        for strategy, result in bench.run(batch=batch).items()
    }
    figures = bench.summarise(results)
    rows: list[tuple[Cell, ...]] = []
    for label, own in figures.items():
        exact, near = (own[f"verdicts_to_90_{key}"] for key in ("identification", "near_1"))
        words = [
            interval_words(own[f"verdicts_to_90_{key}_interval"]) for key in ("identification", "near_1")
        ]
        rows.append((label, exact, words[0], near, words[1], 1000 * own["seconds_per_ask"]))
    columns = ("strategy", "exact", "interval, exact", "near", "interval, near", "ms per ask")
    charts: dict[str, Chart] = replay_charts(name, figures)
    return Page(
        "batches",
        f"Several annotators at once on {name}",
        (
            bench.describe(),
            "Verdicts until 90 % of replays are right (exact: the best; near: within one point) and stay so:",
            ResultTable(f"batches-{name}", columns, tuple(rows)),
            *(
                sentence
                for strategy in bench.plan.strategies
                for batch in BATCHES[1:]
                for sentence in _loss_words(results, strategy, batch, bench.plan.seed)
            ),
            Plot(f"batches-{name}", charts["near_1-by-verdicts"]),
        ),
    )


def _label(strategy: str, batch: int) -> str:
    return f"{strategy}, {batch} at once"


def _loss_words(results: dict[str, Result], strategy: str, batch: int, seed: int) -> tuple[str, ...]:
    """Say what several at once lose against one at a time, on the same pools."""
    name, single = _label(strategy, batch), _label(strategy, BATCHES[0])
    pair = results[name], results[single]
    sentences = []
    for measure in COMPARED:
        within = MEASURES[measure]
        sentences.append(
            f"{efficiency_words(name, single, efficiency(*pair, within, seed), measure)} "
            f"{mean_gain_words(name, single, mean_gain(*pair, within, seed), measure)}"
        )
    return tuple(sentences)
