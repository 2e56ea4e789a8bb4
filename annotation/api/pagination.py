"""Pages of lists."""

from rest_framework.pagination import LimitOffsetPagination


class Pages(LimitOffsetPagination):
    """``?limit=`` up to 1000 and ``?offset=``."""

    max_limit = 1000
