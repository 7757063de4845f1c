"""Free text is read for knives: what is stated, denied, in doubt or something else."""

from __future__ import annotations

import pytest

from rasure.instruments.truth import knife_text

CASES = [
    ("Suspect pulled out a knife and demanded the phone.", "yes"),
    ("VICTIM STABBED IN THE LEG", "yes"),
    ("Robbed at knifepoint in the underpass", "yes"),
    ("Attacked with a machette by two males", "yes"),
    ("Male swung a meat cleaver at staff", "yes"),
    ("Vic was stabed twice by unk male", "yes"),
    ("No knife was seen at first but CCTV shows suspect stabbing the victim", "yes"),
    ("Did not see the knife, has three stab wounds", "yes"),
    # Another sense.
    ("Officer in a stab vest was punched", "no"),
    ("Complains of stabbing pains in the chest after a punch", "no"),
    ("Stabbed his finger on a rusty nail when climbing the fence", "no"),
    ("Punched outside the Knife and Cleaver public house", "no"),
    ("Kicked in the shoulder blade", "no"),
    ("Slashed the tyres of the car and punched the owner", "no"),
    # Denied.
    ("Punched and kicked, he was not stabbed", "no"),
    ("Assaulted by two males, no knife seen", "no"),
    ("Neither stabbed nor slashed, he fell", "no"),
    ("Reported as a stabbing, now confirmed as an assault with fists only", "no"),
    ("Thought it was a knife but it turned out to be a mobile phone", "no"),
    ("Hoax report of a stabbing", "no"),
    # A person should look.
    ("Threatened to stab him next time", "review"),
    ("Said he had a knife, none seen", "review"),
    ("Possible stab wound, cause not known", "review"),
    ("Felt something sharp pressed against his back", "review"),
    ("A knife block was on the floor", "no"),
]


@pytest.mark.parametrize(("text", "decision"), CASES)
def test_a_text_is_decided_or_left_to_a_person(connection, text, decision) -> None:
    assert knife_text.read(connection, [text]) == [decision]


def test_labelled_sentences_are_decided_as_a_person_would(connection) -> None:
    lines = knife_text.sentences(connection)
    for part, precision, recall in (
        ("tuned", 0.95, 0.95),
        (knife_text.HELD_OUT, 0.80, 0.92),
    ):
        of_part = [line for line in lines if line.part == part]
        assert len(of_part) >= 200
        figures = knife_text.figures(of_part)
        assert figures["knife_text_precision"] >= precision, part
        assert figures["knife_text_recall"] >= recall, part
        assert figures["knife_text_review"] <= 0.25, part
