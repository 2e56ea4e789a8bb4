"""Which benchmarks the project reports."""

from annotation.simulation.benchmarks import Benchmark

DEFAULTS = ("item_response", "beta_top_two")
UNBIASED = ("item_response", "item_response:common_share=1.0")
"""Queries chosen by information, and in one random order: what unbiased asking costs, and where it helps."""
JUDGES = ("llm_selector", "llm_selector:judges=measured")
QUERIES = (
    "random",
    "llm_selector_query",
    "llm_selector_query:judges=measured",
    "random_query",
    "bradley_terry",
    "most_draws",
    "uncertainty",
    "confidence",
)
EVERY = ("*", "llm_selector:judges=measured", "llm_selector_query:judges=measured")
LABELLED = ("random", "model_selector", "select_llm", "llm_selector_query", "bradley_terry", "beta_top_two")
"""Without responses there are no weak judges, and the strategies left out here ask in random order."""

SMALL_TABLES = (
    ("mtbench-human", "human:both", "", 60),
    ("mtbench-human", "gpt-4:both", "mtbench-gpt4", 60),
    ("pandalm-human", "human", "", 120),
)
WORLDS = (
    ("dependent-queries", 120, UNBIASED, 100),
    ("draw-heavy", 120, DEFAULTS[:1], 60),
    ("adversarial-ease", 120, UNBIASED, 200),
    ("near-duplicates", 120, DEFAULTS[:1], 60),
    ("baseline-beats-all", 120, DEFAULTS[:1], 60),
    ("few-queries", 10, DEFAULTS[:1], 60),
    ("never-win", 60, DEFAULTS[:1], 60),
)
"""World, pool, strategies, realizations: more where claims are hardest to keep and few replays stop."""

# The figures that matter most come first. What ablation and calibration of a real table replay alike (same
# pools, budget and estimates) is replayed once.
FULL = (
    Benchmark("sanity", "mtbench-human", "gpt-4:both", realizations=20),
    Benchmark(
        "ablation",
        "alpacaeval1",
        strategies=(*DEFAULTS, "llm_selector"),
        budget=2200,
        whole=("llm_selector_query", "random"),
        estimated=(DEFAULTS[0],),
    ),
    Benchmark("calibration", "alpacaeval1", strategies=DEFAULTS[:1], budget=2200),
    *(
        Benchmark("ablation", source, judge, EVERY, 120, pool, alias=alias, estimated=DEFAULTS)
        for source, judge, alias, pool in SMALL_TABLES
    ),
    *(
        Benchmark("calibration", source, judge, DEFAULTS, 120, pool, alias=alias)
        for source, judge, alias, pool in SMALL_TABLES
    ),
    *(
        Benchmark(
            "calibration",
            f"synthetic:{world}",
            strategies=strategies,
            realizations=realizations,
            pool=pool,
            budget=700,
        )
        for world, pool, strategies, realizations in WORLDS
    ),
    Benchmark(
        "ablation",
        "alpacaeval1",
        strategies=UNBIASED,
        realizations=40,
        budget=2200,
        alias="alpacaeval1-unbiased",
        estimated=DEFAULTS[:1],
    ),
    Benchmark("batches", "alpacaeval1", strategies=DEFAULTS[:1], realizations=30, budget=1800),
    Benchmark("ablation", "alpacaeval1", strategies=QUERIES, realizations=20, alias="alpacaeval1-queries"),
    Benchmark(
        "ablation", "alpacaeval1", strategies=JUDGES, realizations=40, budget=1500, alias="alpacaeval1-judges"
    ),
    Benchmark("ablation", "jmle2026-medical", strategies=LABELLED, realizations=50, pool=300),
    Benchmark("ablation", "textclass-policy-en", strategies=LABELLED, realizations=40, pool=300),
    Benchmark("ablation", "textclass-technology-en", strategies=LABELLED, realizations=40, pool=300),
    Benchmark("ablation", "mmlu-pro", strategies=LABELLED, realizations=50),
    Benchmark("weak-judges", "alpacaeval1", realizations=10),
    Benchmark("weak-judges", "mtbench-human", "human:both", realizations=20),
    Benchmark("weak-judges", "pandalm-human", "human", realizations=20),
    Benchmark("sensitivity", "alpacaeval1", strategies=("llm_selector_query",), realizations=10, pool=200),
    Benchmark("tuning", "alpacaeval1", strategies=("llm_selector_query",), realizations=10, pool=200),
    Benchmark("baseline-strength", "mtbench-human", "human:both", (*DEFAULTS, "random"), 40),
    Benchmark(
        "baseline-strength", "alpacaeval1", strategies=(*DEFAULTS, "random"), realizations=10, budget=700
    ),
    Benchmark("domains", "mtbench-human", "gpt-4:both", strategies=(*DEFAULTS, "random"), realizations=50),
)
"""What ``docs/benchmarks.md`` reports."""

SMALL = "synthetic:few-queries"
QUICK = (
    Benchmark("sanity", SMALL, realizations=1, pool=4),
    Benchmark("ablation", SMALL, realizations=3, budget=40, whole=("llm_selector_query", "random")),
    Benchmark("calibration", SMALL, strategies=("random", *DEFAULTS), realizations=3, budget=30),
    Benchmark("batches", SMALL, strategies=DEFAULTS, realizations=2, budget=30),
    Benchmark("sensitivity", SMALL, strategies=("llm_selector_query",), realizations=1, pool=4),
    Benchmark("tuning", SMALL, strategies=("llm_selector_query",), realizations=1, pool=4),
    Benchmark("weak-judges", SMALL, realizations=3),
    Benchmark("baseline-strength", SMALL, strategies=("random",), realizations=2, budget=30),
    Benchmark("domains", "synthetic:item-response", strategies=("random",), realizations=2, budget=30),
)
"""Every experiment on a small table, for continuous integration."""
