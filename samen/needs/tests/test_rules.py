from samen.needs.rules import words_hash


def test_spaces_and_line_breaks_do_not_make_other_words() -> None:
    assert words_hash("Ik ben  in\ngevaar", ["help  mij"]) == words_hash(
        "Ik ben in gevaar", ["help mij"]
    )


def test_another_phrase_makes_other_words() -> None:
    assert words_hash("Gevaar", ["help"]) != words_hash("Gevaar", ["help", "nu"])


def test_a_phrase_is_not_the_end_of_the_label() -> None:
    assert words_hash("Gevaar help", []) != words_hash("Gevaar", ["help"])
