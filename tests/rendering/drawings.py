"""Reading charts back."""

from xml.etree import ElementTree as ET

SVG = "{http://www.w3.org/2000/svg}"


def marks(svg, tag, kind):
    """Return the elements of one tag and class."""
    return [e for e in ET.fromstring(svg).iter(SVG + tag) if kind in e.get("class", "").split()]


def words(svg):
    """Return every text that is drawn, and every text that shows when something is pointed at."""
    tree = ET.fromstring(svg)
    return [e.text for e in tree.iter(SVG + "text")], [e.text for e in tree.iter(SVG + "title")]


def box(mark):
    """Return left, top, width and height of a rectangle."""
    return tuple(float(mark.get(name)) for name in ("x", "y", "width", "height"))
