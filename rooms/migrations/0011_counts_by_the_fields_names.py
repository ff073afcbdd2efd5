from django.db import migrations


class Migration(migrations.Migration):
    """The models are called other names. The tables keep theirs: the release before has them too."""

    dependencies = [
        ("rooms", "0010_counted_reports_and_silent_knocks"),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.RenameModel("Tally", "HourlyCount"),
                migrations.AlterModelTable("HourlyCount", "rooms_tally"),
                migrations.RenameModel("Tallied", "CountedThrough"),
                migrations.AlterModelTable("CountedThrough", "rooms_tallied"),
            ],
        ),
    ]
