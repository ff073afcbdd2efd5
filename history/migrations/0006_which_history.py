from django.db import migrations, models


class Migration(migrations.Migration):
    """Which history the logs are. The first worker gives it a name."""

    dependencies = [
        ("history", "0005_words_of_what_is_shown"),
    ]

    operations = [
        migrations.CreateModel(
            name="History",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=32)),
                ("place", models.CharField(max_length=200)),
                ("beat", models.BigIntegerField(default=0)),
            ],
            options={"verbose_name_plural": "histories"},
        ),
    ]
