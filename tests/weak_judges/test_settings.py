import subprocess
import sys

import pytest

from annotation.exceptions import InvalidValueError
from annotation.weak_judges import KGramSettings


def test_defaults_are_ten_pooled_judges() -> None:
    settings = KGramSettings()
    assert settings.orders == tuple(range(1, 11))
    assert (settings.corpus, settings.smoothing) == ("pooled", 0.0)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"orders": ()}, "at least one"),
        ({"orders": (0, 1)}, "from 1 to 32"),
        ({"orders": (1, 33)}, "from 1 to 32"),
        ({"orders": (1.5,)}, "1.5"),
        ({"orders": (2, 1)}, "ascend"),
        ({"orders": (1, 1)}, "ascend"),
        ({"corpus": "web"}, "'web'"),
        ({"tokenizer": "bpe"}, "'bpe'"),
        ({"smoothing": -0.1}, "-0.1"),
        ({"smoothing": float("nan")}, "nan"),
        ({"tie_tolerance": -1e-9}, "tie_tolerance"),
        ({"corpus": "leave_one_candidate_out"}, "above 0"),
    ],
)
def test_bad_values_are_named(values: dict, words: str) -> None:
    with pytest.raises(InvalidValueError, match=words):
        KGramSettings(**values)


def test_a_list_of_orders_is_kept_as_a_tuple() -> None:
    assert KGramSettings(orders=[1, 2]) == KGramSettings(orders=(1, 2))


def test_digest_tells_settings_apart() -> None:
    different = [
        KGramSettings(),
        KGramSettings(orders=(1, 2)),
        KGramSettings(corpus="per_query"),
        KGramSettings(smoothing=0.1),
        KGramSettings(tie_tolerance=1e-6),
    ]
    assert len({settings.digest() for settings in different}) == len(different)
    assert KGramSettings(smoothing=1).digest() == KGramSettings(smoothing=1.0).digest()


def test_digest_is_the_same_in_another_process() -> None:
    program = "from annotation.weak_judges import KGramSettings; print(KGramSettings().digest())"
    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == KGramSettings().digest()


def test_digest_changes_with_the_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    before = KGramSettings().digest()
    monkeypatch.setattr("annotation.weak_judges.settings.ENGINE_VERSION", 10_000)
    assert KGramSettings().digest() != before
