"""The canonical text form and the action space."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kgpress import strategy
from kgpress.catalogue import Hyperparameter, Method, load
from kgpress.catalogue._entries import STAGES
from kgpress.errors import StrategyError, UnknownName

CATALOGUE = load()


def values(hp: Hyperparameter) -> st.SearchStrategy:
    if hp.type == "choice":
        return st.sampled_from(hp.choices)
    if hp.type == "integer":
        return st.integers(int(hp.minimum), int(hp.maximum))
    return st.floats(hp.minimum, hp.maximum)


def steps_of(method: Method) -> st.SearchStrategy:
    settings = st.fixed_dictionaries(
        {}, optional={hp.name: values(hp) | st.just(strategy.UNSPECIFIED) for hp in method.hyperparameters}
    )
    return st.tuples(st.just(method.label), settings)


@st.composite
def any_strategy(draw: st.DrawFn) -> strategy.Strategy:
    methods = draw(st.lists(st.sampled_from(CATALOGUE.methods), min_size=1, max_size=4))
    methods.sort(key=lambda m: STAGES.index(m.stage))
    precise = [m for m in methods if m.stage == "precision"]
    kept = [m for m in methods if m.stage != "precision" or m is precise[0]]
    first_only = [m for i, m in enumerate(kept) if m.stage != "precision" or m not in kept[:i]]
    return strategy.make([draw(steps_of(m)) for m in first_only])


@given(any_strategy())
def test_text_round_trip(made: strategy.Strategy) -> None:
    again = strategy.parse(made.text)
    assert again == made
    assert again.text == made.text
    assert again.id == made.id


@given(any_strategy())
def test_proto_round_trip(made: strategy.Strategy) -> None:
    assert strategy.from_proto(made.to_proto()) == made


@given(any_strategy(), any_strategy())
def test_one_text_per_strategy(one: strategy.Strategy, other: strategy.Strategy) -> None:
    assert (one.text == other.text) == (one.id == other.id)


def test_the_form_of_the_design() -> None:
    made = strategy.parse(" C2( ratio = 0.70, epochs=20 )>C4 ")
    assert made.text == "C2(ratio=0.7,epochs=20) > C4(bits=8)"
    assert made.methods == ("C2", "C4")
    assert made.steps[0]["samples"] == 0
    assert made.catalogue_version == CATALOGUE.version


def test_order_matters_and_is_checked() -> None:
    with pytest.raises(StrategyError, match="write C2 > C4"):
        strategy.parse("C4 > C2")
    with pytest.raises(StrategyError, match="both set the precision"):
        strategy.parse("C4 > C18")
    assert strategy.parse("C2 > C7").id != strategy.parse("C7 > C2").id


@pytest.mark.parametrize(
    ("text", "error", "said"),
    [
        ("", StrategyError, "empty"),
        ("C2(ratio=2)", StrategyError, "between 0 and 0.95"),
        ("C2(ratio=nan)", StrategyError, "out of range"),
        ("C2(epochs=2.5)", StrategyError, "whole number"),
        ("C2(ratio=half)", StrategyError, "a number"),
        ("C4(scale=per_row)", StrategyError, "per_channel"),
        ("C2(ratio=0.5,ratio=0.6)", StrategyError, "twice"),
        ("C2(ratio)", StrategyError, "not a setting"),
        ("C2((", StrategyError, "not a step"),
        ("C2 > ", StrategyError, "not a step"),
        ("C999", UnknownName, "did you mean"),
        ("C2(ratoi=0.5)", UnknownName, "ratio"),
    ],
)
def test_bad_texts_name_fault_and_remedy(text: str, error: type, said: str) -> None:
    with pytest.raises(error, match=said) as raised:
        strategy.parse(text)
    assert raised.value.remedy
    assert raised.value.exit_code != 0


def test_the_action_space_is_the_declared_grid() -> None:
    space = list(strategy.action_space())
    assert len({s.id for s in space}) == len(space) >= 500
    assert all(s.fully_set for s in space)
    assert {s.methods for s in space} == set(CATALOGUE.patterns)
    for s in space:
        for step in s.steps:
            method = CATALOGUE.method(step.method)
            for name, value in step.settings:
                hp = method.hyperparameter(name)
                assert hp is not None
                assert value in (hp.grid or (hp.default,))
