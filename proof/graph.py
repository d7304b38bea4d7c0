"""The map of the line on one A3 page: layers from left to right, keys where they are pressed, ways in colour.

Lengths are millimetres of paper.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape, unescape
from itertools import pairwise
from typing import Final

from menus.tasks import TASKS
from menus.titles import title
from proof.chart import Chart, ChartStep
from proof.layers import Node, order, settle
from ussd.menu import Menu

WIDTH, HEIGHT = 420.0, 297.0
LEFT, RIGHT, TOP, BOTTOM = 8.0, 8.0, 23.0, 8.0
BOX: Final = 29.0
FONT: Final = 3.15
"""A capital of this size is 2.2 mm high in print."""
LINE: Final = 3.9
PORT: Final = 4.4
TRACK: Final = 0.95
"""Between the middles of two ways that go side by side."""
LETTERS: Final = 15
"""Letters of a title that a box is wide."""
GUTTER: Final = 12.6
LEGEND_TOP: Final = 196.0
OVER_LEGEND: Final = 2
"""The last layer that the legend stands under."""

COLOURS: Final = ("#c0392b", "#1f6fb2", "#2e8b57", "#7d3c98", "#d68910", "#138d90", "#8d5524", "#c2378a", "#4b5d16")

Point = tuple[float, float]
Edge = tuple[str, str]


def draw(chart: Chart, menu: Menu) -> str:
    """The map as SVG; the chart is kept in it, so that it can be drawn again without a walk."""
    forward, returning = _directions(chart, menu.start)
    layers = _layers(forward, chart)
    tracks = _tracks(chart)
    nodes, bends = _placed(chart, forward, returning, layers, tracks, menu.start)
    lefts = _columns(layers, nodes, bends)
    sheet = _Sheet(chart, menu, nodes, lefts, tracks, bends, forward)
    drawn = [
        *(
            line
            for step in sorted(forward, key=lambda each: (each.source, each.target) in tracks)
            for line in sheet.step(step)
        ),
        *(line for name in chart.screens for line in sheet.box(name)),
        *(line for step in forward for line in sheet.key(step)),
        *sheet.returns(returning),
    ]
    return "\n".join([*_head(chart), *drawn, *_legend(chart, menu), "</svg>", ""])


def chart_in(svg: str) -> Chart:
    """The chart that a map was drawn from."""
    (kept,) = re.findall(r'<metadata id="chart">(.*?)</metadata>', svg, re.DOTALL)
    return Chart.from_json(unescape(kept))


def _directions(chart: Chart, start: str) -> tuple[list[ChartStep], list[ChartStep]]:
    """The steps that go on, and those that go back towards where the call began or stay where it is.

    A screen that is reached from near the beginning and again from afar stands near it.
    """
    leads: dict[str, list[ChartStep]] = defaultdict(list)
    for step in chart.steps:
        leads[step.source].append(step)
    returning: set[Edge] = set()
    done: set[str] = set()

    def search(name: str, above: tuple[str, ...]) -> None:
        for step in leads[name]:
            if step.target in (*above, name):
                returning.add((name, step.target))
            elif step.target not in done:
                search(step.target, (*above, name))
        done.add(name)

    search(start, ())
    nearest = _distances(leads, start)
    returning |= {(step.source, step.target) for step in chart.steps if nearest[step.source] > nearest[step.target]}
    for name, steps in leads.items():
        if steps and all((name, step.target) in returning for step in steps):
            late = [step for step in chart.steps if step.target == name and nearest[step.source] >= nearest[name]]
            returning |= {(step.source, name) for step in late}
    ahead = [step for step in chart.steps if (step.source, step.target) not in returning]
    return ahead, [step for step in chart.steps if (step.source, step.target) in returning]


def _distances(leads: Mapping[str, Sequence[ChartStep]], start: str) -> dict[str, int]:
    distances = {start: 0}
    ahead = [start]
    for name in ahead:
        for step in leads.get(name, ()):
            if step.target not in distances:
                distances[step.target] = distances[name] + 1
                ahead.append(step.target)
    return distances


def _layers(forward: Sequence[ChartStep], chart: Chart) -> dict[str, int]:
    """The layer of each screen: after every screen that leads to it."""
    layers = dict.fromkeys(chart.screens, 0)
    for _ in chart.screens:
        for step in forward:
            layers[step.target] = max(layers[step.target], layers[step.source] + 1)
    return layers


def _tracks(chart: Chart) -> dict[Edge, list[int]]:
    """The tasks whose way takes a step, by their numbers in the legend."""
    distances: dict[Edge, list[int]] = defaultdict(list)
    for number, way in enumerate(chart.ways):
        for edge in pairwise(way.ran):
            distances[edge].append(number)
    return distances


def _thickness(edge: Edge, tracks: Mapping[Edge, Sequence[int]]) -> float:
    return max(PORT, TRACK * len(tracks.get(edge, ())) + 1.6)


def _placed(
    chart: Chart,
    forward: Sequence[ChartStep],
    returning: Sequence[ChartStep],
    layers: Mapping[str, int],
    tracks: Mapping[Edge, Sequence[int]],
    start: str,
) -> tuple[dict[str, Node], dict[Edge, list[Node]]]:
    nodes = {}
    for name in chart.screens:
        out = sum(_thickness((step.source, step.target), tracks) for step in forward if step.source == name)
        into = sum(_thickness((step.source, step.target), tracks) for step in forward if step.target == name)
        below = sum(LINE for step in returning if step.source == name)
        text = len(_wrapped(title(name))) * LINE + 3.2
        nodes[name] = Node(name, layers[name], max(text, out + 1, into + 1), below)
    bends: dict[Edge, list[Node]] = {}
    for step in forward:
        edge = (step.source, step.target)
        height = _thickness(edge, tracks)
        bends[edge] = [Node("", layer, height) for layer in range(layers[step.source] + 1, layers[step.target])]
        for one, other in pairwise([nodes[step.source], *bends[edge], nodes[step.target]]):
            one.near.append(other)
            other.near.append(one)
    rows = [*nodes.values(), *(bend for bent in bends.values() for bend in bent)]
    order(rows, nodes[start])
    settle(rows, TOP, _floor)
    return nodes, bends


def _floor(layer: int) -> float:
    """How far down a layer may reach: the legend stands under the first ones."""
    return LEGEND_TOP - 8 if layer <= OVER_LEGEND else HEIGHT - BOTTOM


def _columns(
    layers: Mapping[str, int], nodes: Mapping[str, Node], bends: Mapping[Edge, Sequence[Node]]
) -> dict[int, float]:
    """Where each layer begins; there is the more room after one, the more steps go up or down there."""
    climbs = dict.fromkeys(range(max(layers.values())), 0.0)
    for (source, target), bent in bends.items():
        for one, other in pairwise([nodes[source], *bent, nodes[target]]):
            climbs[one.layer] += min(1.0, abs(one.y - other.y) / 20)
    spare = WIDTH - LEFT - RIGHT - BOX * (len(climbs) + 1) - GUTTER * len(climbs)
    lefts = {0: LEFT}
    for layer, climbed in climbs.items():
        share = climbed / sum(climbs.values()) if any(climbs.values()) else 0.0
        lefts[layer + 1] = lefts[layer] + BOX + GUTTER + spare * share
    return lefts


@dataclass(slots=True)
class _Sheet:
    """Where things stand, and what is drawn there."""

    chart: Chart
    menu: Menu
    nodes: Mapping[str, Node]
    lefts: Mapping[int, float]
    tracks: Mapping[Edge, Sequence[int]]
    bends: Mapping[Edge, Sequence[Node]]
    forward: Sequence[ChartStep]

    def box(self, name: str) -> Iterator[str]:
        node, screen = self.nodes[name], self.menu[name]
        x, y = self.lefts[node.layer], node.y - node.height / 2
        kind = "act" if screen.acts else "private" if screen.private else "passing" if self._passes(name) else "screen"
        yield f'<g id="{name}" class="{kind}"><title>{escape((screen.function.__doc__ or name).strip())}</title>'
        radius = 5 if screen.acts else 1.6
        yield f'<rect x="{_n(x)}" y="{_n(y)}" width="{BOX}" height="{_n(node.height)}" rx="{radius}"/>'
        lines = _wrapped(title(name))
        first = node.y - (len(lines) - 1) * LINE / 2 + FONT * 0.36
        for number, line in enumerate(lines):
            yield f'<text x="{_n(x + BOX / 2)}" y="{_n(first + number * LINE)}">{escape(line)}</text>'
        ends = [number for number, way in enumerate(self.chart.ways) if way.screen == name]
        for count, number in enumerate(ends):
            yield _badge(x + BOX - 1 - count * 5, y, number)
        yield "</g>"

    def _passes(self, name: str) -> bool:
        """Whether nothing is ever shown here."""
        steps = [step for step in self.chart.steps if step.source == name]
        return bool(steps) and not any(step.keys for step in steps)

    def step(self, step: ChartStep) -> Iterator[str]:
        edge = (step.source, step.target)
        source, target = self.nodes[step.source], self.nodes[step.target]
        begin = (self.lefts[source.layer] + BOX, self._port(step, out=True))
        end = (self.lefts[target.layer], self._port(step, out=False))
        path = [begin]
        if step.keys:
            path.append((begin[0] + _pill_width(step.keys) + 1.5, begin[1]))
        for bend in self.bends[edge]:
            path += [(self.lefts[bend.layer], bend.y), (self.lefts[bend.layer] + BOX, bend.y)]
        path.append(end)
        tracks = self.tracks.get(edge, ())
        yield f'<g class="step" data-from="{step.source}" data-to="{step.target}">'
        yield f'<path class="halo" stroke-width="{_n(1.0 + TRACK * len(tracks))}" d="{_curve(path)}"/>'
        if not tracks:
            yield f'<path class="{"plain" if step.keys else "passing"}" d="{_curve(path)}"/>'
        for count, number in enumerate(tracks):
            shift = (count - (len(tracks) - 1) / 2) * TRACK
            moved = [(x, y + shift) for x, y in path]
            yield f'<path class="way" stroke="{COLOURS[number % len(COLOURS)]}" d="{_curve(moved)}"/>'
        half = max(1.15, TRACK * len(tracks) / 2 + 0.5)
        x, y = end
        yield f'<path class="head" d="M{_n(x)} {_n(y)}l-2.4 {_n(-half)}v{_n(2 * half)}z"/>'
        yield "</g>"

    def key(self, step: ChartStep) -> Iterator[str]:
        if step.keys:
            left = self.lefts[self.nodes[step.source].layer] + BOX
            yield from _pill(left + 0.8, self._port(step, out=True), step.keys)

    def _port(self, step: ChartStep, *, out: bool) -> float:
        """Where a step leaves or enters its box: in the order of where it goes or comes from."""
        own = self.nodes[step.source if out else step.target]
        beside = [each for each in self.forward if (each.source if out else each.target) == own.name]
        beside.sort(key=lambda each: (self._next(each, out=out).y, each.source, each.target))
        sizes = [_thickness((each.source, each.target), self.tracks) for each in beside]
        index = beside.index(step)
        return own.y - sum(sizes) / 2 + sum(sizes[:index]) + sizes[index] / 2

    def _next(self, step: ChartStep, *, out: bool) -> Node:
        """What a step meets first, seen from one of its ends."""
        bent = self.bends[step.source, step.target]
        if bent:
            return bent[0 if out else -1]
        return self.nodes[step.target if out else step.source]

    def returns(self, returning: Sequence[ChartStep]) -> Iterator[str]:
        """Steps back are told by name beside the box: a line across the whole sheet could not be followed."""
        by_source: dict[str, list[ChartStep]] = defaultdict(list)
        for step in returning:
            by_source[step.source].append(step)
        for name, steps in by_source.items():
            node = self.nodes[name]
            x, y = self.lefts[node.layer], node.y + node.height / 2
            for count, step in enumerate(steps):
                words = "reste ici" if step.target == name else title(step.target)
                keys = f"{step.keys} " if step.keys else ""
                at = f'x="{_n(x + 1)}" y="{_n(y + 3.1 + count * LINE)}"'
                yield f'<text class="back" {at}>{escape(f"{keys}↩ {words}")}</text>'


def _wrapped(text: str) -> list[str]:
    lines: list[str] = []
    for word in text.replace(" ?", "\N{NO-BREAK SPACE}?").split(" "):
        if lines and len(lines[-1]) + 1 + len(word) <= LETTERS:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines


def _curve(path: Sequence[Point]) -> str:
    words = [f"M{_n(path[0][0])} {_n(path[0][1])}"]
    for (x1, y1), (x2, y2) in pairwise(path):
        if y1 == y2:
            words.append(f"H{_n(x2)}")
        else:
            middle = (x1 + x2) / 2
            words.append(f"C{_n(middle)} {_n(y1)} {_n(middle)} {_n(y2)} {_n(x2)} {_n(y2)}")
    return "".join(words)


def _pill_width(keys: str) -> float:
    return 1.7 + 1.7 * len(keys)


def _pill(x: float, y: float, keys: str) -> Iterator[str]:
    width = _pill_width(keys)
    yield f'<rect class="pill" x="{_n(x)}" y="{_n(y - 1.95)}" width="{_n(width)}" height="3.9" rx="1.2"/>'
    yield f'<text class="key" x="{_n(x + width / 2)}" y="{_n(y + FONT * 0.36)}">{escape(keys)}</text>'


def _badge(x: float, y: float, number: int) -> str:
    return (
        f'<circle class="badge" cx="{_n(x)}" cy="{_n(y)}" r="2.3" fill="{COLOURS[number % len(COLOURS)]}"/>'
        f'<text class="number" x="{_n(x)}" y="{_n(y + FONT * 0.36)}">{number + 1}</text>'
    )


def _head(chart: Chart) -> Iterator[str]:
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH:g}mm" height="{HEIGHT:g}mm" '
        f'viewBox="0 0 {WIDTH:g} {HEIGHT:g}" lang="fr" role="img" aria-labelledby="name">'
    )
    yield '<title id="name">La ligne de Jigisèmèjiri : ses écrans et les touches qui y mènent</title>'
    yield f'<metadata id="chart">{escape(chart.to_json(), quote=False)}</metadata>'
    yield f"<style>{STYLE}</style>"
    yield f'<rect class="paper" width="{WIDTH:g}" height="{HEIGHT:g}"/>'
    yield f'<text class="title" x="{LEFT:g}" y="12">La ligne de Jigisèmèjiri</text>'
    words = (
        f"{len(chart.screens)} écrans et actes, {len(chart.steps)} passages ; les touches se lisent de gauche à droite"
    )
    yield f'<text class="under" x="{LEFT:g}" y="18">{words}</text>'


def _legend(chart: Chart, menu: Menu) -> Iterator[str]:
    tasks = {task.screen: task for task in TASKS}
    x, y = LEFT, LEGEND_TOP
    yield f'<g class="legend"><text class="heading" x="{x:g}" y="{_n(y)}">Le plus court chemin pour…</text>'
    for number, way in enumerate(chart.ways):
        y += 5.2
        keys = " ".join(key if key.isdigit() else "saisie" for key in way.keys)
        named = tasks[way.screen].title if way.screen in tasks else title(way.screen)
        yield f'<path class="way" stroke="{COLOURS[number % len(COLOURS)]}" d="M{x:g} {_n(y - 1.1)}h7"/>'
        yield _badge(x + 10, y - 1.1, number)
        yield f'<text x="{_n(x + 14)}" y="{_n(y)}">{escape(named)} : {escape(keys)}</text>'
    y += 4.6
    for kind, words in KINDS:
        radius = 2 if kind == "act" else 1
        yield f'<g class="{kind}"><rect x="{x:g}" y="{_n(y - 1)}" width="8" height="4" rx="{radius}"/></g>'
        yield f'<text x="{_n(x + 10.5)}" y="{_n(y + 2.2)}">{words}</text>'
        y += 5.2
    codes = ", ".join(title(shortcut.screen) for shortcut in menu.shortcuts.values())
    for words in (*REMARKS, *([f"Codes derrière le numéro : {codes}"] if codes else [])):
        yield f'<text x="{x:g}" y="{_n(y + 2.2)}">{words}</text>'
        y += 4.4
    yield "</g>"


KINDS: Final = (
    ("screen", "un écran"),
    ("act", "un acte : il change quelque chose, une seule fois"),
    ("private", "un écran caché à qui rappelle ensuite"),
    ("passing", "rien n’est montré : la ligne va plus loin d’elle-même"),
)
REMARKS: Final = (
    "1-5… : aussi sur les pages suivantes (touche 9) · saisie : on écrit",
    "La même touche deux fois : téléphone inscrit ou inconnu",
    "↩ : écran plus à gauche ; partout, 0 revient et 00 va au début",
)
STYLE: Final = """
text { font: 3.15px "Liberation Sans", Arial, Helvetica, "Noto Sans", sans-serif; fill: #2a231e; }
.paper { fill: #fffdf8; }
.title { font: 600 8px Georgia, "Liberation Serif", serif; fill: #24364f; }
.under { font-size: 3.8px; fill: #6a5d51; }
.heading { font-weight: 700; fill: #24364f; }
.screen rect { fill: #fff; stroke: #24364f; stroke-width: .4; }
.act rect { fill: #f7e6c8; stroke: #b06f1f; stroke-width: .6; }
.private rect { fill: #efe6f4; stroke: #7d3c98; stroke-width: .6; stroke-dasharray: 1.6 .9; }
.passing rect { fill: #ece7dd; stroke: #8b7d6f; stroke-width: .4; stroke-dasharray: .8 .8; }
.screen text, .act text, .private text, .passing text, .key, .number { text-anchor: middle; }
.screen text { font-weight: 600; }
path { fill: none; }
.plain { stroke: #9a8d7f; stroke-width: .45; }
path.passing { stroke: #9a8d7f; stroke-width: .45; stroke-dasharray: 1.2 .9; }
.way { stroke-width: .75; }
.halo { stroke: #fffdf8; }
.head { fill: #2a231e; }
rect.pill { fill: #24364f; }
.key { fill: #fff; font-weight: 700; }
text.number, .screen text.number, .act text.number { fill: #fff; font-weight: 700; }
.back { fill: #87520f; }
"""


def _n(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")
