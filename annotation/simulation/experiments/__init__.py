"""Experiments by name: each takes a bench and returns a page of tables and plots."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from annotation.simulation.experiments.ablation import run_ablation
from annotation.simulation.experiments.baselines import run_baseline_strength
from annotation.simulation.experiments.batches import run_batches
from annotation.simulation.experiments.bench import Bench
from annotation.simulation.experiments.certainty import run_calibration
from annotation.simulation.experiments.domains import run_domains
from annotation.simulation.experiments.judges import run_weak_judges
from annotation.simulation.experiments.noise import run_sensitivity, run_tuning
from annotation.simulation.experiments.sanity import run_sanity
from annotation.simulation.pages import Page

EXPERIMENTS: Mapping[str, Callable[[Bench], Page]] = MappingProxyType(
    {
        "sanity": run_sanity,
        "ablation": run_ablation,
        "calibration": run_calibration,
        "batches": run_batches,
        "sensitivity": run_sensitivity,
        "tuning": run_tuning,
        "weak-judges": run_weak_judges,
        "baseline-strength": run_baseline_strength,
        "domains": run_domains,
    }
)
"""Every experiment by the name that commands know it by."""

__all__ = ["EXPERIMENTS", "Bench", "Page"]
