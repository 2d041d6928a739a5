"""How people ask: what each wording stands for, and what ordinary words must not be taken for.

The wordings are made up, as people speak and write; none is taken from a judged set.
"""

from __future__ import annotations

import pytest

from assistant.values import AmountKind, Facet, Query, Role


@pytest.fixture(scope="module")
def read(assistant):
    """``read(question)`` is its query, over the real corpus."""
    return assistant._understanding.query


def said(values) -> dict[str, set[str]]:
    return {facet.value: set(found) for facet, found in values.items()}


FILTERS = {
    "tout ce qui s'est fait en Seine-Maritime": {"département": {"Seine-Maritime"}},
    "chez moi c'est l'Aube, que faire ?": {"département": {"Aube"}},
    "des actions dans le Nord": {"département": {"Nord"}},
    "qu'est-ce qui se fait en Occitanie ?": {"région": {"Occitanie"}},
    "des ateliers cuisine à l'échelle d'un quartier": {"territoire": {"Un quartier"}},
    "les actions terminées": {"statut": {"Terminée"}},
    "je voudrais voir des projets finis": {"statut": {"Terminée"}},
    "des actions qui tournent encore": {"statut": {"En cours"}},
    "un jardin avec la CAF": {"partenaires": {"Caf"}},
    "en partenariat avec le bailleur": {"partenaires": {"Bailleur social"}},
    "un truc monté avec la mairie": {"partenaires": {"Commune"}},
    "avec l’appui de la MSA": {"partenaires": {"MSA"}},
    "soutenues par le conseil départemental": {"partenaires": {"Conseil départemental"}},
    "portées par des habitants": {"initiative": {"Un habitant", "Un groupe d'habitants"}},
    "lancé par le centre social": {"initiative": {"Le centre social"}},
    "à l'initiative d'un groupe d'habitants": {"initiative": {"Un groupe d'habitants"}},
    "proposée par un partenaire": {"initiative": {"Un ou plusieurs partenaire(s)"}},
    "mot-clé intergénérationnel": {"mots-clés": {"intergénérationnel"}},
    "mots clés : parentalité": {"mots-clés": {"Parentalité"}},
    "classées éducation": {"mots-clés": {"éducation / scolarité"}},
    "dimension citoyenneté": {"dimension": {"Citoyenneté"}},
    "dimension « accompagnement de projets »": {"dimension": {"Accompagnement de projets"}},
    "dans le 59": {"département": {"Nord"}},
    "des idées dans le 59 et le 62": {"département": {"Nord", "Pas-de-Calais"}},
    "département 93": {"département": {"Seine-Saint-Denis"}},
    "chez nous (2A), que faire des soirées ?": {"département": {"Corse-du-Sud"}},
    "en PACA": {"région": {"Provence-Alpes-Côte d'Azur"}},
    "en région parisienne": {"région": {"Île-de-France"}},
    "dans les Hauts de France": {"région": {"Hauts-de-France"}},
    "du côté d'Ile de France": {"région": {"Île-de-France"}},
    "en Alsace": {"département": {"Bas-Rhin", "Haut-Rhin"}},
    "en Corse": {"région": {"Corse"}},
    "en Isère ou dans l'Aube": {"département": {"Isère", "Aube"}},
    "dans la Loire-Atlantique": {"département": {"Loire-Atlantique"}},
    "en seine saint denis": {"département": {"Seine-Saint-Denis"}},
    "les centres sociaux du Lot": {"département": {"Lot"}},
    "aide numérique à Roubaix": {"département": {"Nord"}},
    "des ateliers sur Lyon ou Saint-Étienne": {"département": {"Rhône", "Loire"}},
    "les papis au Mans": {"département": {"Sarthe"}},
    "numérique, La Rochelle": {"département": {"Charente-Maritime"}},
    "les bébés à La Réunion": {"département": {"La Réunion"}},
    "les centres de la Réunion": {"département": {"La Réunion"}},
    "aux Antilles": {"département": {"Guadeloupe", "Martinique"}},
    "à Badonviller": {"structure": {'Association Familles Rurales "Les 3 rivières" de BADONVILLER'}},
    "au centre social Rosa Parks": {"structure": {"CENTRE SOCIAL Rosa Parks"}},
    "à Brienne-le-Château": {
        "structure": {"MAISON POUR TOUS- CENTRE SOCIAL DE LA REGION DE BRIENNE-LE-CHATEAU"},
    },
    "uniquement pour les seniors": {"public": {"Seniors"}},
    "rien que pour les ados": {"public": {"Jeunesse"}},
    "je ne veux que des actions pour les tout-petits": {"public": {"Petite enfance"}},
    "des sorties, exclusivement pour des adultes": {"public": {"Adultes"}},
    "pour les gamins seulement": {"public": {"Enfance"}},
    "des jeux pour les retraités et personne d'autre": {"public": {"Seniors"}},
    "public jeunesse, dans le Nord": {"public": {"Jeunesse"}, "département": {"Nord"}},
    "qui s'adresse aux aînés, avec la MSA": {"public": {"Seniors"}, "partenaires": {"MSA"}},
    "destiné aux bébés ou aux enfants": {"public": {"Petite enfance", "Enfance"}},
}

PREFERENCES = {
    "une sortie avec des 8-11 ans": {"public": {"Enfance"}},
    "les petits de 2 ans": {"public": {"Petite enfance"}},
    "pour des personnes de plus de 60 ans": {"public": {"Seniors"}},
    "15 ans": {"public": {"Jeunesse"}},
    "un truc pour les ados": {"public": {"Jeunesse"}},
    "occuper les gosses le mercredi": {"public": {"Enfance"}},
    "mes papis et mamies s'ennuient": {"public": {"Seniors"}},
    "les bébés et leurs mamans": {"public": {"Petite enfance"}},
    "sur le thème de l'environnement": {"mots-clés": {"Environnement"}},
    "la thématique santé": {"mots-clés": {"Santé"}},
    "pas seulement pour les enfants": {"public": {"Enfance"}},
    "on a seulement 300 € pour un atelier avec des seniors": {"public": {"Seniors"}},
    "les jeunes qui ne viennent pas": {"public": {"Jeunesse"}},
}

EXCLUSIONS = {
    "hors Nord": {"département": {"Nord"}},
    "sans que la mairie soit dedans": {"partenaires": {"Commune"}},
    "des idées, sans qu'il y ait d'enfants": {"public": {"Enfance"}},
    "une sortie sans que ce soit pour les enfants": {"public": {"Enfance"}},
    "tout sauf l'Isère": {"département": {"Isère"}},
    "des jardins, mais hors Toulouse": {"département": {"Haute-Garonne"}},
    "des jardins, mais hors Isère": {"département": {"Isère"}},
    "à part la Seine-Maritime": {"département": {"Seine-Maritime"}},
    "ailleurs qu'en Normandie": {"région": {"Normandie"}},
    "sans la CAF": {"partenaires": {"Caf"}},
    "une fête sans l'aide de la mairie": {"partenaires": {"Commune"}},
    "portée par autre que le centre social": {"initiative": {"Le centre social"}},
    "du bricolage, mais pas pour les enfants": {"public": {"Enfance"}},
    "une sortie, sauf pour les ados et les enfants": {"public": {"Jeunesse", "Enfance"}},
    "un atelier ni pour les seniors ni pour les ados": {"public": {"Seniors", "Jeunesse"}},
    "des jeux pour les familles, pas en ville": {"territoire": {"Un quartier", "Plusieurs quartiers"}},
    "excepté dans le Nord": {"département": {"Nord"}},
    "mais pas terminée": {"statut": {"Terminée"}},
    "des actions sans enfants": {"public": {"Enfance"}},
    "sans enfants": {"public": {"Enfance"}},
    "une sortie sans enfants pour souffler": {"public": {"Enfance"}},
}

NOTHING = (
    "une convention de 3 ans",
    "ça dure depuis 10 ans",
    "on perd le nord",
    "en milieu rural",
    "le vent du nord",
    "l'Afrique du Nord",
    "en somme, que faire contre l'ennui ?",
    "la somme demandée était trop forte",
    "dans le lot de vêtements donnés",
    "gagner le gros lot",
    "la manche de son pull",
    "faire la manche",
    "l'aube de la vie",
    "se lever à l'aube",
    "orner la salle des fêtes",
    "c'est cher pour nous",
    "la réunion de rentrée",
    "peu de monde à la réunion",
    "préparer ensemble la Réunion des parents",
    "il y a tours et détours",
    "ses fils vivent à Marseille",
    "un café corsé",
    "le plus grand est parti",
    "une balade au bord de la Marne",
    "pas cher",
    "sans argent",
    "les personnes sans voiture",
    "les couples sans enfants",
    "des sorties pour les femmes sans enfants",
    "les lieux pas adaptés",
    "le 14 juillet",
    "du 12 au 15 mars",
    "en cours d'année",
    "on cherche des services de proximité",
    "avec d'autres voisins",
    "demander une aide de la CAF",
)

SECTIONS = {
    Role.LIMITS: (
        "qu'est-ce qui a coincé ?",
        "qu est ce qui a pas marché",
        "qu'est-ce qui pourrait foirer ?",
        "vous referiez quoi autrement ?",
        "les galères qu'ils ont eues, c'était galère ?",
        "y a-t-il eu des soucis ?",
        "quels sont les freins rencontrés ?",
        "faut faire gaffe à quoi ?",
        "le plus dur dans l'histoire ?",
        "est-ce que ça a capoté ?",
        "des points de vigilance ?",
        "ce qui a manqué",
        "quelles erreurs à ne pas refaire",
        "où est le problème ?",
        "un bémol ?",
        "quels pièges éviter",
    ),
    Role.FUNDING: (
        "combien ça coûte ?",
        "ça coûte combien",
        "c'était payé comment ?",
        "il faut combien d'argent ?",
        "ça revient à combien ?",
        "avec quel budget ?",
        "qui a mis des sous ?",
        "c'est gratuit ?",
        "combien il faut prévoir",
        "y a besoin de thunes ?",
        "qui a financé ?",
        "de quoi on a besoin ?",
        "faut quel matériel ?",
        "combien vous avez dépensé ?",
        "le prix d'une place",
        "c'est cher ?",
    ),
    Role.PEOPLE: (
        "il faut être combien ?",
        "vous étiez combien ?",
        "combien de bénévoles ?",
        "on doit être à combien ?",
        "qui s'en occupe ?",
        "qui anime ?",
        "il faut du monde ?",
        "quels intervenants ?",
        "combien de bras pour tenir le stand ?",
        "combien de postes ?",
    ),
    Role.PERSPECTIVES: (
        "et après ?",
        "c'est quoi la suite ?",
        "et maintenant ?",
        "ça va continuer ?",
        "ils comptent recommencer ?",
        "quelles prochaines étapes ?",
        "ils vont faire quoi ensuite ?",
        "ça débouche sur quoi ?",
        "l'année prochaine, ce sera reconduit ?",
        "des pistes pour aller plus loin",
    ),
    Role.RESULTS: (
        "ça a servi à quoi ?",
        "qu'est-ce que ça a donné ?",
        "ça change quoi pour les gens ?",
        "est-ce que ça marche ?",
        "quels effets sur le quartier ?",
        "ça vaut le coup ?",
        "quel bilan ?",
        "à quoi ça sert ?",
        "ça leur a apporté quelque chose ?",
    ),
    Role.PARTNERS: ("avec qui ?", "qui d'autre était dans le coup ?", "quels partenaires ?", "qui les a aidés ?"),
    Role.INITIATIVE: ("qui a eu l'idée ?", "ça vient de qui ?", "c'est parti de quoi ? qui a lancé ça ?"),
    Role.ORGANISER: ("qui organise ?", "c'est où ?", "dans quel coin ?", "ça se passe où ?", "c'était chez qui ?"),
    Role.STATUS: ("ça existe encore ?", "pourquoi ça s'est arrêté ?"),
    Role.PUBLIC: ("c'est pour qui ?", "quel public ?", "quel âge ?"),
}

SUBJECTS = (
    "problèmes de mobilité",
    "des problèmes d'argent dans les familles",
    "difficultés scolaires",
    "des enfants qui ont des difficultés à lire",
    "les personnes en difficulté",
    "des familles en grande difficulté",
    "aider les gens à gérer leur budget",
    "un atelier gestion du budget familial",
    "prévention des risques domestiques",
    "les conduites à risque",
    "la suite d'un deuil",
    "suite à un divorce",
    "donner de l'argent de poche",
    "échec scolaire",
    "un tournoi d'échecs",
    "les moyens de transport",
    "un centre de ressources pour parents",
    "lever les freins à l'emploi",
    "rester bloqué chez soi",
    "parler de leur avenir",
    "continuer à vivre chez soi",
    "les effets des écrans",
    "un bilan de compétences",
    "quelqu'un avec qui parler",
    "les aides financières",
    "les difficultés des parents",
)


@pytest.mark.parametrize(("question", "expected"), FILTERS.items())
def test_a_facet_asked_for_is_a_filter(read, question, expected):
    query = read(question)
    assert said(query.facets) == expected
    assert not query.excluded


@pytest.mark.parametrize(("question", "expected"), PREFERENCES.items())
def test_a_facet_only_named_is_a_preference(read, question, expected):
    query = read(question)
    assert said(query.preferred) == expected
    assert not query.facets
    assert not query.excluded


@pytest.mark.parametrize(("question", "expected"), EXCLUSIONS.items())
def test_what_follows_an_exclusion_is_left_out(read, question, expected):
    query = read(question)
    assert said(query.excluded) == expected
    assert not any(set(query.facets.get(facet, ())) & set(values) for facet, values in query.excluded.items())
    assert not any(set(query.preferred.get(facet, ())) & set(values) for facet, values in query.excluded.items())


def test_an_exclusion_holds_for_what_directly_follows(read):
    query = read("pour les seniors, hors Isère, dans le Nord, avec la CAF")
    assert said(query.excluded) == {"département": {"Isère"}}
    assert said(query.facets) == {"département": {"Nord"}, "partenaires": {"Caf"}}
    assert said(query.preferred) == {"public": {"Seniors"}}


@pytest.mark.parametrize("question", NOTHING)
def test_ordinary_words_choose_nothing(read, question):
    query = read(question)
    assert not query.facets
    assert not query.excluded


@pytest.mark.parametrize(("role", "question"), [(role, text) for role, texts in SECTIONS.items() for text in texts])
def test_a_section_is_asked_for_in_many_ways(read, role, question):
    assert role in read(question).roles


@pytest.mark.parametrize("question", SUBJECTS)
def test_a_subject_asks_for_no_section(read, question):
    assert read(question).roles == ()


@pytest.mark.parametrize(
    ("question", "phrases"),
    [
        ("un atelier avec « lien social » dedans", ("lien social",)),
        ('des fiches où il y a "Faire  Ensemble"', ("faire ensemble",)),
        ("“l’accès aux droits” et «\u00a0bien vivre\u00a0»", ("l'acces aux droits", "bien vivre")),
        ("« Eveil musical »", ()),
        ("mot-clé « Parentalité »", ()),
        ("« comment lutter contre l'isolement ? »", ()),
        ('un guillemet " tout seul', ()),
        ("« … »", ()),
    ],
)
def test_what_is_quoted_is_an_exact_phrase(read, question, phrases):
    assert read(question).phrases == phrases


@pytest.mark.parametrize(
    ("question", "kind", "least", "most"),
    [
        ("une sortie à moins de 300 €", AmountKind.MONEY, 0, 300),
        ("avec 500 euros", AmountKind.MONEY, 0, 500),
        ("on a 1 500 € max", AmountKind.MONEY, 0, 1500),
        ("un projet à plus de 2000 euros", AmountKind.MONEY, 2000, float("inf")),
        ("entre 100 et 250 €", AmountKind.MONEY, 100, 250),
        ("pour une trentaine de personnes", AmountKind.PEOPLE, 15, 60),
        ("20 bénévoles au moins", AmountKind.PEOPLE, 20, float("inf")),
        ("10 à 15 participants", AmountKind.PEOPLE, 10, 15),
        ("on est deux animatrices", AmountKind.PEOPLE, 1, 4),
    ],
)
def test_amounts_are_read_with_their_bounds_and_ask_for_their_section(read, question, kind, least, most):
    query = read(question)
    (amount,) = query.amounts
    assert (amount.kind, amount.least, amount.most) == (kind, least, most)
    assert (Role.FUNDING if kind is AmountKind.MONEY else Role.PEOPLE) in query.roles


@pytest.mark.parametrize("question", ["les moins de 3 ans", "en 2023", "le 14 juillet", "un couple avec deux enfants"])
def test_other_numbers_are_no_amounts(read, question):
    assert read(question).amounts == ()


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("g besoin d aide pr les parents", "j'ai besoin d’aide pour les parents"),
        ("pk les jeunes viennent pas", "pourquoi les jeunes viennent pas"),
        ("ki s en occupe", "qui s’en occupe"),
        ("besoin 2 lien entre voisins", "besoin de lien entre voisins"),
        ("qu est ce qui coince aujourd hui", "qu’est-ce qui coince aujourd’hui"),
        ("jvoudrais aider quelquun", "je voudrais aider quelqu'un"),
        ("lisolement dhabitants", "isolement habitants"),
        ("500 g de farine", "500 g de farine"),
        ("le CB du PB", "le CB du PB"),
        ("« lisolement » ki dure", "« lisolement » qui dure"),
        ("le projet Bidulon", "le projet Bidulon"),
    ],
)
def test_what_is_typed_in_a_hurry_is_read(read, typed, meant):
    assert read(typed).text == meant


def test_read_as_typed_nothing_is_corrected(assistant):
    query: Query = assistant._understanding.as_typed().query("lisolement pr les vieu")
    assert query.text == "lisolement pr les vieu"
    assert query.corrections == ()
    assert assistant._understanding.query("lisolement").corrections == (("lisolement", "isolement"),)


def test_two_facets_are_both_required_and_values_of_one_are_alternatives(assistant):
    answer, _ = assistant.ask("des actions en Isère ou dans le Nord, qui s'adressent à tous les publics", limit=24)
    for excerpt in answer.sheets:
        assert set(excerpt.sheet.facet(Facet.DEPARTMENT)) <= {"Isère", "Nord"}
        assert "Tous publics" in excerpt.sheet.facet(Facet.PUBLIC)
