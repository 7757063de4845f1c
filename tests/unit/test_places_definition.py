import re
from pathlib import Path

import pytest

from rasure.places.definition import Definition
from rasure.places.errors import DefinitionRejected

DBT_PROJECT = Path(__file__).parents[2] / "dbt" / "dbt_project.yml"


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


def test_dbt_scores_places_by_the_same_figures():
    variables = dict(re.findall(r"^  (\w+): ([\d.]+)", DBT_PROJECT.read_text(), re.M))
    definition = Definition.load()
    assert float(variables["half_life_months"]) == definition.half_life_months
    assert float(variables["harm_power"]) == definition.harm_power
    assert float(variables["institution_cell_share"]) == definition.institution_share
