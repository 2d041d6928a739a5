-- Which generations there are, and what each is made of. The current one has the highest number.
CREATE TABLE assistant.generations (
    number integer PRIMARY KEY,
    manifest json NOT NULL,
    made_at timestamptz NOT NULL DEFAULT now()
);
