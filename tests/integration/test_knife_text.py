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
    # Evidence: somebody uses, holds or carries one, or is hurt by one.
    ("Son came at his mother with a bread knife", "yes"),
    ("Lock knife found in his waistband on a stop search", "yes"),
    ("Single stab wound to the thigh, he will not say who did it", "yes"),
    ("Shop staff threatened with stanley knife", "yes"),
    ("Knife", "review"),
    ("A sword was on the wall of the flat", "review"),
    # Hearsay, or an account of somebody who was not there.
    ("She was told by a neighbour that he had pulled a knife on the boy", "review"),
    ("Anonymous caller, male chasing another with a machete", "review"),
    ("His mother says that he was stabbed in the arm at school", "review"),
    ("Her friend reports that he held a blade to her throat", "review"),
    # Taken back, contradicted, or another time.
    ("Said he was robbed at knifepoint. He now says he lost the phone", "review"),
    ("Two versions: he was stabbed in the hand, or he fell on glass", "review"),
    ("He held a knife to her throat in 2019. Today he pushed her", "review"),
    ("Stabbed in the leg, she says. Her daughter denied this", "review"),
    # A plan, a game, an accident, work, or a thing.
    ("Male waved a sword at the bus, it was a toy", "review"),
    ("Actor stabbed on stage with a prop dagger", "review"),
    ("He slipped and was cut on the hand with a kitchen knife", "review"),
    ("Victim had a knife in her hand as she was cooking when he pushed her", "review"),
    ("Partner cut up her clothes with scissors", "review"),
    ("Stabbed IP in the arm with a pencil", "review"),
    # Found afterwards, in an attack in which none was seen.
    ("Suspect punched IP. A lock knife was found in his pocket", "review"),
    # A suspect's denial is no denial of the facts, and a pronoun may be a knife.
    ("Suspect denies having a knife. CCTV shows him pointing it at staff", "review"),
    ("He was chopping onions with a knife and pointed it at her", "review"),
]


@pytest.mark.parametrize(("text", "decision"), CASES)
def test_a_text_is_decided_or_left_to_a_person(connection, text, decision) -> None:
    assert knife_text.read(connection, [text]) == [decision]


def test_labelled_sentences_are_decided_as_a_person_would(connection) -> None:
    lines = knife_text.sentences(connection)
    for part, precision, recall, review in (
        ("tuned", 0.99, 0.97, 0.33),
        (knife_text.HELD_OUT, 0.95, 0.84, 0.40),
    ):
        of_part = [line for line in lines if line.part == part]
        assert len(of_part) >= 200
        figures = knife_text.figures(of_part)
        assert figures["knife_text_precision"] >= precision, part
        assert figures["knife_text_recall"] >= recall, part
        assert figures["knife_text_review"] <= review, part
