"""The first tables."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Creates the table of Loan."""

    initial = True
    dependencies = []
    operations = [
        migrations.CreateModel(name="Loan", fields=[("id", models.BigAutoField(primary_key=True))]),
    ]
