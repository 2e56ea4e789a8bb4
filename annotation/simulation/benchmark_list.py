"""Which benchmarks the project reports."""

from annotation.simulation.benchmarks import Benchmark

ALL_PAIRS = ("random", "llm_selector", "beta_top_two", "item_response")
DEFAULTS = ("item_response", "beta_top_two", "random")

FULL = (
    Benchmark("sanity", "mtbench-human", "gpt-4:both", realizations=20),
    Benchmark("ablation", "alpacaeval1", strategies=ALL_PAIRS, budget=3000),
    Benchmark(
        "ablation",
        "alpacaeval1",
        strategies=(
            "random",
            "random_query",
            "llm_selector_query",
            "bradley_terry",
            "most_draws",
            "uncertainty",
            "confidence",
        ),
        realizations=50,
        alias="alpacaeval1-queries",
    ),
    Benchmark("ablation", "mtbench-human", "human:both", pool=60),
    Benchmark("ablation", "mtbench-human", "gpt-4:both", pool=60, alias="mtbench-gpt4"),
    Benchmark("ablation", "pandalm-human", "human", pool=120),
    Benchmark("ablation", "jmle2026-medical", pool=300),
    Benchmark("ablation", "textclass-policy-en", realizations=50),
    Benchmark("calibration", "alpacaeval1", strategies=DEFAULTS, realizations=50, budget=2000),
    Benchmark("calibration", "mtbench-human", "human:both", strategies=DEFAULTS, pool=60),
    Benchmark("calibration", "pandalm-human", "human", strategies=DEFAULTS, pool=120),
    *(
        Benchmark(
            "calibration", f"synthetic:{world}", strategies=DEFAULTS, realizations=60, pool=pool, budget=1500
        )
        for world, pool in (
            ("dependent-queries", 120),
            ("draw-heavy", 120),
            ("adversarial-ease", 120),
            ("near-duplicates", 120),
            ("baseline-beats-all", 120),
            ("few-queries", 10),
            ("never-win", 60),
        )
    ),
    Benchmark("batches", "alpacaeval1", strategies=("item_response",), realizations=30, budget=2000),
    Benchmark("weak-judges", "alpacaeval1", realizations=10),
    Benchmark("weak-judges", "mtbench-human", "human:both", realizations=20),
    Benchmark("sensitivity", "alpacaeval1", strategies=("llm_selector_query",), realizations=20, pool=200),
    Benchmark("tuning", "alpacaeval1", strategies=("llm_selector_query",), realizations=10, pool=200),
    Benchmark("baseline-strength", "mtbench-human", "human:both", strategies=DEFAULTS),
    Benchmark("domains", "mtbench-human", "gpt-4:both", strategies=DEFAULTS, realizations=50),
)
"""What ``docs/benchmarks.md`` reports."""

SMALL = "synthetic:few-queries"
QUICK = (
    Benchmark("sanity", SMALL, realizations=2),
    Benchmark("ablation", SMALL, realizations=3, budget=40),
    Benchmark("calibration", SMALL, strategies=("random", *DEFAULTS), realizations=3, budget=30),
    Benchmark("batches", SMALL, strategies=DEFAULTS, realizations=2, budget=30),
    Benchmark("sensitivity", SMALL, strategies=("llm_selector_query",), realizations=2, pool=6),
    Benchmark("tuning", SMALL, strategies=("llm_selector_query",), realizations=2, pool=6),
    Benchmark("weak-judges", SMALL, realizations=3),
    Benchmark("baseline-strength", SMALL, strategies=("random",), realizations=2, budget=30),
    Benchmark("domains", "synthetic:item-response", strategies=("random",), realizations=2, budget=30),
)
"""Every experiment on a small table, for continuous integration."""
