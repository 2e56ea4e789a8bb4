"""The charts of an ensemble run, for its page, for comparisons and for download."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from annotation.lookups.ensemble_findings import EnsembleFindings, Interval, SizeView
from annotation.lookups.ensemble_view import EnsembleView
from annotation.lookups.figures import Figure, in_both_widths
from annotation.rendering.correlations import correlations_svg
from annotation.rendering.gain_terms import Gain, gains_svg
from annotation.rendering.lines import Level, Line, lines_svg

# Of the range of what is drawn, above and below it.
MARGIN = 0.06
# Correlations that no page tells apart.
EQUAL = 0.005


def accuracy_figure(findings: EnsembleFindings) -> Figure:
    """Return accuracy by size with its interval, beside best single candidate, top k and the error floor."""
    lines = [size_line("This ensemble", findings.sizes, lambda size: size.accuracy, has_band=True)]
    lines.append(size_line("Most accurate k", findings.sizes, lambda size: size.top_k))
    levels = []
    if findings.best_single.accuracy is not None:
        levels.append(Level("Best single candidate", 100 * findings.best_single.accuracy.value))
    floor = findings.floor
    name = "Limit by the error floor" if findings.floor.is_limit else "Error floor of equal members"
    levels.append(Level(name, *(100 * (1 - end) for end in (floor.value, floor.high, floor.low))))
    return sizes_figure("accuracy", "Accuracy by size, %", lines, levels, "Shaded: 95 % intervals.")


def has_equal_correlations(findings: EnsembleFindings) -> bool:
    """Return whether three or more candidates show one and the same correlation throughout."""
    values = findings.correlation.values
    pairs = [row[j] for i, row in enumerate(values) for j in range(i)]
    return len(pairs) > 1 and max(pairs) - min(pairs) < EQUAL


def sizes_figure(
    name: str, title: str, lines: Sequence[Line], levels: Sequence[Level], note: str = ""
) -> Figure:
    """Return lines over the number of members, in percent, over the range that they fill."""
    drawn = [line for line in lines if line.points]
    ends = [y for line in drawn for _, y in line.points]
    ends += [end for line in drawn for both in line.band for end in both]
    ends += [level.value for level in levels]
    low, high = min(ends, default=0.0), max(ends, default=100.0)
    margin = MARGIN * (high - low) or 1.0
    return in_both_widths(
        name,
        title,
        lambda width: lines_svg(
            title,
            drawn,
            x_label="Members",
            x_low=1.0,
            y_low=max(0.0, low - margin),
            y_high=min(100.0, high + margin),
            levels=levels,
            width=width,
        ),
        note,
    )


def size_line(
    name: str,
    sizes: Sequence[SizeView],
    pick: Callable[[SizeView], Interval | None],
    *,
    has_band: bool = False,
) -> Line:
    """Return a line of what is known by size, in percent."""
    known = [(size.size, found) for size in sizes if (found := pick(size)) is not None]
    points = [(float(size), 100 * found.value) for size, found in known]
    band = [(100 * found.low, 100 * found.high) for _, found in known] if has_band else []
    return Line(name, points, band, has_dots=True)


def gains_figure(findings: EnsembleFindings) -> Figure:
    """Return what each candidate brings as it joins."""
    asked = _asked(findings)
    gains = [
        Gain(
            step.candidate,
            step.relevance,
            step.redundancy,
            step.complementarity,
            step.gain,
            step.noise,
            is_member=step.candidate in asked,
        )
        for step in findings.steps
    ]
    title = "What each candidate brings"
    note = "Net gain = relevance − redundancy + complementarity. In bold: the candidates that are asked."
    return in_both_widths(
        "gains", title, lambda width: gains_svg(title, gains, x_label="Nats", width=width), note
    )


def _asked(findings: EnsembleFindings) -> set[str]:
    return {member.candidate for member in findings.members}


def correlations_figure(findings: EnsembleFindings) -> Figure:
    """Return how the errors of every pair go together."""
    asked, matrix = _asked(findings), findings.correlation
    order = sorted(range(len(matrix.candidates)), key=lambda i: matrix.candidates[i] not in asked)
    names = [matrix.candidates[i] for i in order]
    values = [[matrix.values[i][j] for j in order] for i in order]
    n_members = sum(name in asked for name in names)
    title = "How errors go together"
    note = (
        "Too few queries to tell pairs apart: all have the mean. " if has_equal_correlations(findings) else ""
    )
    note += (
        "1: they always err on the same queries; 0: independently; below 0: on different ones. In bold and "
        "framed: the candidates that are asked."
    )
    return in_both_widths(
        "correlations",
        title,
        lambda width: correlations_svg(title, names, values, n_members=n_members, width=width),
        note,
    )


ENSEMBLE_FIGURES: dict[str, Callable[[EnsembleFindings], Figure]] = {
    "accuracy": accuracy_figure,
    "gains": gains_figure,
    "correlations": correlations_figure,
}


def ensemble_title(view: EnsembleView) -> str:
    """Return what a run is called on pages: its number, objective and limits."""
    return f"Run {view.id}: {view.settings.objective_label}"


def comparison_figure(runs: Sequence[EnsembleView]) -> Figure:
    """Return accuracy by size of several runs."""
    lines = [
        size_line(ensemble_title(view), view.findings.sizes, lambda size: size.accuracy)
        for view in runs
        if view.findings is not None
    ]
    return sizes_figure(
        "comparison", "Accuracy by size, %", lines, [], "The intervals, often wide, are among the numbers."
    )
