"""Django's settings."""

from os import environ

SECRET_KEY = environ.get("SECRET_KEY", "not-a-secret")
INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "library.catalogue",
    "library.members",
    "library.loans",
]
ROOT_URLCONF = "library.urls"
DATABASES = {"default": {"ENGINE": "django.db.backends.postgresql", "NAME": "library"}}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
