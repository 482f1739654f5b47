"""Tables of no room in particular: what the worker did when, and the cache processes share."""

from django.db import models


class DueJob(models.Model):
    """When a periodic job began last, so that one worker of several does it."""

    name = models.CharField(primary_key=True, max_length=100)
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    failed = models.BooleanField(default=False)

    def __str__(self) -> str:
        return self.name


class SharedCache(models.Model):
    """The table of Django's DatabaseCache, in the shape that it asks for."""

    cache_key = models.CharField(primary_key=True, max_length=255)
    value = models.TextField()
    expires = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "shared_cache"

    def __str__(self) -> str:
        return self.cache_key
