"""Template filters for numbers."""

from django import template

from annotation.rendering import numbers

register = template.Library()
for function in (
    numbers.probability,
    numbers.rate,
    numbers.percent,
    numbers.points,
    numbers.accuracy,
    numbers.gain,
    numbers.nats,
    numbers.price,
    numbers.seconds,
    numbers.plural,
    numbers.cell,
):
    register.filter(function.__name__, function)
register.simple_tag(numbers.interval, name="interval")
