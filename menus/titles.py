"""What a screen and a chapter of the book are called in French, for those who read the map and the book of the line."""

from typing import Final

from menus.line import line

TITLES: Final = {
    "start": "Premier appel",
    "first_language": "Choix de la langue",
    "language_chosen": "Langue retenue",
    "which_household": "Choix du ménage",
    "home": "Menu principal",
    "payment": "Mon paiement",
    "payment_said": "Paiement, à garder",
    "earlier_payments": "Paiements passés",
    "received": "L'argent est-il venu ?",
    "received_missing": "Combien manque-t-il ?",
    "received_confirm": "Envoyer ce qui manque ?",
    "received_all": "Tout reçu",
    "received_sent": "Différence déposée",
    "eligibility": "Mon ménage",
    "component": "Une composante",
    "complaint_topics": "Sujets de plainte",
    "complaint_subjects": "La plainte, précisée",
    "complaint_confirm": "Envoyer la plainte ?",
    "complaint_words": "Quelques mots",
    "complaint_filed": "Plainte reçue",
    "complaint_send": "Déjà déposée aujourd'hui ?",
    "complaint_village": "Dans quel village ?",
    "complaint_name": "Le nom de qui ?",
    "secret_confirm": "Envoyer en secret ?",
    "secret_more": "En dire plus, en secret",
    "secret_sum": "Combien demandé ?",
    "secret_words": "Quelques mots, en secret",
    "secret_hour": "L'heure sans danger",
    "secret_number": "Un numéro sans danger",
    "secret_filed": "Plainte secrète reçue",
    "complaints": "Mes plaintes",
    "complaint_reference": "Numéro de la plainte",
    "complaint_status": "Suivi de la plainte",
    "complaint_answer": "Répondre à la question",
    "complaint_replied": "Réponse écrite",
    "complaint_more_words": "Répondre, ajouter",
    "complaint_words_added": "Mots ajoutés",
    "complaint_withdraw": "Retirer la plainte ?",
    "complaint_withdrawn": "Plainte retirée",
    "complaint_solved": "Réglé ou non",
    "complaint_unsolved": "Pas réglé",
    "complaint_reopened": "Plainte rouverte",
    "commune_by": "Quelle commune ?",
    "regions_list": "Régions",
    "cercles_list": "Cercles",
    "communes_list": "Communes du cercle",
    "commune_letters": "Premières lettres",
    "communes_found": "Communes trouvées",
    "days_of_commune": "Jours de paiement",
    "commune_contacts": "Contacts de la commune",
    "payment_code": "81 paiement",
    "complaint_code": "82 plainte",
    "commune_code": "83 et la commune : ses jours",
    "household_number": "Numéro du ménage",
    "birth_year": "Année de naissance",
    "identified": "Ménage reconnu",
    "locked_out": "Bloqué, que faire",
    "more": "Aide et réglages",
    "phone_mine": "Ce téléphone est à moi",
    "phone_claimed": "Téléphone demandé",
    "phone_asks": "Un téléphone de chez vous ?",
    "phone_answered": "Oui ou non au téléphone",
    "call_me": "Être rappelé",
    "call_number": "Autre numéro",
    "call_asked": "Rappel demandé",
    "contacts": "Contacts",
    "about": "Le programme",
    "sms_stop": "Arrêter les SMS ?",
    "sms_stopped": "SMS arrêtés",
    "sms_restarted": "SMS repris",
    "other_language": "Changer de langue",
    "resume": "Reprise d'un appel coupé",
}
"""A screen without a title here goes by the first sentence of its docstring."""

CHAPTERS: Final = {
    "start": "Entrée et menu principal",
    "payments": "Paiements",
    "received": "Après le jour de paiement",
    "eligibility": "Le ménage dans le programme",
    "filing": "Déposer une plainte",
    "about_whom": "De qui parle la plainte",
    "secret": "Déposer une plainte secrète",
    "following": "Suivre une plainte",
    "answering": "Répondre au programme",
    "communes": "Jours de paiement d'une commune",
    "identity": "Reconnaître un ménage",
    "own_phone": "Reconnaître un téléphone",
    "codes": "Codes des affiches",
    "more": "Aide et réglages",
}
"""The files of this room, in the order of the main menu."""


def title(name: str) -> str:
    """What a screen is called."""
    if name in TITLES or name not in line:
        return TITLES.get(name, name)
    docstring = (line[name].function.__doc__ or name).strip()
    return docstring.split("\n", 1)[0].split(". ", 1)[0].rstrip(".")


def chapter_of(name: str) -> str:
    """The file of this room that a screen stands in; that of the first screens for what the engine adds."""
    return line[name].function.__module__.rpartition(".")[2] if name in line else "start"


def chapter_title(chapter: str) -> str:
    """What a file of this room is about."""
    return CHAPTERS.get(chapter, chapter)
