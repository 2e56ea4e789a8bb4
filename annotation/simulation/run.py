"""A whole replay: several strategies, many realizations, one folder of results."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np

from annotation.exceptions import InvalidValueError
from annotation.selection import NoiseModel, validate_params
from annotation.simulation import summary
from annotation.simulation.charts import Chart, Series, write_chart
from annotation.simulation.kept import plan_tasks
from annotation.simulation.parallel import Runner, run_tasks
from annotation.simulation.realizations import DEFAULT_POOL, checkpoint_grid
from annotation.simulation.replay import ReplaySettings, Trace
from annotation.simulation.sources import code_digest
from annotation.simulation.tables import BoolArray, IntArray, OutcomeTable

ESTIMATE_RATIO = 1.1
Progress = Callable[[int], Callable[[], None]]
Worlds = Callable[[int], OutcomeTable]


@dataclasses.dataclass(frozen=True)
class ReplayPlan:
    """What a replay is to do.

    Parameters
    ----------
    strategies
        Names, each optionally with parameters: ``name`` or ``name:key=value:key=value``. The keys ``loss``
        and ``draw`` set the noise model, all others are the strategy's own.
    n_realizations, seed
        How many sub-pools are drawn, and from which seed.
    pool
        Queries per realization; 0 takes 400, or all where there are fewer.
    budget
        Verdicts per realization; 0 takes as many as there are comparisons (labelled: queries) in the pool.
    every
        Verdicts between checkpoints; 0 chooses (see :func:`checkpoint_grid`).
    batch
        Comparisons asked for at once.
    processes
        Parallel processes; 0 runs in this one.
    estimated
        Strategies whose full estimate is taken at every checkpoint instead of at steps of ten per cent.
    """

    strategies: tuple[str, ...]
    n_realizations: int = 100
    pool: int = 0
    budget: int = 0
    seed: int = 0
    every: int = 0
    batch: int = 1
    processes: int = 2
    estimated: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse numbers out of range and strategies named twice or not at all."""
        for name, least in (
            ("n_realizations", 1),
            ("pool", 0),
            ("budget", 0),
            ("batch", 1),
            ("processes", 0),
        ):
            if getattr(self, name) < least:
                raise InvalidValueError(f"{name} {getattr(self, name)}; allowed are {least} and more")
        if self.seed < 0:
            raise InvalidValueError(f"seed {self.seed}; allowed are 0 and more")
        if not self.strategies or len(set(self.strategies)) < len(self.strategies):
            raise InvalidValueError(
                f"strategies {', '.join(self.strategies) or 'none'}; expected at least one, each once"
            )


def parse_strategy(words: str) -> tuple[str, dict[str, object], tuple[float, float] | None]:
    """Split ``name:key=value`` into a name, validated parameters and the noise model, if it is set.

    Raises
    ------
    InvalidValueError
        For an unknown strategy or parameter, or a value out of range.
    """
    name, *settings = words.split(":")
    params: dict[str, object] = {}
    for setting in settings:
        key, equals, value = setting.partition("=")
        if not equals:
            raise InvalidValueError(f"{setting!r} in {words!r}; expected key=value")
        params[key] = _as_value(value)
    noise: dict[str, object] = {key: params.pop(key) for key in ("loss", "draw") if key in params}
    validate_params(name, params)
    return name, params, _as_noise(noise) if noise else None


def _as_noise(given: Mapping[str, object]) -> tuple[float, float]:
    default = NoiseModel()
    loss, draw = given.get("loss", default.loss), given.get("draw", default.draw)
    if not isinstance(loss, int | float) or not isinstance(draw, int | float):
        raise InvalidValueError(f"noise model {given}; loss and draw are numbers above 0")
    NoiseModel(loss, draw)
    return loss, draw


def _as_value(word: str) -> object:
    if word in ("true", "false"):
        return word == "true"
    for kind in (int, float):
        try:
            return kind(word)
        except ValueError:
            continue
    return word


def estimate_checkpoints(verdicts: IntArray) -> BoolArray:
    """Mark the checkpoints at which full estimates are taken: steps of ten per cent, and the last."""
    marked = np.zeros(verdicts.size, dtype=np.bool_)
    due = 0.0
    for at, n in enumerate(verdicts):
        if n >= due:
            marked[at] = True
            due = max(n + 1.0, n * ESTIMATE_RATIO)
    marked[-1] = True
    return marked


def resolve_plan(table: OutcomeTable, plan: ReplayPlan) -> tuple[int, int, list[ReplaySettings]]:
    """Return the pool, the budget and the settings of each strategy for this table.

    Raises
    ------
    InvalidValueError
        When the plan names an unknown strategy or does not fit the table.
    """
    pool = plan.pool or min(DEFAULT_POOL, table.n_queries)
    most = pool if table.is_labelled else pool * table.n_candidates
    budget = min(plan.budget or most, most)
    verdicts = checkpoint_grid(budget, plan.every)
    everywhere, sparse = np.ones(verdicts.size, np.bool_), estimate_checkpoints(verdicts)
    all_settings = []
    for words in plan.strategies:
        name, params, noise = parse_strategy(words)
        marked = everywhere if words in plan.estimated else sparse
        all_settings.append(ReplaySettings(name, verdicts, marked, params, plan.batch, words, noise))
    return pool, budget, all_settings


def run_traces(
    table: OutcomeTable,
    plan: ReplayPlan,
    folder: Path,
    progress: Progress | None = None,
    runner: Runner | None = None,
    worlds: Worlds | None = None,
) -> dict[str, tuple[ReplaySettings, list[Trace]]]:
    """Replay every strategy and return its settings and traces, in the order of the realizations.

    Parameters
    ----------
    table, plan
        What is replayed.
    folder
        Keeps finished realizations; those that are there already are not run again.
    progress
        Called with the number of realizations in all; returns what is called after each.
    runner
        Runs them instead of ``plan.processes`` processes of their own.
    worlds
        Gives each realization a table of its own, of the size of ``table``, which then answers nothing.
    """
    pool, _, all_settings = resolve_plan(table, plan)
    tables = [worlds(index) if worlds else table for index in range(plan.n_realizations)]
    tasks = plan_tasks(tables, all_settings, seed=plan.seed, pool=pool, folder=folder)
    # Realization by realization: a run that is stopped early has the same pools for every strategy.
    in_turn = [task for same_pool in zip(*tasks, strict=True) for task in same_pool]
    on_done = progress(len(in_turn)) if progress else lambda: None
    traces = run_tasks(in_turn, processes=plan.processes, runner=runner, on_done=on_done)
    width = len(all_settings)
    return {s.label: (s, traces[number::width]) for number, s in enumerate(all_settings)}


def run_replay(
    table: OutcomeTable, plan: ReplayPlan, out: Path, progress: Progress | None = None
) -> dict[str, Any]:
    """Replay and write ``summary.json``, ``curves.csv`` and plots; return the summary.

    Parameters
    ----------
    table, plan, progress
        As in :func:`run_traces`.
    out
        Folder of the results, made when absent; finished realizations are kept below it.

    Raises
    ------
    InvalidValueError
        When the plan names an unknown strategy or does not fit the table.
    """
    start = perf_counter()
    out.mkdir(parents=True, exist_ok=True)
    results = run_traces(table, plan, out / "realizations", progress)
    strategies = {
        label: summary.summarise_strategy(settings, traces, plan.seed)
        for label, (settings, traces) in results.items()
    }
    content = {
        "data": table.name,
        "n_candidates": table.n_candidates,
        "n_queries": table.n_queries,
        "settings": _describe(table, plan),
        "strategies": strategies,
        "hardware": summary.describe_hardware(),
        "seconds": round(perf_counter() - start, 3),
    }
    summary.write_json(out / "summary.json", content)
    summary.write_curves(out / "curves.csv", strategies)
    for stem, chart in replay_charts(table.name, strategies).items():
        write_chart(chart, out / stem)
    return content


def _describe(table: OutcomeTable, plan: ReplayPlan) -> dict[str, Any]:
    pool, budget, _ = resolve_plan(table, plan)
    given = dataclasses.asdict(plan) | {"pool": pool, "budget": budget, "strategies": list(plan.strategies)}
    verdict_of = "query" if table.is_labelled else "comparison"
    return given | {
        "judge": table.judge,
        "baseline": table.baseline,
        "data_digest": table.digest(),
        "code_digests": {name: code_digest(parse_strategy(name)[0]) for name in plan.strategies},
        "n_weak_judges": 0 if table.weak_outcomes is None else int(table.weak_outcomes.shape[2]),
        "one_verdict_is_one": verdict_of,
        "checkpoints": "every verdict" if budget <= 500 and not plan.every else "see verdicts",
        "intervals": f"95 % bootstrap over realizations, {summary.N_RESAMPLES} resamples",
    }


def replay_charts(name: str, strategies: Mapping[str, Mapping[str, Any]]) -> dict[str, Chart]:
    """Return the plots of a replay by file name: identification and near-best, over verdicts and queries."""
    charts = {}
    for measure, words in (("identification", "best returned"), ("near_1", "within one point of the best")):
        for axis in ("verdicts", "queries"):
            series = tuple(_series(label, figures, axis, measure) for label, figures in strategies.items())
            charts[f"{measure}-by-{axis}"] = Chart(
                f"{name}: {words}",
                f"{axis} spent",
                "share of replays",
                series,
                x_log=axis == "verdicts",
                y_range=(0.0, 1.0),
            )
    return charts


def _series(label: str, figures: Mapping[str, Sequence[float]], axis: str, measure: str) -> Series:
    x, y, low, high = (
        np.asarray(figures[key], dtype=np.float64)
        for key in (axis, measure, f"{measure}_low", f"{measure}_high")
    )
    return Series(label, x, y, low, high)
