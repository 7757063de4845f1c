import tomllib
from importlib import resources

import pytest

from rasure.places.definition import DBT_FIGURES, Definition, dbt_variables
from rasure.places.errors import DefinitionRejected


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("RASURE_HOME", str(tmp_path))
    return tmp_path


def test_the_shipped_definition_fills_0_13_percent():
    definition = Definition.load()
    assert definition.coverage_percent == 0.13
    assert definition.version


def test_a_home_settles_its_own_and_an_option_settles_it_for_once(home):
    (home / "settings.toml").write_text(
        'force = "kent"\n[places]\ncoverage_percent = 0.2\nversion = "kent-1"\n'
    )
    assert Definition.load().coverage_percent == 0.2
    assert Definition.load().version == "kent-1"
    assert Definition.load(coverage_percent=0.5).coverage_percent == 0.5
    assert Definition.load(coverage_percent=None).coverage_percent == 0.2


@pytest.mark.parametrize("value", [0, -1, 101, "much", float("nan")])
def test_a_coverage_that_makes_no_sense_is_refused(value):
    with pytest.raises(DefinitionRejected, match="coverage_percent is"):
        Definition.load(coverage_percent=value)


def test_a_switch_is_true_or_false():
    assert Definition.load(needs_review=True).needs_review
    with pytest.raises(DefinitionRejected, match="needs_review is 'yes'"):
        Definition.load(needs_review="yes")


def test_an_unknown_figure_is_refused(home):
    (home / "settings.toml").write_text("[places]\ncoverage = 0.2\n")
    with pytest.raises(DefinitionRejected, match="no figure named 'coverage'"):
        Definition.load()


def test_a_figure_of_dbts_is_handed_to_it_only_where_the_home_sets_its_own(home):
    assert Definition.load().half_life_months == 24
    assert dbt_variables() == {}
    (home / "settings.toml").write_text(
        "[places]\nhalf_life_months = 12\ncoverage_percent = 0.2\n"
    )
    assert Definition.load().half_life_months == 12
    assert dbt_variables() == {"half_life_months": 12.0}


def test_no_figure_has_two_homes():
    shipped = resources.files("rasure.places").joinpath("definition.toml").read_text()
    assert not set(DBT_FIGURES) & set(tomllib.loads(shipped))


def test_a_half_life_that_no_weight_can_bear_is_refused(home):
    (home / "settings.toml").write_text("[places]\nhalf_life_months = 0.5\n")
    with pytest.raises(DefinitionRejected, match=r"half_life_months is 0.5, but .* 1 "):
        dbt_variables()
