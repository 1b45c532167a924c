"""Reads for this service's own GETs: reviews one by one, and running figures of themes and periods. Never writes."""

from services.review.views.figures import Figures
from services.review.views.reviews import Reviews


class Views:
    """Both kinds of read over one store and one organisation."""

    def __init__(self, reviews: Reviews, figures: Figures) -> None:
        self.reviews = reviews
        self.figures = figures
