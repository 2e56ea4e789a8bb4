"""Untrusted response texts made safe to show, and the fragments that pages and the API share."""

from annotation.rendering.comparison import render_comparison
from annotation.rendering.labelling import render_label
from annotation.rendering.markup import render_markdown

__all__ = ["render_comparison", "render_label", "render_markdown"]
