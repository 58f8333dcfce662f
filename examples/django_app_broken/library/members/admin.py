"""Members in the administration."""

from django.contrib import admin

from library.members.models import Member

admin.site.register(Member)
