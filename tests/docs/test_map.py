"""Do README's map and the index of law say what the code says of itself?"""

from tests.docs.map import LAW, README, readme, the_law, told

REMAKE = "remake it with `python -m tests.docs.map`"


def test_the_map_in_the_readme_is_what_the_services_say_of_themselves() -> None:
    text = README.read_text("utf-8")
    assert text == readme(text), REMAKE


def test_the_index_of_law_is_what_the_files_cite() -> None:
    assert LAW.read_text("utf-8") == the_law(), REMAKE


def test_a_docstring_is_taken_apart_at_its_own_words() -> None:
    docstring = "It does\nthis.\n\nLaw: an Act.\nHears: a.b,\nc.d.\n"
    assert told(docstring) == {"": "It does this.", "Law": "an Act.", "Hears": "a.b, c.d."}
