"""``manage.py import_study`` as a person at a terminal meets it."""

import io
import json

import pytest
from django.core.management import CommandError, call_command

from annotation.models import Response, Study
from tests.factories import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(tmp_path):
    """An evaluation folder with a query, two candidates and a baseline."""
    (tmp_path / "queries.jsonl").write_text('{"query_id": "q1", "prompt": "One?"}\n')
    rows = [{"query_id": "q1", "model": model, "response": model} for model in ("m1", "m2", "base")]
    (tmp_path / "responses.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    (tmp_path / "outcomes.csv").write_text("query_id,model,outcome,judge\nq1,m1,win,j\nq1,m2,loss,j\n")
    return tmp_path


@pytest.fixture
def owner():
    return make_user("olive")


def import_study(*args):
    out = io.StringIO()
    call_command("import_study", *map(str, args), stdout=out)
    return out.getvalue()


def test_a_folder_becomes_a_study_with_its_baseline(folder, owner):
    text = import_study(folder, "--study", "letters", "--name", "Letters", "--owner", "olive")
    study = Study.objects.get(slug="letters")
    assert (study.name, study.baseline.name, study.status) == ("Letters", "base", "draft")
    assert study.memberships.get().user == owner
    assert "responses: 3 read, 3 matched with a query, 3 new" in text
    assert "baseline: base, which alone has no outcomes" in text
    assert "Imported." in text


def test_twice_the_same_folder_changes_nothing(folder, owner):
    import_study(folder, "--study", "letters", "--owner", "olive")
    before = list(Response.objects.values())
    text = import_study(folder, "--study", "letters")
    assert list(Response.objects.values()) == before
    assert "3 unchanged" in text
    assert "Nothing changed" in text


def test_a_new_study_needs_somebody_who_leads_it(folder, owner):
    with pytest.raises(CommandError, match="--owner: a new study needs somebody"):
        import_study(folder, "--study", "letters")
    with pytest.raises(CommandError, match="nobody here is called 'nobody'"):
        import_study(folder, "--study", "letters", "--owner", "nobody")
    assert not Study.objects.exists()


@pytest.mark.parametrize(
    ("extra", "message"),
    [
        (["--strict"], "1 rows are refused; nothing was imported"),
        (["--baseline", "m9"], "no candidate 'm9'; there are base, m1, m2"),
        (["--format", "xml"], "no format 'xml'; allowed are queries"),
    ],
)
def test_a_refused_import_makes_no_study(folder, owner, extra, message):
    with (folder / "responses.jsonl").open("a") as stream:
        stream.write('{"query_id": "q9", "model": "m1", "response": "x"}\n')
    with pytest.raises(CommandError, match=message):
        import_study(folder, "--study", "letters", "--owner", "olive", *extra)
    assert not Study.objects.exists()


def test_an_absent_file_and_a_bad_slug_are_told_in_words(folder, owner, tmp_path):
    with pytest.raises(CommandError, match=r"none.csv: cannot be opened: No such file"):
        import_study(tmp_path / "none.csv", "--study", "letters", "--owner", "olive")
    with pytest.raises(CommandError, match="slug: "):
        import_study(folder, "--study", "no slug!", "--owner", "olive")
    assert not Study.objects.exists()


def test_the_first_bad_rows_are_shown(folder, owner):
    with (folder / "responses.jsonl").open("a") as stream:
        stream.write('{"query_id": "q1", "model": "m3", "response": true}\n')
    text = import_study(folder, "--study", "letters", "--owner", "olive")
    assert "responses.jsonl:4: response must be text, not true or false (found: True)" in text
    assert "1 bad rows" in text


def test_changed_responses_need_replace(folder, owner):
    import_study(folder, "--study", "letters", "--owner", "olive")
    rows = [{"query_id": "q1", "model": "m1", "response": "changed"}]
    (folder / "responses.jsonl").write_text(json.dumps(rows[0]) + "\n")
    assert "1 in conflict" in import_study(folder, "--study", "letters")
    assert "1 replaced" in import_study(folder, "--study", "letters", "--replace")
    assert Response.objects.get(candidate__name="m1").turns == ["changed"]


@pytest.mark.parametrize(
    ("name", "n_queries", "n_responses"), [("mtbench-human", 80, 479), ("pandalm-human", 170, 779)]
)
def test_shared_folders_are_imported(shared_data, owner, name, n_queries, n_responses):
    import_study(shared_data / name, "--study", name, "--owner", "olive")
    study = Study.objects.get(slug=name)
    assert study.queries.count() == n_queries
    assert Response.objects.filter(query__study=study).count() == n_responses
    assert study.baseline is not None
