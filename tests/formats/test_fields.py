import pytest

from annotation.formats import fields


@pytest.mark.parametrize(
    ("value", "kind"),
    [(5, "a number"), (2.5, "a number"), (True, "true or false"), (["a"], "a list"), ({"a": 1}, "an object")],
)
def test_text_must_be_text(value, kind):
    with pytest.raises(fields.FieldError, match=f"response must be text, not {kind}") as caught:
        fields.get_turns({"response": value}, "response", "response_turns")
    assert caught.value.value == repr(value)


def test_what_no_database_stores_is_refused():
    with pytest.raises(fields.FieldError, match="prompt has a NUL character at position 2"):
        fields.check_text("prompt", "a\x00b")
    with pytest.raises(fields.FieldError, match="prompt has half of a surrogate pair at position 3"):
        fields.check_text("prompt", "ab\ud83d")
    assert fields.check_text("prompt", "ab\U0001f600") == "ab\U0001f600"


@pytest.mark.parametrize("metadata", [{"a": ["x\x00"]}, {"a\x00": 1}, '{"a": "\\u0000"}', {"a": "\ud83d"}])
def test_metadata_is_looked_through(metadata):
    with pytest.raises(fields.FieldError, match="metadata has"):
        fields.get_mapping({"metadata": metadata}, "metadata")


def test_a_backslash_before_u0000_is_no_nul():
    metadata = {"a": "\\u0000"}
    assert fields.get_mapping({"metadata": metadata}, "metadata") == metadata


def test_metadata_is_json_of_bounded_depth():
    with pytest.raises(fields.FieldError, match="metadata has a number that JSON does not know"):
        fields.get_mapping({"metadata": '{"a": [NaN]}'}, "metadata")
    deep = '{"a": ' * 60 + "1" + "}" * 60
    with pytest.raises(fields.FieldError, match="metadata is nested deeper than 50 levels"):
        fields.get_mapping({"metadata": deep}, "metadata")


def test_names_are_required_short_and_may_be_whole_numbers():
    assert fields.get_name({"query_id": 70}, "query_id", limit=5) == "70"
    assert fields.get_name({"model": " m "}, "model", limit=5) == "m"
    with pytest.raises(fields.FieldError, match="model is missing"):
        fields.get_name({"query_id": 1}, "model", limit=5)
    with pytest.raises(fields.FieldError, match="model is empty"):
        fields.get_name({"model": "  "}, "model", limit=5)
    with pytest.raises(fields.FieldError, match="model has 6 characters, at most 5 are allowed"):
        fields.get_name({"model": "abcdef"}, "model", limit=5)
    for value in (True, 1.5, []):
        with pytest.raises(fields.FieldError, match="model must be text"):
            fields.get_name({"model": value}, "model", limit=5)


def test_lists_and_objects_may_be_json_in_a_cell():
    assert fields.get_texts({"turns": '["a", "b"]'}, "turns") == ("a", "b")
    assert fields.get_texts({"turns": ""}, "turns") == ()
    assert fields.get_mapping({"metadata": '{"a": 1}'}, "metadata") == {"a": 1}
    with pytest.raises(fields.FieldError, match="turns is not JSON"):
        fields.get_texts({"turns": "a, b"}, "turns")
    with pytest.raises(fields.FieldError, match="turns must be a list of texts, not a number"):
        fields.get_texts({"turns": "3"}, "turns")
    with pytest.raises(fields.FieldError, match=r"turns\[1\] must be text, not a number"):
        fields.get_texts({"turns": ["a", 2]}, "turns")
    with pytest.raises(fields.FieldError, match="metadata must be an object, not a list"):
        fields.get_mapping({"metadata": "[]"}, "metadata")


def test_an_empty_response_is_a_response_and_null_is_none():
    assert fields.get_turns({"response": ""}, "response", "response_turns") == ("",)
    for values in ({}, {"response": None}):
        with pytest.raises(fields.FieldError, match=r"response is missing \(or the list response_turns\)"):
            fields.get_turns(values, "response", "response_turns")
