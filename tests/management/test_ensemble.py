"""``manage.py ensemble``: from a folder to a summary, a document and labels."""

import csv
import json

import numpy as np
import pytest
from django.core.management import CommandError, call_command

from tests.ensembles.worlds import draw_table, family_law


@pytest.fixture
def folder(tmp_path):
    table = draw_table(family_law(4, n=6)[0], 300, n_options=3)
    rng = np.random.default_rng(0)
    rows = [
        [f"q{i}", table.options[label], *(table.options[x] if rng.random() > 0.03 else "-" for x in row)]
        for i, (label, row) in enumerate(zip(table.labels, table.answers, strict=True))
    ]
    with (tmp_path / "predictions.csv").open("w", newline="", encoding="utf-8") as stream:
        csv.writer(stream).writerows([["question_id", "label", *table.candidates], *rows])
    return tmp_path


def build(folder, *options):
    out = folder / "out"
    call_command(
        "ensemble", "build", str(folder), "--labels", "100", "--repeats", "2", "--out", str(out), *options
    )
    return json.loads((out / "summary.json").read_text(encoding="utf-8"))


def test_build_writes_the_summary_and_apply_uses_the_document(folder):
    found = build(folder, "--size", "3", "--objective", "mi,accuracy,mrmr", "--seed", "3")
    assert set(found) == {"data", "settings", "best_single", "objectives"}
    assert set(found["objectives"]) == {"mi", "accuracy", "mrmr"}
    wanted = {"accuracy", "interval", "gain_over_best_single", "gain_interval", "rules", "members", "seconds"}
    assert wanted <= set(found["objectives"]["mi"]["3"])
    assert found["settings"]["labels"] == 100
    target = folder / "labels.csv"
    call_command(
        "ensemble", "apply", str(folder / "out" / "ensemble.json"), str(folder), "--out", str(target)
    )
    with target.open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    assert [row["query_id"] for row in rows] == [f"q{i}" for i in range(300)]
    assert {row["label"] for row in rows} <= {"a", "b", "c"}


def test_money_needs_prices_and_names_who_has_none(folder):
    with pytest.raises(CommandError, match="give --prices"):
        build(folder, "--money", "2")
    prices = folder / "prices.csv"
    prices.write_text("candidate,price\nm0,1\nm1,1\n", encoding="utf-8")
    with pytest.raises(CommandError, match="price of m2"):
        build(folder, "--money", "2", "--prices", str(prices))
    prices.write_text("candidate,price\n" + "".join(f"m{j},{j}\n" for j in range(6)), encoding="utf-8")
    found = build(folder, "--money", "3", "--prices", str(prices))
    assert found["settings"]["money"] == 3
    assert all(int(name[1:]) <= 3 for name in found["objectives"]["mi"]["2"]["members"])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--size", "9"), "size: 9"),
        (("--objective", "luck"), "objective: 'luck'"),
        (("--rule", "oracle"), "rule: 'oracle'"),
        (("--missing", "guess"), "missing: 'guess'"),
        (("--pool", "99"), "pool: 99"),
    ],
)
def test_bad_options_are_named(folder, options, message):
    with pytest.raises(CommandError, match=message):
        build(folder, *options)


def test_a_file_that_is_no_ensemble_is_named(folder):
    bad = folder / "bad.json"
    bad.write_text("{}", encoding="utf-8")
    for path in (bad, folder / "nowhere.json"):
        with pytest.raises(CommandError, match=r"not an ensemble|cannot be read"):
            call_command("ensemble", "apply", str(path), str(folder), "--out", str(folder / "x.csv"))


@pytest.mark.parametrize("action", ["build", "apply"])
def test_a_place_that_cannot_be_written_is_named(folder, action):
    build(folder, "--size", "1")
    (folder / "file").touch()
    target, document = folder / "file" / "x", folder / "out" / "ensemble.json"
    given = (
        [str(document), str(folder)] if action == "apply" else [str(folder), "--labels", "100", "--size", "1"]
    )
    with pytest.raises(CommandError, match=f"--out {target}: cannot be written"):
        call_command("ensemble", action, *given, "--out", str(target))
