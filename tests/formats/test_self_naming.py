import pytest

from annotation.formats.self_naming import SelfNaming


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("vicuna-13b-v1.2", "Hello! I am Vicuna, a language model."),
        ("vicuna-13b-v1.2", "I'm a model called vicuna."),
        ("gpt-4", "As GPT 4, I cannot say."),
        ("gpt4_1106_preview", "gpt4-1106-preview here"),
        ("claude-v1", "My name is Claude."),
    ],
)
def test_a_response_that_says_who_wrote_it(name, text):
    assert SelfNaming(name).is_in(("first turn", text))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("alpaca-13b", "The alpaca is a camelid."),
        ("text_davinci_003", "As you can see, the text is long."),
        ("vicuna-13b-v1.2", "I am a language model. The vicuna lives in the Andes."),
        ("gpt-4", "See gpt-40 and egpt-4."),
        ("m1", "as m1 and m2"),
        ("a.b", "aXb"),
    ],
)
def test_a_response_that_only_uses_the_word(name, text):
    assert not SelfNaming(name).is_in((text,))


def test_any_name_is_searched_for_literally():
    assert not SelfNaming("(((*[").is_in(("anything ((([",))
    assert SelfNaming("模型一号").is_in(("我是模型一号。".replace("我是", "我是 ").replace("。", " 。"),))
