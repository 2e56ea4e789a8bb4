"""``manage.py ensemble``: builds ensembles from labelled folders and applies them, no database."""

import argparse
import csv
import math
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from annotation.ensembles.aggregation import RULES
from annotation.ensembles.answers import MISSING_POLICIES, AnswerTable, encode_answers
from annotation.ensembles.benchmark import BenchmarkPlan, run_benchmark
from annotation.ensembles.budget import Budget
from annotation.ensembles.building import BuildOptions, build_ensemble
from annotation.ensembles.error_law import MAX_MEMBERS
from annotation.ensembles.estimators import ESTIMATOR_NAMES
from annotation.ensembles.fitted import read_ensemble
from annotation.ensembles.greedy import OBJECTIVES
from annotation.ensembles.procedure import Procedure
from annotation.exceptions import InvalidValueError, SelectorError
from annotation.formats.predictions import list_prediction_models, read_prediction_table, read_predictions
from annotation.simulation.summary import write_json


class Command(BaseCommand):
    """Builds ensembles and measures them on queries held out; or applies one to a predictions file."""

    help = "Builds an ensemble from a labelled folder, or applies one; without a database."
    requires_system_checks = []

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Declare the two sub-commands."""
        actions = parser.add_subparsers(dest="action", required=True)
        add_build_arguments(actions.add_parser("build", help="choose members and rule, measure them"))
        apply = actions.add_parser("apply", help="answer for a fitted ensemble")
        apply.add_argument("ensemble", type=Path, help="ensemble.json of build")
        apply.add_argument("data", metavar="DATA_DIR", help="folder with predictions.csv[.gz]")
        apply.add_argument("--out", type=Path, required=True, help="CSV file of query_id, label")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run, and turn a refused value into a message."""
        try:
            self.build(options) if options["action"] == "build" else self.apply(options)
        except SelectorError as error:
            raise CommandError(error.message) from error
        except OSError as error:
            raise CommandError(f"--out {options['out']}: cannot be written ({error.strerror})") from error

    def build(self, options: dict[str, Any]) -> None:
        """Measure every objective and size by repeated splits; fit the first objective to the labels."""
        table = open_answers(options["data"], options["missing"])
        plan = make_plan(options, table)
        with tqdm(total=plan.n_repeats, desc="repeats", unit="split", mininterval=0.5) as bar:
            found = run_benchmark(table, plan, lambda fraction, _: move(bar, fraction))
        out = options["out"]
        out.mkdir(parents=True, exist_ok=True)
        write_json(out / "summary.json", {**describe(options, table, plan), **found})
        result = build_ensemble(table, build_options(plan, options))
        (out / "ensemble.json").write_text(result.ensemble.to_json(), encoding="utf-8")
        self.report(found, out)

    def report(self, found: dict[str, Any], out: Path) -> None:
        """Print one line per objective and size."""
        self.stdout.write(f"best single candidate: {100 * found['best_single']['accuracy']:.2f} %")
        for objective, sizes in found["objectives"].items():
            for size, figures in sizes.items():
                low, high = (100 * end for end in figures["gain_interval"])
                gain = 100 * figures["gain_over_best_single"]
                self.stdout.write(
                    f"{objective} of {size}: {100 * figures['accuracy']:.2f} %, "
                    f"{gain:+.2f} points [{low:+.2f}, {high:+.2f}]"
                )
        self.stdout.write(f"Written to {out}")

    def apply(self, options: dict[str, Any]) -> None:
        """Write the ensemble's label of every query."""
        try:
            ensemble = read_ensemble(options["ensemble"].read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError) as error:
            raise InvalidValueError(f"{options['ensemble']}: cannot be read ({error})") from error
        models = list_prediction_models(options["data"])
        query_ids, rows = [], []
        for record in read_predictions(options["data"]):
            query_ids.append(record.query_id)
            rows.append(record.predictions)
        labels = {name: [row[place] for row in rows] for place, name in enumerate(models)}
        answers = ensemble.predict(labels)
        with options["out"].open("w", newline="", encoding="utf-8") as stream:
            writer = csv.writer(stream, lineterminator="\n")
            writer.writerow(("query_id", "label"))
            writer.writerows(zip(query_ids, answers, strict=True))
        self.stdout.write(f"{len(answers)} labels written to {options['out']}")


def add_build_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``build``."""
    parser.add_argument("data", metavar="DATA_DIR", help="folder with predictions.csv[.gz]")
    parser.add_argument("--size", type=int, default=0, help="most members, default 5, with --money 12")
    parser.add_argument("--money", type=float, help="most money per query; needs --prices")
    parser.add_argument("--prices", type=Path, help="CSV file of candidate, price (per query)")
    parser.add_argument("--objective", default="mi", help=f"with commas: {', '.join(OBJECTIVES)}")
    parser.add_argument("--labels", type=int, default=0, help="labels per repeat, default 500 or half")
    parser.add_argument("--test", type=int, default=0, help="test queries per repeat, default: the rest")
    parser.add_argument("--pool", type=int, default=0, help="random candidates per repeat, default: all")
    parser.add_argument("--repeats", type=int, default=20)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--rule", default="auto", help=f"auto or one of {', '.join(RULES)}")
    parser.add_argument("--estimator", default="auto", help=f"one of {', '.join(ESTIMATOR_NAMES)}")
    parser.add_argument(
        "--missing", default="no_answer", help=f"missing predictions: {' or '.join(MISSING_POLICIES)}"
    )
    parser.add_argument("--out", type=Path, required=True, help="folder of the results")


def open_answers(folder: str, missing: str) -> AnswerTable:
    """Read a labelled folder."""
    table = read_prediction_table(folder)
    return encode_answers(
        table.labels,
        table.predictions,
        classes=table.classes,
        candidates=table.models,
        missing=missing,
    )


def make_plan(options: dict[str, Any], table: AnswerTable) -> BenchmarkPlan:
    """Turn the command's options into a plan that the table can serve."""
    money = options["money"]
    n_pool = options["pool"] or len(table.candidates)
    size = options["size"] or min(5 if money is None else MAX_MEMBERS, n_pool)
    prices = read_prices(options["prices"], table.candidates) if money is not None else ()
    procedure = Procedure(
        objectives=tuple(word.strip() for word in options["objective"].split(",") if word.strip()),
        budget=Budget(size, money, prices),
        estimator=options["estimator"],
        rule=options["rule"],
        seed=options["seed"],
    )
    plan = BenchmarkPlan(
        procedure=procedure,
        n_labels=options["labels"] or min(500, table.n_queries // 2),
        n_test=options["test"],
        n_repeats=options["repeats"],
        pool=options["pool"],
    )
    plan.check(table)
    return plan


def read_prices(path: Path | None, candidates: tuple[str, ...]) -> tuple[float, ...]:
    """Read prices by candidate; NaN where there is none, which the budget refuses by name."""
    if path is None:
        raise InvalidValueError("money without prices: give --prices FILE with columns candidate, price")
    try:
        with path.open(newline="", encoding="utf-8-sig") as stream:
            found = {row["candidate"].strip(): float(row["price"]) for row in csv.DictReader(stream)}
    except (OSError, KeyError, AttributeError, TypeError, ValueError) as error:
        raise InvalidValueError(f"{path}: must be a CSV file of candidate, price ({error!r})") from error
    return tuple(found.get(name, math.nan) for name in candidates)


def build_options(plan: BenchmarkPlan, options: dict[str, Any]) -> BuildOptions:
    """Return how to fit the ensemble that is written beside the figures: all queries are its labels."""
    procedure = plan.procedure
    return BuildOptions(
        objective=procedure.objectives[0],
        budget=procedure.budget,
        estimator=procedure.estimator,
        rule=procedure.rule,
        seed=procedure.seed,
        stop_early=False,
        n_validations=0,
    )


def describe(options: dict[str, Any], table: AnswerTable, plan: BenchmarkPlan) -> dict[str, Any]:
    """Return what the summary says of data and settings."""
    data = {
        "name": Path(options["data"]).resolve().name,
        "queries": table.n_queries,
        "candidates": len(table.candidates),
        "options": table.n_options,
        "hash": table.data_hash(),
    }
    settings = {key: options[key] for key in ("objective", "seed", "rule", "estimator", "missing", "money")}
    counts = {"size": plan.procedure.budget.size, "labels": plan.n_labels, "test": plan.n_test}
    return {"data": data, "settings": {**settings, **counts, "pool": plan.pool, "repeats": plan.n_repeats}}


def move(bar: "tqdm[Any]", fraction: float) -> None:
    """Move a bar to a fraction."""
    bar.update(round(fraction * (bar.total or 0)) - bar.n)
