"""The figures of a finished replay: ``summary.json`` and ``curves.csv``."""

from __future__ import annotations

import csv
import json
import os
import platform
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from annotation.simulation import metrics
from annotation.simulation.replay import ReplaySettings, Trace
from annotation.simulation.tables import FloatArray

N_RESAMPLES = 1000
NEAR = {"near_1": 0.01, "near_2": 0.02, "near_5": 0.05}
CURVES = ("queries", "identification", *NEAR, "gap_p95")
BANDS = ("identification_low", "identification_high", "near_1_low", "near_1_high")


def stack_traces(traces: Sequence[Trace], name: str) -> FloatArray:
    """Return one array of the traces, shape (n_realizations, n_checkpoints)."""
    return np.stack([getattr(trace, name) for trace in traces]).astype(np.float64)


def summarise_strategy(settings: ReplaySettings, traces: Sequence[Trace], seed: int) -> dict[str, Any]:
    """Return the figures of one strategy over its realizations.

    Parameters
    ----------
    settings
        Whose checkpoints the curves are over.
    traces
        One per realization.
    seed
        Of the bootstrap over realizations.

    Returns
    -------
    dict
        Ready for JSON. Curves are lists over ``verdicts``; ``..._low`` and ``..._high`` are 95 % bootstrap
        intervals; ``verdicts_to_90_...`` is None when 90 % is not reached to stay.
    """
    verdicts = settings.verdicts
    gaps = stack_traces(traces, "gaps")
    weights = metrics.bootstrap_weights(len(traces), N_RESAMPLES, seed)
    figures: dict[str, Any] = {
        "verdicts": verdicts.tolist(),
        "queries": _rounded(stack_traces(traces, "queries").mean(axis=0)),
        "identification": _rounded(metrics.success_curve(gaps)),
        **{name: _rounded(metrics.success_curve(gaps, within)) for name, within in NEAR.items()},
        "gap_p95": _rounded(metrics.gap_percentile(gaps)),
    }
    for name, within in {"identification": 0.0, **NEAR}.items():
        if f"{name}_low" in BANDS:
            low, high = metrics.success_interval(gaps, weights, within)
            figures[f"{name}_low"], figures[f"{name}_high"] = _rounded(low), _rounded(high)
        figures[f"verdicts_to_90_{name}"] = metrics.verdicts_to_level(
            verdicts, metrics.success_curve(gaps, within)
        )
        figures[f"verdicts_to_90_{name}_interval"] = list(
            metrics.threshold_interval(verdicts, gaps, weights, within)
        )
    figures["verdicts_to_100_identification"] = metrics.verdicts_to_level(
        verdicts, metrics.success_curve(gaps), 1.0
    )
    figures["estimates"] = _summarise_estimates(settings, traces, gaps)
    return figures | _summarise_seconds(traces)


def _summarise_seconds(traces: Sequence[Trace]) -> dict[str, Any]:
    n_verdicts = max(sum(t.n_verdicts for t in traces), 1)
    n_asks = max(sum(t.n_asks for t in traces), 1)
    return {
        "seconds_per_ask": sum(t.seconds_ask for t in traces) / n_asks,
        "seconds_per_tell": sum(t.seconds_tell for t in traces) / n_verdicts,
        "seconds_per_realization": float(
            np.mean([t.seconds_ask + t.seconds_tell + t.seconds_answer for t in traces])
        ),
        "n_realizations": len(traces),
    }


def _summarise_estimates(
    settings: ReplaySettings, traces: Sequence[Trace], gaps: FloatArray
) -> dict[str, Any]:
    """Return what the strategy claimed against what was true, where the full estimate was taken."""
    at = settings.has_estimate
    means = {
        name: _rounded(stack_traces(traces, name)[:, at].mean(axis=0))
        for name in ("p_best", "p_near", "coverage", "width")
    }
    return {
        "verdicts": settings.verdicts[at].tolist(),
        **means,
        "is_best": _rounded(metrics.success_curve(gaps[:, at])),
        "is_near_1": _rounded(metrics.success_curve(gaps[:, at], NEAR["near_1"])),
    }


def _rounded(values: FloatArray) -> list[float]:
    return [round(float(value), 6) for value in values]


def describe_hardware() -> dict[str, Any]:
    """Return what a reader must know about the machine to judge the times."""
    return {
        "cpu": _cpu_name(),
        "machine": platform.machine(),
        "system": platform.system(),
        "cores": os.cpu_count(),
        "python": sys.version.split()[0],
        "numpy": np.__version__,
    }


def _cpu_name() -> str:
    """Return the processor's name where the system tells it."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or "unknown processor"
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.processor() or "unknown processor")


def write_json(path: Path, content: Mapping[str, Any]) -> None:
    """Write JSON that other programs can read: no NaN, which JSON does not have."""
    text = json.dumps(content, indent=1, allow_nan=False, ensure_ascii=False)
    path.write_text(text + "\n", encoding="utf-8")


def write_curves(path: Path, strategies: Mapping[str, Mapping[str, Any]]) -> None:
    """Write one row per strategy and checkpoint."""
    columns = (*CURVES, *BANDS)
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(("strategy", "verdicts", *columns))
        for name, figures in strategies.items():
            values = (figures[column] for column in ("verdicts", *columns))
            writer.writerows((name, *row) for row in zip(*values, strict=True))
