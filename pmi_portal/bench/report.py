"""What was measured, told as lines, as a table and as a chart."""

from __future__ import annotations

from pathlib import Path
from typing import Any

Result = dict[str, Any]
GROWTH, RATIO_GROWTH = 1.2, 1.15  # from the smallest size to the largest: a page, or its ratio to the floor


def with_growth(results: list[Result]) -> list[Result]:
    """Each with its p50, and its ratio to the floor, in times of the same page's at the smallest size."""
    smallest = {one["page"]: one for one in sorted(results, key=lambda one: -int(one["size"]))}
    return [
        one
        | {
            "growth": round(one["p50"] / smallest[one["page"]]["p50"], 2),
            "ratio_growth": round(one["ratio"] / smallest[one["page"]]["ratio"], 2),
        }
        for one in results
    ]


def table(results: list[Result]) -> str:
    """For people."""
    lines = [
        f"{'page':<22}{'cases':>10}{'p50':>8}{'p95':>8}{'floor':>8}{'ratio':>7}{'of 8':>7}{'growth':>8}{'stmts':>7}{'db p95':>8}{'kB':>7}"
    ]
    for one in results:
        lines.append(
            f"{one['page']:<22}{one['size']:>10,}{one['p50']:>8.1f}{one['p95']:>8.1f}{one['floor_p50']:>8.1f}"
            f"{one['ratio']:>7.2f}{one['share_of_8']:>7.2f}{one['growth']:>8.2f}{one['queries']:>7}{one['database_p95']:>8.1f}{one['kilobytes']:>7.1f}"
        )
    return "\n".join(lines)


def routed(results: list[Result]) -> str:
    """The same of the way of a referral: milliseconds at p50 and p95, or how many in a second; each beside the floor's."""
    lines = []
    for one in results:
        if "p95" in one:
            said = f"p50 {one['p50']:.0f}, p95 {one['p95']:.0f} ms (floor {one['floor_p50']:.0f}, {one['floor_p95']:.0f})"
        else:
            said = f"{one['per_second']:,.0f} a second (floor {one['floor_per_second']:,.0f})"
        lines.append(f"{one['measure']:<32}{said}")
    return "\n".join(lines)


def table_of_exports(exports: list[Result]) -> str:
    """For people."""
    lines = [f"{'export':<22}{'cases':>10}{'rows':>10}{'rows/s':>10}{'MB more':>9}"]
    for one in exports:
        lines.append(
            f"{one['export']:<22}{one['size']:>10,}{one['rows']:>10,}{one['rows_per_second']:>10,}{one['megabytes']:>9.1f}"
        )
    return "\n".join(lines)


def draw(results: list[Result], target: Path) -> Path:
    """How each page's p50 grows with the number of cases, beside the floor's; an SVG."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9, 6), layout="constrained")
    axes = figure.add_subplot()
    for page in dict.fromkeys(one["page"] for one in results):
        mine = sorted((one for one in results if one["page"] == page), key=lambda one: int(one["size"]))
        axes.plot([one["size"] for one in mine], [one["p50"] for one in mine], marker="o", label=page)
    lists = {one["size"]: one["floor_p50"] for one in results if one["page"] == results[0]["page"]}
    axes.plot(
        sorted(lists), [lists[size] for size in sorted(lists)], "k--", marker=".", label="floor: 25 rows"
    )
    axes.set(xscale="log", yscale="log", xlabel="cases", ylabel="p50 in ms, 1 connection", title="Growth")
    axes.grid(alpha=0.3, which="both")
    axes.legend(fontsize="small", ncols=2)
    figure.savefig(target)
    return target
