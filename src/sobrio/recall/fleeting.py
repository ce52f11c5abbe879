"""Questions whose right answer changes with the day or with who asks: never answered by likeness.

Word lists for English, French, German and Spanish, without accents. They err towards asking the model: a
word too many costs a call, a word too few a wrong answer.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_TIMES: Final = """
today|tonight|tomorrow|yesterday|now|nowadays|currently|current|latest|newest|recent|recently|breaking|so far
(?:this|next|last|past) (?:hour|morning|afternoon|evening|night|week|weekend|month|quarter|year|season|summer)
at the moment|right away|these days|up[ -]to[ -]date|as of|news|weather|forecast|still open|who is winning
(?:what|which) (?:time|day|date|year) is it|(?:exchange|interest) rates?|(?:stock|share|bitcoin) prices?
aujourd'?hui|demain|hier|maintenant|actuel(?:le)?(?:s|ment)?|en ce moment|recente?s?|recemment|meteo
ce (?:soir|matin|mois|week-?end|trimestre)|cette (?:nuit|semaine|annee|apres-midi|saison)|previsions?
derniere?s? (?:actualites?|nouvelles?|version|mois|semaine|annee|infos?|prix|resultats?)|actualites?
(?:semaine|annee|mois) (?:prochaine?|derniere?|passee?)|quelle heure est|taux de change|cours de bourse
heute|heutige[nrs]?|morgen|gestern|jetzt|gerade|aktuell(?:e[nrs]?)?|derzeit(?:ige[nrs]?)?|momentan|zurzeit
neue?ste[nrs]?|kurzlich|(?:diese[ns]?|nachste[ns]?|letzte[ns]?) (?:woche|monat|jahr|quartal|wochenende)
wie spat|wetter|wettervorhersage|nachrichten|wechselkurs|borsenkurs|aktienkurs
hoy|manana|ayer|ahora|actual(?:es|mente)?|reciente(?:s|mente)?|noticias?|pronostico|clima|que tiempo hace
ultim[oa]s? (?:noticias?|version|hora|semana|mes|precios?)|est[ea] (?:semana|mes|ano|noche|tarde)
(?:semana|mes|ano) (?:que viene|pasad[oa]|proxim[oa])|que hora es|tipo de cambio|en este momento
"""
_OWN: Final = """
my|mine|our|ours|myself|mon|ma|mes|notre|nos|mein(?:e[mnrs]?)?|unser(?:e[mnrs]?)?|mis?|mi[oa]|nuestr[oa]s?
"""
_PROCEDURE: Final = """
how (?:do|can|could|should|would|to) |comment (?:puis-je|peut-on|faire|est-ce que je peux|\\w+er )
wie (?:kann|konnte|soll|sollte|muss) (?:ich|man) |wie \\w+e ich |como (?:puedo|se puede|hago|debo|\\w+[aei]r )
"""
"""What begins so asks for the way, which is the same for everybody: "how do I change my password?"."""

_IDENTITY: Final = r"""
[\w.+-]+@[\w-]+\.\w+
\d(?:[ ./-]?\d){5,}
\b[a-z]{2}\d{2}(?: ?[a-z0-9]{4}){2,}
\b(?:i'?m|i am|i have|i've|je suis|j'ai|ich bin|ich habe|soy|estoy|tengo)\b
\b(?:am|was|did|do|have|will) i .*\b(?:owe|pay|due|eligible|approved|charged)\b
"""
"""An e-mail address; a telephone, account or card number; an IBAN; who one is, has, or owes."""


def _any_of(lines: str) -> str:
    return "(?:" + "|".join(lines.strip().split("\n")) + ")"


_times = re.compile(rf"\b{_any_of(_TIMES)}\b")
_own = re.compile(rf"\b{_any_of(_OWN)}\b")
_procedure = re.compile(rf"\W*{_any_of(_PROCEDURE)}")
_identity = re.compile(_any_of(_IDENTITY))


def changes_with_time(text: str) -> bool:
    return _times.search(folded(text)) is not None


def is_personal(text: str) -> bool:
    """Whether the answer depends on who asks, or the text says who somebody is."""
    plain = folded(text)
    if _identity.search(plain):
        return True
    return _own.search(plain) is not None and _procedure.match(plain) is None


def folded(text: str) -> str:
    """Small letters without accents, wide forms or invisible signs; single spaces."""
    parts = unicodedata.normalize("NFKD", text.replace("’", "'").casefold())
    if not parts.isascii():
        parts = "".join(each for each in parts if unicodedata.category(each) not in ("Mn", "Cf"))
    return " ".join(parts.split())
