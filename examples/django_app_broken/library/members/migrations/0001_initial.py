"""The first tables."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Creates the table of Member."""

    initial = True
    dependencies = []
    operations = [
        migrations.CreateModel(name="Member", fields=[("id", models.BigAutoField(primary_key=True))]),
    ]
