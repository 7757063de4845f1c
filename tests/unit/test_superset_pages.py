"""Superset's own page with what we put around it."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

from jinja2 import ChoiceLoader, DictLoader, Environment, FileSystemLoader

TEMPLATES = Path(__file__).resolve().parents[2] / "superset" / "templates"
THEIRS = {"superset_itself/superset/spa.html": "{% block body %}<main>{% endblock %}"}


def page(marking: str) -> str:
    loader = ChoiceLoader([FileSystemLoader(TEMPLATES), DictLoader(THEIRS)])
    config = {"RASURE_PROTECTIVE_MARKING": marking}
    return (
        Environment(loader=loader, autoescape=True)
        .get_template("superset/spa.html")
        .render(appbuilder=SimpleNamespace(app=SimpleNamespace(config=config)))
    )


def test_the_page_stands_between_the_marking_and_the_licence():
    text = page("OFFICIAL-SENSITIVE")
    parts = (">OFFICIAL-SENSITIVE<", "<main>", "Open Government Licence v3.0")
    places = [text.rindex(part) for part in parts]
    assert places == sorted(places)


def test_a_marking_is_words_and_never_markup():
    assert "<script>" not in page("<script>")
