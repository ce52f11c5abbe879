"""Concepts: the same idea in English, French, German and Spanish under one name.

A word is looked up without accents and cut to its first six letters, so that most inflected forms and
many cognates (matrix, matrice, matriz) share an entry.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_LETTERS: Final = 6

_STEMS: Final[dict[str, str]] = {
    "translate": "translate translation traduis traduire traduit traduction traduci traducir traduce übersetze "
    "übersetzung übersetz uebersetze traduisez traduza traduci vertaal",
    "summarise": "summarise summarize summary tldr résume résumer résumé resume resumen resumir fasse "
    "zusammenfassen zusammenfassung fasst riassumi synthèse synthétise condense",
    "rewrite": "rewrite rephrase reword paraphrase proofread correct improve polish reformule réécris corrige "
    "reformuler améliore umschreiben umformulieren formuliere verbessere korrigiere reescribe corrige mejora "
    "rewording shorten formal",
    "classify": "classify classification categorize categorise label sentiment classe classifie classer "
    "catégorise klassifiziere kategorisiere einordnen clasifica categoriza sentimiento stimmung",
    "extract": "extract extraction list extrais extraire relève extrahiere entnehme extrae extraer entities "
    "entités entidades entitäten",
    "write": "write compose draft poem story haiku song essay écris écrire rédige poème histoire conte chanson "
    "lettre schreibe schreib gedicht geschichte lied aufsatz brief escribe redacta poema cuento historia "
    "canción carta letter email blog slogan lyrics novel imagine invent invente erfinde inventa",
    "explain": "explain explanation describe explique expliquer décris erkläre erklären beschreibe explica "
    "describe detail détaille",
    "compare": "compare comparison difference differences versus compare comparer différence différences "
    "vergleiche vergleich unterschied unterschiede compara diferencia diferencias pros cons avantages "
    "inconvénients",
    "prove": "prove proof theorem lemma corollary rigorous démontre démontrer prouve théorème preuve beweise "
    "beweis satz theorem lemma demuestra demostrar prueba teorema demonstrate induction récurrence",
    "mathematics": "integral derivative equation polynomial matrix determinant eigenvalue triangle circle "
    "probability prime integer function sequence modulo logarithm vector angle radius perimeter fraction "
    "intégrale dérivée équation polynôme matrice déterminant probabilité premier entier suite cercle rayon "
    "ableitung gleichung matrix determinante wahrscheinlichkeit primzahl ganze folge kreis winkel "
    "integral derivada ecuación polinomio matriz determinante probabilidad primo entero círculo ángulo radio "
    "solve résous löse resuelve sqrt frac algebra geometry compute calculate calcule berechne calcula",
    "count": "many much total sum average percent percentage combien somme moyenne pourcentage viele summe "
    "durchschnitt prozent cuántos cuánto suma promedio porcentaje dozen twice half each double moitié chaque "
    "hälfte jeder mitad cada cost costs price prix preis precio coûte kostet cuesta",
    "code": "code python javascript typescript java rust golang function sql bash algorithm program script "
    "regex class implement implementation debug bug compile api database query html css fonction programme "
    "algorithme funktion programm algorithmus implementiere función programa algoritmo implementa implémente "
    "def return import const pandas numpy array string thread recursion refactor",
    "reason": "logic puzzle deduce infer riddle if then suppose assume therefore logique énigme déduis suppose "
    "donc logik rätsel angenommen folglich lógica acertijo deduce supón therefore conclusion premise must "
    "constraint knights knaves cipher encrypt decrypt rule rules",
    "science": "energy force velocity mass electron molecule reaction acid enzyme protein quantum voltage "
    "circuit pressure temperature mole atom orbital photon entropy thermodynamic énergie vitesse masse réaction "
    "acide pression molécule energie kraft geschwindigkeit druck säure molekül reaktion energía fuerza velocidad "
    "masa reacción ácido presión molécula",
    "medicine": "patient diagnosis treatment symptom disease clinical dose blood therapy diagnostic traitement "
    "symptôme maladie médicament behandlung krankheit diagnose diagnóstico tratamiento síntoma enfermedad",
    "law": "law legal court contract plaintiff defendant statute liability tort jury loi contrat tribunal "
    "juridique recht gesetz gericht vertrag ley contrato legal demandado",
    "business": "market company revenue profit tax interest stock bond investment accounting marché entreprise "
    "bénéfice impôt markt unternehmen gewinn steuer mercado empresa beneficio impuesto marketing budget sales",
    "humanities": "history philosophy century war empire king moral ethical religion psychology philosophie "
    "siècle guerre roi morale jahrhundert krieg könig siglo guerra rey filosofía author novel poet",
    "greet": "hi hello hey thanks thank bonjour salut merci coucou bonsoir hallo danke guten hola gracias "
    "buenos ciao grazie olá obrigado hoi bye goodbye",
    "step": "step steps plan detailed comprehensive design architecture strategy étape étapes détaillé stratégie "
    "conception schritt schritte ausführlich strategie paso pasos detallado estrategia optimize optimise "
    "optimal multi distributed system",
    "choice": "following options option choose correct answer suivantes laquelle folgenden antwort siguientes "
    "respuesta except none above",
    "fact": "who when where capital born invented name which country qui quand où capitale né pays wer wann wo "
    "hauptstadt geboren land quién cuándo dónde nació país year année jahr año president population",
    "tools": "tools tool call function_call outils werkzeuge herramientas",
    "convert": "convert conversion kilometers miles celsius fahrenheit kilograms pounds convertis umrechnen "
    "convierte timezone date days jours tage días weekday",
}

CONCEPTS: Final = tuple(_STEMS)
_word = re.compile(r"[^\W\d_]+")


def fold(text: str) -> str:
    """Lower case without accents."""
    lower = text.lower()
    if lower.isascii():
        return lower
    return "".join(char for char in unicodedata.normalize("NFKD", lower) if not unicodedata.combining(char))


def _concepts_by_stem() -> dict[str, tuple[int, ...]]:
    stems: dict[str, list[int]] = {}
    for place, words in enumerate(_STEMS.values()):
        for word in words.split():
            known = stems.setdefault(fold(word)[:_LETTERS], [])
            if place not in known:
                known.append(place)
    return {stem: tuple(places) for stem, places in stems.items()}


_BY_STEM: Final = _concepts_by_stem()


def concepts_in(text: str) -> list[float]:
    """How often each of `CONCEPTS` occurs."""
    counts = [0.0] * len(CONCEPTS)
    for word in _word.findall(fold(text)):
        for place in _BY_STEM.get(word[:_LETTERS], ()):
            counts[place] += 1.0
    return counts
