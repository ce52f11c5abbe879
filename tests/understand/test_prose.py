"""Code that came without a fence is told from prose, however that is set."""

from __future__ import annotations

from textwrap import dedent, indent

import pytest

from sobrio.understand.gloss import gloss
from sobrio.understand.prose import code_lines, prose_of
from sobrio.understand.reading import read

LETTERS = {
    "en": "Dear Anna,\nthank you for your letter.\nThe plumber comes on Monday.\nBest wishes,\nTom",
    "fr": "Chère Anna,\nmerci pour ta gentille lettre.\nLe plombier passera lundi.\nBien à toi,\nTom",
    "de": "Liebe Anna,\ndanke für deinen lieben Brief.\nDer Klempner kommt Montag.\nViele Grüße\nTom",
    "es": "Querida Ana:\ngracias por tu carta.\nEl fontanero viene el lunes.\nUn abrazo,\nTom",
}
LISTS = {
    "en": "Cities to see:\n    - Paris (France)\n        - the tower (iron)\n    - Rome (Italy)",
    "fr": "Villes à voir :\n    - Paris (France)\n        - la tour (de fer)\n    - Rome (Italie)",
    "de": "Städte:\n    - Paris (Frankreich)\n        - der Turm (Eisen)\n    - Rom (Italien)",
    "es": "Ciudades:\n    - París (Francia)\n        - la torre (hierro)\n    - Roma (Italia)",
}
TABLES = {
    "en": "| Product | Price |\n|---|---|\n| Bread | low |\n| Cheese | high |",
    "fr": "| Produit | Prix |\n|---|---|\n| Pain | bas |\n| Fromage | haut |",
    "de": "| Ware | Preis |\n|---|---|\n| Brot | niedrig |\n| Käse | hoch |",
    "es": "| Producto | Precio |\n|---|---|\n| Pan | bajo |\n| Queso | alto |",
}
LINKS = {
    "en": "- [The news](https://www.news-site.com/a_b)\n- [Weather](https://example.org/c?d=e)",
    "fr": "- [Les nouvelles](https://www.journal-exemple.fr/a_b)\n- [Météo](https://example.org/c?d=e)",
    "de": "- [Die Nachrichten](https://www.zeitung-beispiel.de/a_b)\n- [Wetter](https://example.org/c?d=e)",
    "es": "- [Las noticias](https://www.diario-ejemplo.es/a_b)\n- [Tiempo](https://example.org/c?d=e)",
}
ORDERS = {
    "en": "What do you make of this?",
    "fr": "Que penses-tu de ceci ?",
    "de": "Was hältst du davon?",
    "es": "¿Qué te parece esto?",
}
CODE = {
    "Python": "class Tree:\n    def __init__(self, left=None):\n        self.left = left",
    "its middle": "    total = 0\n    for each in items:\n        total += each.price\n    return total",
    "a traceback": 'Traceback (most recent call last):\n  File "a.py", line 3, in <module>\n    main()',
    "JavaScript": "const sum = (a, b) => a + b;\nlist.forEach((each) => {\n  console.log(each.name);\n});",
    "Java": "int sum(int[] items) {\n    int total = 0;\n    for (int each : items) total += each;\n}",
    "C": '#include <stdio.h>\nint main(void) {\n\tprintf("%d\\n", 3);\n\treturn 0;\n}',
    "SQL": "SELECT name, COUNT(*)\nFROM orders\nWHERE total > 10\nGROUP BY name;",
    "HTML": '<div class="note">\n  <p>Hello</p>\n  <img src="a.png">\n</div>',
    "YAML": 'jobs: {retries: 3}\nsteps: [{run: "make"}, {run: "test"}]',
    "JSON": '{\n    "name": "Anna",\n    "tags": ["a", "b"]\n}',
    "LaTeX": "\\begin{align}\n    x_1 &= y_{2} + \\frac{1}{2}\n\\end{align}",
}  # fmt: skip
FORMS = (LETTERS, LISTS, TABLES, LINKS)


@pytest.mark.parametrize("language", LETTERS)
@pytest.mark.parametrize("form", range(len(FORMS)))
@pytest.mark.parametrize("margin", ["", "    ", "\t", "> ", ">> "])
def test_prose_is_prose_however_it_is_set(language: str, form: int, margin: str) -> None:
    text = indent(FORMS[form][language], margin)
    assert not any(code_lines(text.splitlines()))
    assert prose_of(text) == text


@pytest.mark.parametrize("name", CODE)
def test_code_is_code_without_a_fence(name: str) -> None:
    assert all(code_lines(CODE[name].splitlines()))


@pytest.mark.parametrize("name", CODE)
@pytest.mark.parametrize("language", ORDERS)
def test_an_order_about_code_is_prose_alone(language: str, name: str) -> None:
    order = ORDERS[language]
    assert prose_of(f"{order}\n{CODE[name]}").strip() == order
    assert read(f"{order}\n{CODE[name]}").language == language


@pytest.mark.parametrize("form", [LETTERS, LISTS, TABLES])
@pytest.mark.parametrize("language", ["fr", "de", "es"])
def test_prose_that_is_set_off_is_read_in_english(language: str, form: dict[str, str]) -> None:
    text = f"{ORDERS[language]}\n\n{indent(form[language], '    ')}"
    plain = dedent(text)
    seen = read(text)
    assert seen.language == language
    assert seen.text.split() == read(plain).text.split()
    assert seen.text != text


@pytest.mark.parametrize("name", CODE)
def test_a_gloss_leaves_code_without_a_fence(name: str) -> None:
    assert CODE[name] in gloss(f"Que fait ce code ?\n{CODE[name]}", "fr")


def test_prose_goes_on_behind_code() -> None:
    text = "def la(de):\n    return de\n\nLa tour (de fer) est belle."
    assert [*code_lines(text.splitlines())] == [True, True, True, False]
