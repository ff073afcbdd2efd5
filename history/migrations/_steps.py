"""Operations of migrations that commit step by step: each does nothing where it is done already.

A step locks one table that workers use. A transaction that changed two tables would wait for the
second with the first locked, while a worker that has locked the second waits for the first, and
PostgreSQL would end one of the two. A migration that was broken off is run again as a whole.
"""

from django.db import connection, migrations

# SQLite changes a table by making it again, and has no workers that go on meanwhile.
ATOMIC = connection.vendor == "sqlite"


class CreateModel(migrations.CreateModel):
    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        table = to_state.apps.get_model(app_label, self.name)._meta.db_table
        if table not in schema_editor.connection.introspection.table_names():
            super().database_forwards(app_label, schema_editor, from_state, to_state)


class AddField(migrations.AddField):
    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        model = to_state.apps.get_model(app_label, self.model_name)
        with schema_editor.connection.cursor() as cursor:
            columns = schema_editor.connection.introspection.get_table_description(
                cursor, model._meta.db_table
            )
        if model._meta.get_field(self.name).column not in {column.name for column in columns}:
            super().database_forwards(app_label, schema_editor, from_state, to_state)


class AddIndex(migrations.AddIndex):
    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        model = to_state.apps.get_model(app_label, self.model_name)
        if self.index.name not in _constraints(schema_editor, model):
            super().database_forwards(app_label, schema_editor, from_state, to_state)


class AddConstraint(migrations.AddConstraint):
    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        model = to_state.apps.get_model(app_label, self.model_name)
        if self.constraint.name not in _constraints(schema_editor, model):
            super().database_forwards(app_label, schema_editor, from_state, to_state)


def _constraints(schema_editor, model):
    """Return the names of a table's indexes and constraints."""
    with schema_editor.connection.cursor() as cursor:
        return set(
            schema_editor.connection.introspection.get_constraints(cursor, model._meta.db_table)
        )
