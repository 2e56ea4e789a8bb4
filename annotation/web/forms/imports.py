"""Forms that take files."""

from __future__ import annotations

from django import forms

from annotation.web.forms.base import ManyFilesField

FILES_HELP = (
    "One row per response, with query_id, prompt (or turns), model and response, as JSON lines, CSV or "
    "Parquet; AlpacaEval model_outputs.json files; queries.jsonl, responses.jsonl and outcomes.csv of an "
    "evaluation folder together; or, for labels, predictions.csv and questions.jsonl. Several at once; each "
    "may be gzipped."
)
KINDS = (
    ("auto", "Find out from the files"),
    ("pairwise", "Texts, compared in pairs with those of a baseline"),
    ("labelled", "Labels, of which one is right for each query"),
)
STRICT_HELP = (
    "Import nothing if any row is refused. Otherwise the good rows are imported and the others listed."
)


class NewStudyForm(forms.Form):
    """A study's name and its first files."""

    name = forms.CharField(
        max_length=200,
        help_text="What you want to find out, in a few words.",
        error_messages={"required": "The study needs a name."},
    )
    uploads = ManyFilesField(label="Files", help_text=FILES_HELP)
    kind = forms.ChoiceField(
        label="What candidates give",
        choices=KINDS,
        initial="auto",
        required=False,
        help_text="Labels are for multiple choice and classification: one label settles a whole query.",
    )
    is_strict = forms.BooleanField(required=False, label="All or nothing", help_text=STRICT_HELP)


class ImportForm(forms.Form):
    """Further files for a study that exists."""

    uploads = ManyFilesField(label="Files", help_text=FILES_HELP)
    is_strict = forms.BooleanField(required=False, label="All or nothing", help_text=STRICT_HELP)
    is_replacing = forms.BooleanField(
        required=False,
        label="Replace responses whose text changed",
        help_text="Those that verdicts rest on stay as they are. Unticked, all known responses stay.",
    )
