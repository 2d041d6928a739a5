"""What each kind of document holds, before any format."""

from datetime import date

import pytest

from assistant.conversation.comparison import compare
from assistant.conversation.training import prepare
from assistant.errors import UsageError
from assistant.export.board import comparison_document
from assistant.export.document import Box, Cited, Heading, Note, PageBreak, Ruled, Said, Table
from assistant.export.selection import selection_document
from assistant.export.training import HERE, training_document
from assistant.export.transposition import AT_HOME, transposition_document
from assistant.values import Facet, Kind, Role, Status

DAY = date(2026, 11, 24)
QUESTIONS = {Role.PEOPLE: "Combien\u202f?", Role.DESCRIPTION: "Comment\u202f?"}


def sheet_of(corpus, words):
    return next(sheet for sheet in corpus.sheets if words in sheet.title)


def headings(document, level):
    return [block.text for block in document.blocks if isinstance(block, Heading) and block.level == level]


def under(document, *texts):
    """The blocks between the heading of this text, after those before it, and the next heading."""
    blocks = list(document.blocks)
    for text in texts:
        at = next(n for n, block in enumerate(blocks) if isinstance(block, Heading) and block.text == text)
        blocks = blocks[at + 1 :]
    end = next((n for n, block in enumerate(blocks) if isinstance(block, Heading)), len(blocks))
    return blocks[:end]


def test_a_selection_says_all_that_its_sheets_say_in_the_order_chosen(corpus):
    sheets = [corpus.sheets[5], corpus.sheets[0], corpus.sheets[9]]
    document = selection_document(sheets, corpus.schema, "v", DAY)
    assert headings(document, 1) == [sheet.title for sheet in sheets]
    for sheet in sheets:
        told = {q.text for c in document.citations if c.title == sheet.title for q in c.quotes}
        said = set()
        for section in sheet.sections:
            if section.status is Status.FILLED:
                said |= {sheet.slice(*span) for span in section.values}
        assert said == told


@pytest.mark.parametrize("roles", [(), (Role.FUNDING,)])
def test_limits_and_perspectives_are_always_there_even_when_a_sheet_says_none(corpus, roles):
    silent = sheet_of(corpus, "Bla-Bla")
    document = selection_document([silent], corpus.schema, "v", DAY, roles)
    for name in ("Limites", "Perspectives"):
        (said,) = under(document, name)
        assert said == Said("Non renseigné.")
    joined = sheet_of(corpus, "Résonance")
    document = selection_document([joined], corpus.schema, "v", DAY, roles)
    assert under(document, "Limites")[0] == Said("Document joint non fourni.")


def test_a_selection_of_sections_holds_these_alone(corpus):
    document = selection_document(corpus.sheets[:2], corpus.schema, "v", DAY, (Role.FUNDING, Role.PUBLIC))
    assert set(headings(document, 2)) == {"Ressources financières", "Limites", "Perspectives"}
    (facts,) = [block for block in document.blocks if isinstance(block, Table)][:1]
    assert [line.name for line in facts.lines] == ["Public"]


def test_notes_stay_apart_from_quotes(corpus):
    sheets = corpus.sheets[:2]
    document = selection_document(sheets, corpus.schema, "v", DAY, notes={sheets[1].id: "à voir", "gone": "x"})
    assert [block for block in document.blocks if isinstance(block, Note)] == [Note(sheets[1].title, "à voir")]
    assert document.notes == {sheets[1].title: "à voir"}
    assert all(quote.text != "à voir" for citation in document.citations for quote in citation.quotes)


def test_a_citation_knows_where_its_action_stands(corpus):
    sheet = sheet_of(corpus, "visiteurs")
    document = selection_document([sheet], corpus.schema, "v", DAY)
    for citation in document.citations:
        assert citation.structure == sheet.facet(Facet.STRUCTURE)[0]
        assert citation.department == sheet.facet(Facet.DEPARTMENT)[0]
        assert len({quote.section for quote in citation.quotes}) == 1


def test_values_of_a_choice_share_a_citation_and_texts_do_not(corpus):
    for sheet in corpus.sheets:
        choices = {section.label for section in sheet.sections if section.kind is Kind.CHOICE}
        for citation in selection_document([sheet], corpus.schema, "v", DAY).citations:
            assert len(citation.quotes) == 1 or citation.section in choices
            assert not citation.cut


def test_a_comparison_is_one_table_whose_cells_are_quotes_or_say_that_there_is_none(corpus):
    sheets = [sheet_of(corpus, "Bla-Bla"), *corpus.sheets[:2]]
    document = comparison_document(compare(sheets, corpus.schema), "v", DAY)
    (table,) = [block for block in document.blocks if isinstance(block, Table)]
    assert [name.startswith(sheet.title) for name, sheet in zip(table.header[1:], sheets, strict=True)] == [True] * 3
    assert document.wide
    for line in table.lines:
        assert all(box.citations or box.said for box in line.boxes)
    limits = next(line for line in table.lines if line.name == "Limites")
    assert limits.boxes[0] == Box(said="non renseigné")
    assert not comparison_document(compare(sheets[:2], corpus.schema), "v", DAY).wide


def test_a_cell_that_does_not_quote_all_says_extract(corpus):
    document = comparison_document(compare(corpus.sheets, corpus.schema), "v", DAY)
    whole = {
        (sheet.title, section.label, section.start, section.end)
        for sheet in corpus.sheets
        for section in sheet.sections
    }
    texts = {label.label for label in corpus.schema.labels if label.kind is Kind.TEXT}
    cuts = [citation for citation in document.citations if citation.cut]
    assert cuts
    for citation in document.citations:
        quote = citation.quotes[0]
        if citation.section in texts:
            assert citation.cut == ((citation.title, citation.section, quote.start, quote.end) not in whole)


def test_a_training_file_hides_the_limits_until_its_last_page(corpus):
    sheets = [sheet_of(corpus, "visiteurs"), *corpus.sheets[:2]]
    document = training_document(prepare(sheets, QUESTIONS, corpus.schema), corpus.schema, "v", DAY, "l’isolement")
    last = max(n for n, block in enumerate(document.blocks) if isinstance(block, PageBreak))
    limits = {label.label for label in corpus.schema.labels if label.role is Role.LIMITS}

    def told(blocks):
        cited = [block.citation for block in blocks if isinstance(block, Cited)]
        boxes = [box for b in blocks if isinstance(b, Table) for line in b.lines for box in line.boxes]
        cited += [citation for box in boxes for citation in box.citations]
        return {(citation.title, citation.section) for citation in cited if citation.section in limits}

    assert told(document.blocks[:last]) == set()
    filled = {(s.title, p.label) for s in sheets for p in s.sections_with(Role.LIMITS) if p.status is Status.FILLED}
    assert told(document.blocks[last:]) == filled
    assert filled


def test_a_training_file_has_a_cover_questions_and_a_column_to_fill(corpus):
    sheets = corpus.sheets[:3]
    document = training_document(prepare(sheets, QUESTIONS, corpus.schema), corpus.schema, "v", DAY, "l’isolement")
    cover = document.blocks[: document.blocks.index(PageBreak())]
    assert Said("«\u00a0l’isolement\u00a0»") in cover
    assert not any(isinstance(block, Cited | Table) for block in cover)
    assert any(question in heading for question in QUESTIONS.values() for heading in headings(document, 2))
    (table,) = [block for block in document.blocks if isinstance(block, Table)]
    assert table.header[-1] == HERE
    assert all(line.boxes[-1] == Box() for line in table.lines)
    guessed = [under(document, "Les limites à deviner", sheet.title) for sheet in sheets]
    assert all(isinstance(blocks[0], Ruled) for blocks in guessed)


def test_a_transposition_goes_through_what_to_think_of_with_a_blank_column(corpus):
    sheet = sheet_of(corpus, "visiteurs")
    document = transposition_document(sheet, corpus.schema, "v", DAY, "chez nous\u202f?")
    (table,) = [block for block in document.blocks if isinstance(block, Table)]
    assert table.header[-1] == AT_HOME
    assert all(line.boxes[-1] == Box() for line in table.lines)
    said = {line.name: line.boxes[0] for line in table.lines}
    for name in ("Budget", "Personnes", "Partenaires", "Durée et moments", "Lieu", "Étapes", "Limites"):
        assert said[name].citations or said[name].said in ("non renseigné", "document joint non fourni")
    assert said["Budget"] == Box(said="non renseigné")
    assert said["Limites"].citations
    assert Note(sheet.title, "chez nous\u202f?") in document.blocks


def test_nothing_chosen_is_refused(corpus):
    makers = [
        lambda: selection_document([], corpus.schema, "v", DAY),
        lambda: comparison_document(compare([], corpus.schema), "v", DAY),
        lambda: training_document(prepare([], QUESTIONS, corpus.schema), corpus.schema, "v", DAY),
    ]
    for make in makers:
        with pytest.raises(UsageError, match="Aucune fiche"):
            make()
