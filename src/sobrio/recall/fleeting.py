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
_ASKED_NOW: Final = r"""
(?:what|which) (?:time|day|date|weekday|month|year|season)\b.{0,25}\bis (?:it|today)
how (?:many|much|long|soon)\b.*\b(?:until|till|ago)
how (?:many|much) (?:days|weeks|months|hours|minutes|time)\b.*\b(?:before|left|remain(?:s|ing)?|to go)
(?:what (?:is|are)|what'?s|how much is|give me|tell me) the (?:\w+ ){0,2}(?:prices?|scores?|standings)
worth in (?:euros?|dollars?|pounds?|yen|eur|usd|gbp)
how old (?:is|are) (?!the |an? |this )\w+|how much is \w+ ?\??$|what is the age of (?!the |an? )\w+
who (?:is|are) (?:the )?(?:[\w']+ ){0,3}(?:president|minister|chancellor|king|queen|pope|ceo|mayor)
who (?:is|are) (?:the )?(?:[\w']+ ){0,3}(?:governor|champion|head of|leader of)|who's the
(?:is|are) .{1,60} (?:down|open|closed|blocked|delayed|available|online|cancelled) ?\??$
when (?:do|does|is|are|will) (?:\w+ ){0,3}next|who won the last|how is .{1,40} doing
quel(?:le)? (?:jour|date|heure|annee|mois) (?:\w+ ){0,2}(?:est-on|on est|sommes-nous|nous sommes|est-ce)
combien de (?:jours|semaines|mois|heures|minutes|temps)\b.*\b(?:avant (?!d[e'])\w+|jusqu|reste|d'ici)
(?:quel est|c'est quoi|donne-moi|dis-moi) le (?:prix|cours|score|resultat|classement)
quel age (?:a|ont)(?:-t-(?:il|elle))? (?!les? |la |l'|une? )\w+|on est quel jour
qui est (?:le |la |l')?(?:\w+ ){0,2}(?:presidente?|ministre|chancelier|roi|reine|pape|maire|pdg)
quand .*\bprochaine?s?
est(?:-elle|-il|-ce que)? .{0,60}\b(?:en panne|ouverte?|fermee?|bloquee?|en retard) ?\??$
welche[nrs]? (?:wochen)?(?:tag|datum|jahr|monat) (?:haben wir|ist (?:es|das))|was fur (?:ein|einen) tag
wie ?viele? (?:tage|wochen|monate|stunden|minuten|zeit)\b.*\b(?:bis|noch|vor)
wie lange .*\b(?:noch|bis)|wie lange ist .* her
(?:preis|kurs|spielstand|tabellenstand) (?:von|des|der|fur|vom)|wie steht es
wie alt (?:ist|sind) (?!die |der |das |eine? )\w+
wer ist (?:(?:der|die) )?(?:\w+ ){0,2}(?:\w*(?:prasident|kanzler|konig|minister|meister)(?:in)?|papst)
wann .*\bnachste[nrs]?|(?:ist|sind) .{1,60} (?:offen|geoffnet|geschlossen|gesperrt|verspatet|gestort) ?\??$
(?:que|cual) (?:dia|fecha|ano|mes)\b.{0,15}\b(?:estamos|es (?:hoy|hoy dia))|que dia es ?\??$|a cuantos estamos
cuant[oa]s? (?:dias|semanas|meses|horas|minutos|tiempo)\b.*\b(?:faltan?|quedan?|hasta|antes de)|hace cuanto
(?:cual es|a cuanto esta|dime) el (?:precio|marcador|resultado|cambio)
(?:cuantos anos|que edad) tienen? (?!el |la |los |las |una? )\w+
quien es (?:(?:el|la) )?(?:\w+ ){0,2}(?:president[ea]|primer ministro|canciller|rey|reina|papa|alcalde(?:sa)?)
cuando .*\bproxim[oa]s?|(?:esta|estan) .{1,60} (?:abiert[oa]s?|cerrad[oa]s?|cortad[oa]s?|caid[oa]s?) ?\??$
"""
"""Which day it is, how long it is to something, and what a price, a score, an age or an office is now."""
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
\b(?:i'?m|i am|i have(?! to\b)|i've|je suis|j'ai|ich bin|ich habe|soy|estoy|tengo)\b
\b(?:am|was|did|do|have|will) i .*\b(?:owe|pay|due|eligible|approved|charged)\b
\b(?:am|was|did|had|have) i\b|\bdo i (?:have (?!to\b)|own|owe|earn)
\b(?:how much|where) do i (?:live|work|weigh)\b|\bhow do i look\W*$
(?:^|[.,;:!?] ?|\b(?:and|but|because|since) )i (?:just |also )?(?:live|work|was|had|weigh|earn|owe|own)\b
(?:^|[.,;:!?] ?|\b(?:and|but|because|since) )i (?:got|bought|ordered|paid|booked|suffer|lost|feel)\b
\b(?:suis|etais|ai|avais|aurai|serai)[- ]je\b
\bme (?:reste|manque)(?:nt|-t-il)?\b|\bj'(?:habite|etais|avais)\b
\bje (?:m'appelle|vis|travaille|pese|mesure|gagne|souffre|viens d[e'])
\b(?:bin|war|hab|habe|hatte|werde|wurde) ich\b
\bich (?:wohne|lebe|arbeite|heisse|wiege|verdiene|war|hatte|leide)\b
\bbleib(?:t|en) mir\b|\bmir (?:noch )?(?:bleib|ubrig)
\b(?:me (?:quedan?|faltan?|llamo|toca)|vivo en|he (?:sido|tenido|\w{2,}[ai]do))\b
"""
"""An e-mail address; a telephone, account or card number; an IBAN; who or where one is, what one has, has
done or owes."""


def _any_of(lines: str) -> str:
    return "(?:" + "|".join(lines.strip().split("\n")) + ")"


_times = re.compile(rf"\b{_any_of(_TIMES)}\b|\b{_any_of(_ASKED_NOW)}(?!\w)")
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
