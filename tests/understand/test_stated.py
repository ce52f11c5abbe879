"""The length a request states is the length expected of its answer."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sobrio.understand import Predictor
from sobrio.understand.features import features_of
from sobrio.understand.stated import stated_tokens


@pytest.mark.parametrize(
    ("text", "language", "tokens"),
    [
        ("Tell a story in 100 words.", "en", 140),
        ("Explain the war in 1,500 words or less", "en", 2_100),
        ("Your work should be at least 250 words long.", "en", 350),
        ("A 5-paragraph essay on rain, please", "en", 630),
        ("Answer in one word.", "en", 4),
        ("Say it in two or three sentences", "en", 63),
        ("Écris une histoire en 100 mots, sans la lettre e", "fr", 140),
        ("Rédige un rapport de 3 pages", "fr", 1_890),
        ("Réponds en une seule phrase.", "fr", 25.2),
        ("Un texte de 1 500 mots", "fr", 2_100),
        ("Schreibe einen Aufsatz von 1.000 Wörtern", "de", 1_400),
        ("Ein 2-seitiger Bericht", "de", 1_260),
        ("Fasse es in drei Sätzen zusammen", "de", 75.6),
        ("Escribe un ensayo de 500 palabras", "es", 700),
        ("Resume en dos párrafos cortos", "es", 252),
        ("Tell me a 1,000 word story", "en", 1_400),
        ("I need an 800 word article on tea", "en", 1_120),
        ("An essay on tea (1,000 words)", "en", 1_400),
        ("A story about a fox, 1000 words", "en", 1_400),
        ("1 000 mots sur la mer", "fr", 1_400),
        ("Un article (1\u202f000 mots) sur le thé", "fr", 1_400),
        ("Ein Aufsatz, 1.000 Wörter, über Tee", "de", 1_400),
        ("Sobre el té: 1.000 palabras.", "es", 1_400),
        ("Summarise this 300-word text in one sentence.", "en", 25.2),
        ("Condense the attached 10-page paper into 100 words.", "en", 140),
        ("Write my 500-word essay on rain", "en", 700),
        ("In this report use 200 words", "en", 280),
        ("Résume ce texte de 300 mots en une phrase.", "fr", 25.2),
        ("Fasse diesen Text von 300 Wörtern in einem Satz zusammen.", "de", 25.2),
        ("Resume este texto de 300 palabras en una frase.", "es", 25.2),
        ("A thousand words on tea", "en", 1_400),
        ("Write one hundred and fifty words on rain", "en", 210),
        ("Write a five-page report on bees", "en", 2_800),
        ("Give me a single word for happiness", "en", 4),
        ("Explain rain in 100-150 words", "en", 175),
        ("Summarise it in half a page", "en", 315),
        ("Mille mots sur la mer", "fr", 1_400),
        ("Résume en une cinquantaine de mots", "fr", 70),
        ("Réponds par un seul mot.", "fr", 4),
        ("Rédige un article de blog d'environ 500 mots", "fr", 700),
        ("Tausend Wörter über Tee", "de", 1_400),
        ("Schreibe einen fünfseitigen Bericht", "de", 2_800),
        ("Antworte mit einem einzigen Wort.", "de", 4),
        ("Kannst du mir einen Text von 300 Wörtern schreiben?", "de", 420),
        ("Mil palabras sobre el mar", "es", 1_400),
        ("Explica en doscientas palabras, por favor", "es", 280),
        ("Responde con una sola palabra.", "es", 4),
        ("Redacta un informe de dos páginas", "es", 1_260),
        ("Explique la gravité en un mot.", "fr", 4),
        ("Décris la mer en une phrase, s'il te plaît", "fr", 25.2),
        ("Résume en un ou deux paragraphes", "fr", 189),
        ("Antworte mit einem Satz.", "de", 25.2),
        ("Erkläre es auf einer Seite", "de", 630),
        ("Resume en un párrafo la novela", "es", 126),
        ("Answer with 5 words: why is the sky blue?", "en", 7),
        ("Use 50 words to describe rain", "en", 70),
        ("What is the capital of France? One word only.", "en", 4),
        ("Write a story of ~500 words", "en", 700),
        ("~500 words on rain", "en", 700),
        ("Write an essay of approximately 500 words", "en", 700),
        ("Write 500+ words about tea", "en", 700),
        ("Write a 500+ word essay about tea", "en", 700),
        ("Write 1k words about tea", "en", 1_400),
        ("Write a 1-2k word story", "en", 2_100),
        ("Write a 500 to 600 word text on tea", "en", 770),
        ("Écris un texte de 100 à 200 mots", "fr", 210),
        ("Schreibe 100 bis 200 Wörter über Tee", "de", 210),
        ("Schreibe einen Text von ca. 300 Wörtern", "de", 420),
        ("Escribe entre 100 y 200 palabras", "es", 210),
    ],
)
def test_a_stated_length_is_read(text: str, language: str, tokens: float) -> None:
    assert stated_tokens(text, language) == pytest.approx(tokens, nan_ok=True)


@pytest.mark.parametrize(
    ("text", "language", "words"),
    [
        ("Write 3 chapters of 500 words each", "en", 1_500),
        ("Write two essays of 300 words on tea", "en", 600),
        ("Write 2 essays of 800 words each about Europe.", "en", 1_600),
        ("Give me 20 slogans of five words for a bakery.", "en", 100),
        ("List 5 fruits with two sentences per fruit.", "en", 180),
        ("Write one sentence for each of the 12 months.", "en", 216),
        ("Trois chapitres de 500 mots chacun", "fr", 1_500),
        ("Donne 5 conseils, deux phrases par conseil", "fr", 180),
        ("Schreibe 3 Kapitel mit je 500 Wörtern", "de", 1_500),
        ("Nenne 5 Tipps mit zwei Sätzen pro Tipp", "de", 180),
        ("Escribe 3 capítulos de 500 palabras cada uno", "es", 1_500),
        ("Da 5 consejos con dos frases por consejo", "es", 180),
    ],
)
def test_a_length_of_each_part_counts_for_all_parts(text: str, language: str, words: float) -> None:
    assert stated_tokens(text, language) == pytest.approx(1.4 * words)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("How long does it take to read a 300-page book?", "en"),
        ("Who wrote the 1,000-page novel?", "en"),
        ("A 300-page book weighs 500 g. How heavy is one page?", "en"),
        ("Write a review of a 300-page book.", "en"),
        ("Write ten sentences per item.", "en"),
        ("Combien pèse un livre de 300 pages ?", "fr"),
        ("Un livre de 300 pages pèse 500 g.", "fr"),
        ("Écris dix phrases par point.", "fr"),
        ("Wie schwer ist ein Buch mit 300 Seiten?", "de"),
        ("Fasse ein Buch von 300 Seiten zusammen", "de"),
        ("Schreibe zehn Sätze pro Punkt", "de"),
        ("¿Quién escribió la novela de 300 páginas?", "es"),
        ("Resume un libro de 300 páginas", "es"),
        ("Escribe diez frases por punto", "es"),
        ("Write a C program that reads up to 100 words from stdin.", "en"),
        ("Given a list of 10 words, write a program that sorts them.", "en"),
        ("I have to write 20 pages on Kant by Friday. How do I begin?", "en"),
        ("I have a book of 300 pages. Give me a reading plan.", "en"),
        ("Donne-moi un mot d'encouragement", "fr"),
        ("Explique en détail comment choisir un mot de passe à un mot près", "fr"),
        ("Crée une page web complète avec un menu, un panier et un paiement", "fr"),
        ("Écris un petit paragraphe, puis une page", "fr"),
        ("Erstelle eine Seite mit HTML", "de"),
        ("Beweise mit einem Satz von Euler die Formel", "de"),
        ("Auf der einen Seite, auf der anderen Seite", "de"),
        ("Haz una página de inicio", "es"),
        ("Escribe un párrafo sobre el mar", "es"),
        ("Crea contenido en una página web", "es"),
        ("Write a story using 5 words: cat, dog, sun, sea, fish", "en"),
        ("Write a story with 3 words: cat, dog, moon", "en"),
        ("Écris une histoire avec les 5 mots : chat, chien, mer, lune, feu", "fr"),
        ("Écris une histoire avec 5 mots\u00a0: chat, chien, mer, lune, feu", "fr"),
        ("Schreibe eine Geschichte mit 5 Wörtern: Hund, Katze, Meer, Mond, Feuer", "de"),
        ("Escribe un cuento con 5 palabras: gato, perro, mar, luna, fuego", "es"),
        ("Rewrite this politely: 'Explain yourself in two sentences, or leave.'", "en"),
    ],
)
def test_the_length_of_something_else_is_no_order(text: str, language: str) -> None:
    assert math.isnan(stated_tokens(text, language))


@pytest.mark.parametrize(
    "text",
    [
        "A book has 300 pages; Ann reads 20 pages a day.",
        "$3,000 worth of carpeting",
        "What is the word for rain?",
        "Use 5 wordsmiths",
        "Who sentenced him?",
        "The text has 1,000 words. Who wrote it?",
        "They gave a word of thanks, and a page a day.",
        "10 pages are missing from my book",
    ],
)
def test_what_is_counted_is_no_order(text: str) -> None:
    assert math.isnan(stated_tokens(text, "en"))


def test_no_answer_is_longer_than_models_write() -> None:
    assert stated_tokens("a 100-page report", "en") == stated_tokens("an essay of 2000 words", "en") == 2_800


@given(st.text(), st.sampled_from(["en", "fr", "de", "es", "und", "ja"]))
def test_any_text_can_be_asked(text: str, language: str) -> None:
    found = stated_tokens(text, language)
    assert math.isnan(found) or 4 <= found <= 2_800


def test_a_model_is_expected_to_write_what_is_asked() -> None:
    """Reasoning comes on top; a sum about pages is no order."""
    prompts = [
        "Write a 2000-word essay on the causes of the First World War.",
        "Explain in one sentence why the sky is blue.",
        "Compute: a book has 300 pages and Ann reads in 20 pages a chapter, how many chapters has it?",
    ]
    essay, sentence, problem = Predictor.default().output_tokens(prompts, ["ministral-3b-2512"])[:, 0]
    assert essay == pytest.approx(2_800)
    assert sentence == pytest.approx(25.2)
    assert problem > 60


ESSAY = {"role": "user", "content": "Write an essay of 300 words on Robespierre."}
SAID = {"role": "assistant", "content": "He was a lawyer from Arras."}


@pytest.mark.parametrize(
    ("talk", "words"),
    [
        ([ESSAY], 300),
        ([ESSAY, SAID, {"role": "user", "content": "Say it in 100 words."}], 100),
        ([{"role": "system", "content": "Always answer in 50 words."}, SAID, ESSAY], 300),
        (
            [
                {"role": "system", "content": "Always answer in 50 words."},
                {"role": "user", "content": "Why?"},
            ],
            50,
        ),
    ],
)
def test_the_last_turn_says_how_long_or_else_the_system(talk: list[dict[str, str]], words: int) -> None:
    assert features_of(talk).stated == pytest.approx(1.4 * words)


def test_what_an_earlier_turn_ordered_is_done() -> None:
    assert math.isnan(features_of([ESSAY, SAID, {"role": "user", "content": "Was he married?"}]).stated)


def test_an_order_counts_in_requests_about_code() -> None:
    seen = features_of("Please explain to me in 2 pages how compilers and linkers work.")
    assert seen.task == "code"
    assert seen.stated == pytest.approx(1_260)
