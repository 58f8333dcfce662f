"""The first tables."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Creates the table of Book."""

    initial = True
    dependencies = []
    operations = [
        migrations.CreateModel(name="Book", fields=[("id", models.BigAutoField(primary_key=True))]),
    ]
