"""The board's schema: goals, reviews, versions of maps, reversals, due dates, and an index of all words."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from listening.store.columns import CleanText, JsonText, Utc

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

# The index of words is kept by the database itself, so that whatever forgets a text forgets its words too. It is no
# table of ours to read: `search_keys` gives each text a number that a VACUUM does not change.
SEARCHED = (("documents", "d", "title", "text"), ("pain_points", "p", "name", "words"))
SQLITE = """
CREATE TABLE search_keys (number INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE);
CREATE VIRTUAL TABLE search_words USING
  fts5(title, body, tokenize = 'unicode61 remove_diacritics 0', prefix = '2 3')
"""
SQLITE_EACH = """
INSERT INTO search_keys (key) SELECT '{letter}:' || id FROM {table};
INSERT INTO search_words (rowid, title, body)
  SELECT k.number, t.{title}, t.{body} FROM {table} AS t JOIN search_keys AS k ON k.key = '{letter}:' || t.id;
CREATE TRIGGER search_{table}_new AFTER INSERT ON {table} BEGIN
  INSERT INTO search_keys (key) VALUES ('{letter}:' || new.id)|
  INSERT INTO search_words (rowid, title, body)
    SELECT number, new.{title}, new.{body} FROM search_keys WHERE key = '{letter}:' || new.id|
END;
CREATE TRIGGER search_{table}_changed AFTER UPDATE OF {title}, {body} ON {table}
  WHEN old.{title} <> new.{title} OR old.{body} <> new.{body} BEGIN
  UPDATE search_words SET title = new.{title}, body = new.{body}
    WHERE rowid = (SELECT number FROM search_keys WHERE key = '{letter}:' || new.id)|
END;
CREATE TRIGGER search_{table}_gone AFTER DELETE ON {table} BEGIN
  DELETE FROM search_words WHERE rowid = (SELECT number FROM search_keys WHERE key = '{letter}:' || old.id)|
  DELETE FROM search_keys WHERE key = '{letter}:' || old.id|
END
"""
POSTGRES = """
CREATE TABLE search_words (key text COLLATE "C" PRIMARY KEY, words tsvector NOT NULL);
CREATE INDEX search_words_words ON search_words USING gin (words)
"""
# A text longer than this would not fit a tsvector of a megabyte; the rest of it is not searched.
POSTGRES_EACH = """
CREATE FUNCTION search_{table}_vector(title text, body text) RETURNS tsvector LANGUAGE sql IMMUTABLE AS $$
  SELECT to_tsvector('simple', translate(left(title || ' ' || body, 100000), './@:_-''&=#%?', '            ')) $$;
INSERT INTO search_words SELECT '{letter}:' || id, search_{table}_vector({title}, {body}) FROM {table};
CREATE FUNCTION search_{table}_keep() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF TG_OP = 'DELETE' THEN
    DELETE FROM search_words WHERE key = '{letter}:' || OLD.id|
    RETURN OLD|
  END IF|
  INSERT INTO search_words VALUES ('{letter}:' || NEW.id, search_{table}_vector(NEW.{title}, NEW.{body}))
    ON CONFLICT (key) DO UPDATE SET words = excluded.words|
  RETURN NEW|
END $$;
CREATE TRIGGER search_{table} AFTER INSERT OR DELETE OR UPDATE OF {title}, {body} ON {table}
  FOR EACH ROW EXECUTE FUNCTION search_{table}_keep()
"""


def _statements(once: str, each: str) -> list[str]:
    """Return the statements one by one; inside one, "|" alone at a line's end stands for its semicolons."""
    filled = [each.format(table=t, letter=letter, title=title, body=body) for t, letter, title, body in SEARCHED]
    found = [one.strip() for text in (once, *filled) for one in text.split(";\n")]
    return [one.replace("|\n", ";\n") for one in found]


# What the map counts stands in two indexes, so that it never opens the texts and vectors.
WIDER = (
    ("documents", ("created_at", "source", "inside", "near_of"), ("person", "id")),
    ("signals", ("document_id",), ("id", "stage", "touchpoint", "mood", "pain_label")),
)


def upgrade() -> None:
    """Add the tables, the columns and the index of words."""
    op.add_column("pain_points", sa.Column("due", sa.Date(), nullable=True))
    op.add_column("pain_points", sa.Column("placed_by", CleanText(), server_default="", nullable=False))
    _goals()
    op.create_table(
        "reviews",
        sa.Column("map", CleanText(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("reviewed_by", CleanText(), server_default="", nullable=False),
        sa.Column("reviewed_at", Utc(), nullable=True),
        sa.Column("note", CleanText(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("map", "until", name=op.f("pk_reviews")),
    )
    op.create_table(
        "map_versions",
        sa.Column("map", CleanText(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", Utc(), nullable=False),
        *(sa.Column(name, CleanText(), server_default="", nullable=False) for name in ("who", "note", "text")),
        sa.PrimaryKeyConstraint("map", "number", name=op.f("pk_map_versions")),
    )
    _reversals()
    for table, old, more in WIDER:
        op.drop_index(op.f(f"ix_{table}_{'_'.join(old)}"), table_name=table)
        op.create_index(op.f(f"ix_{table}_{'_'.join((*old, *more))}"), table, [*old, *more], unique=False)
    bind = op.get_bind()
    sqlite = bind.dialect.name == "sqlite"
    for statement in _statements(SQLITE, SQLITE_EACH) if sqlite else _statements(POSTGRES, POSTGRES_EACH):
        bind.exec_driver_sql(statement.replace("%", "%%") if not sqlite else statement)


def _goals() -> None:
    op.create_table(
        "goals",
        sa.Column("pain_point_id", CleanText(), nullable=False),
        sa.Column("specific", CleanText(), server_default="", nullable=False),
        sa.Column("metric", CleanText(), server_default="", nullable=False),
        sa.Column("target", sa.Float(), nullable=True),
        sa.Column("due", sa.Date(), nullable=True),
        sa.Column("stage", CleanText(), server_default="", nullable=False),
        sa.Column("importance", sa.Integer(), nullable=True),
        sa.Column("baseline", JsonText(), nullable=True),
        sa.Column("set_by", CleanText(), server_default="", nullable=False),
        sa.Column("set_at", Utc(), nullable=False),
        sa.Column("attainable_by", CleanText(), server_default="", nullable=False),
        sa.Column("attainable_at", Utc(), nullable=True),
        sa.ForeignKeyConstraint(
            ["pain_point_id"], ["pain_points.id"], name=op.f("fk_goals_pain_point_id_pain_points"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("pain_point_id", name=op.f("pk_goals")),
    )
    op.create_table(
        "goal_nights",
        sa.Column("pain_point_id", CleanText(), nullable=False),
        sa.Column("metric", CleanText(), nullable=False),
        sa.Column("night", sa.Date(), nullable=False),
        *(sa.Column(name, sa.Float(), nullable=False) for name in ("value", "low", "high")),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["pain_point_id"],
            ["pain_points.id"],
            name=op.f("fk_goal_nights_pain_point_id_pain_points"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("pain_point_id", "metric", "night", name=op.f("pk_goal_nights")),
    )


def _reversals() -> None:
    op.create_table(
        "reversals",
        sa.Column("key", CleanText(), nullable=False),
        *(sa.Column(name, CleanText(), server_default="", nullable=False) for name in _REVERSED),
        sa.Column("before", JsonText(), nullable=False),
        sa.Column("undone_at", Utc(), nullable=True),
        sa.Column("undone_by", CleanText(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_reversals")),
    )
    for name in ("pain_point_id", "other_id"):
        op.create_index(op.f(f"ix_reversals_{name}"), "reversals", [name], unique=False)


_REVERSED = ("kind", "pain_point_id", "other_id")


def downgrade() -> None:
    """Take them away."""
    sqlite = op.get_bind().dialect.name == "sqlite"
    for table in ("documents", "pain_points"):
        if sqlite:
            for when in ("new", "changed", "gone"):
                op.execute(f"DROP TRIGGER search_{table}_{when}")
        else:
            op.execute(f"DROP TRIGGER search_{table} ON {table}")
            op.execute(f"DROP FUNCTION search_{table}_keep()")
            op.execute(f"DROP FUNCTION search_{table}_vector(text, text)")
    op.execute("DROP TABLE search_words")
    if sqlite:
        op.execute("DROP TABLE search_keys")
    for table, old, more in WIDER:
        op.drop_index(op.f(f"ix_{table}_{'_'.join((*old, *more))}"), table_name=table)
        op.create_index(op.f(f"ix_{table}_{'_'.join(old)}"), table, [*old], unique=False)
    for table in ("reversals", "map_versions", "reviews", "goal_nights", "goals"):
        op.drop_table(table)
    for column in ("placed_by", "due"):
        op.drop_column("pain_points", column)
