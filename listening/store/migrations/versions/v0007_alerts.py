"""The seventh schema: who knows of a pain point, which alert told of it, and by which channel."""

from __future__ import annotations

import json
from datetime import date

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, TEXT, server_default="", nullable=False)


def upgrade() -> None:
    """Add them; what was told before is read from the alerts themselves."""
    op.add_column("pain_points", _text("acknowledged_by"))
    op.add_column("pain_points", sa.Column("acknowledged_at", sa.DateTime(timezone=True)))
    with op.batch_alter_table("alerts") as table:
        table.add_column(sa.Column("channel", TEXT, server_default="mail", nullable=False))
        table.drop_constraint(op.f("uq_alerts_owner_map_night"), type_="unique")
        table.create_unique_constraint(op.f("uq_alerts_owner_map_night_channel"), ["owner", "map", "night", "channel"])
    told = op.create_table(
        "alert_points",
        sa.Column("alert_id", TEXT, nullable=False),
        sa.Column("pain_point_id", TEXT, nullable=False),
        _text("kind"),
        sa.Column("emerged", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["alert_id"], ["alerts.id"], name=op.f("fk_alert_points_alert_id_alerts"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("alert_id", "pain_point_id", name=op.f("pk_alert_points")),
    )
    op.create_index(op.f("ix_alert_points_pain_point_id"), "alert_points", ["pain_point_id"])
    _fill(told)


def _fill(told: sa.Table) -> None:
    bind = op.get_bind()
    for alert_id, payload in bind.execute(sa.text("SELECT id, payload FROM alerts")).all():
        items = {item["pain_point_id"]: item["emergence"] for item in json.loads(payload)["items"]}
        rows = [
            {
                "alert_id": alert_id,
                "pain_point_id": point,
                "kind": one["kind"],
                "emerged": date.fromisoformat(one["night"]),
            }
            for point, one in items.items()
        ]
        if rows:
            bind.execute(told.insert(), rows)


def downgrade() -> None:
    """Take them away."""
    op.drop_table("alert_points")
    with op.batch_alter_table("alerts") as table:
        table.drop_constraint(op.f("uq_alerts_owner_map_night_channel"), type_="unique")
        table.create_unique_constraint(op.f("uq_alerts_owner_map_night"), ["owner", "map", "night"])
        table.drop_column("channel")
    for column in ("acknowledged_at", "acknowledged_by"):
        op.drop_column("pain_points", column)
