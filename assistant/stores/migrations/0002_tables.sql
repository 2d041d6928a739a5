-- The tables of one generation, as empty models: each generation has copies of them in a schema of its own.
-- COLLATE "C": the order of code points, whatever the server's language, and no index to rebuild when the
-- system's collations change. Offsets count from the start of their sheet.
CREATE TABLE assistant.meta (key text COLLATE "C" PRIMARY KEY, value bytea NOT NULL);

CREATE TABLE assistant.sheets (
    number integer PRIMARY KEY,
    id text COLLATE "C" NOT NULL UNIQUE,
    digest text COLLATE "C" NOT NULL,
    title text COLLATE "C" NOT NULL,
    source text COLLATE "C" NOT NULL,
    start integer NOT NULL,
    position integer NOT NULL,
    text text COLLATE "C" NOT NULL,
    sections text COLLATE "C" NOT NULL,
    facets text COLLATE "C" NOT NULL,
    overview vector NOT NULL,
    length integer NOT NULL
);
COMMENT ON COLUMN assistant.sheets.length IS 'terms in all its fields';

CREATE TABLE assistant.facets (
    facet text COLLATE "C" NOT NULL,
    value text COLLATE "C" NOT NULL,
    sheet integer NOT NULL,
    PRIMARY KEY (facet, value, sheet)
);
CREATE INDEX ON assistant.facets (sheet);

CREATE TABLE assistant.passages (
    sheet integer NOT NULL,
    section integer NOT NULL,
    start integer NOT NULL,
    stop integer NOT NULL,
    raw vector NOT NULL,
    norm double precision NOT NULL,
    PRIMARY KEY (sheet, start)
);
COMMENT ON COLUMN assistant.passages.raw IS 'the vector as the encoder gave it';
COMMENT ON COLUMN assistant.passages.norm IS 'its length less the mean of all';

CREATE TABLE assistant.postings (
    term text COLLATE "C" NOT NULL,
    sheet integer NOT NULL,
    counts smallint[] NOT NULL,
    score double precision NOT NULL,
    PRIMARY KEY (term, sheet)
);
CREATE INDEX ON assistant.postings (sheet);
COMMENT ON COLUMN assistant.postings.counts IS 'how often each field of the sheet has the term';
COMMENT ON COLUMN assistant.postings.score IS 'what the term adds to the BM25 of the sheet';

CREATE TABLE assistant.vocabulary (
    term text COLLATE "C" PRIMARY KEY,
    bearing integer NOT NULL,
    rarity double precision NOT NULL
);

CREATE TABLE assistant.mentions (
    concept text COLLATE "C" NOT NULL,
    sheet integer NOT NULL,
    weight double precision NOT NULL,
    profile double precision,
    PRIMARY KEY (concept, sheet)
);
CREATE INDEX ON assistant.mentions (sheet);

CREATE TABLE assistant.examples (
    number integer PRIMARY KEY,
    kind text COLLATE "C" NOT NULL,
    sheet text COLLATE "C",
    text text COLLATE "C" NOT NULL,
    raw vector NOT NULL
);
