"""Boxes in layers: in which order, so that few lines cross, and how high, so that lines are short.

igraph finds an order by Sugiyama's method, which is then bettered node by node.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations, pairwise
from typing import Final

GAP: Final = 3.0
WIDEST_GAP: Final = 8.0
SWEEPS: Final = 60
PASSES: Final = 6


@dataclass(slots=True, eq=False)
class Node:
    """A box, or the bend of a long step where it passes a layer."""

    name: str
    layer: int
    height: float
    below: float = 0.0
    """What is written under the box."""
    order: float = 0.0
    y: float = 0.0
    near: list["Node"] = field(default_factory=list)


class NoLayout(RuntimeError):
    """What puts the screens in order is not installed."""


def order(rows: Sequence[Node], start: Node) -> None:
    """The order of each layer: the best that igraph finds from several beginnings."""
    try:
        from igraph import Graph  # type: ignore[import-untyped]
    except ImportError:
        raise NoLayout("The map needs igraph: pip install 'jigi[dev]', or igraph alone.") from None
    best: tuple[tuple[int, float], dict[int, float]] | None = None
    for begun in _beginnings(rows, start):
        at = {id(node): number for number, node in enumerate(begun)}
        edges = [(at[id(one)], at[id(other)]) for one in begun for other in one.near if other.layer == one.layer + 1]
        graph = Graph(n=len(begun), edges=edges, directed=True)
        layout = graph.layout_sugiyama(layers=[node.layer for node in begun], maxiter=500)
        points = list(layout[0] if isinstance(layout, tuple) else layout)[: len(begun)]
        placed = {id(node): round(x, 3) for node, (x, _) in zip(begun, points, strict=True)}
        cost = (_crossings(rows, placed), sum(abs(placed[id(a)] - placed[id(b)]) for a in rows for b in a.near))
        if best is None or cost < best[0]:
            best = (cost, placed)
    assert best is not None  # noqa: S101 - there is always a beginning
    for node in rows:
        node.order = best[1][id(node)]
    _sift(rows)


def _sift(rows: Sequence[Node]) -> None:
    """Move single nodes within their layer, as long as fewer steps cross for it."""
    layers: dict[int, list[Node]] = defaultdict(list)
    for node in sorted(rows, key=lambda each: each.order):
        layers[node.layer].append(node)
        node.order = len(layers[node.layer])
    for _ in range(PASSES):
        before = [node.order for node in rows]
        for layer in layers.values():
            beside = [(one, other) for node in layer for one, other in _edges(node)]
            for node in list(layer):
                fewest = min(_moves(layer, node), key=lambda moved: _cost(moved, beside))
                layer[:] = fewest
                _cost(layer, beside)
        if before == [node.order for node in rows]:
            return


def _edges(node: Node) -> Iterator[tuple[Node, Node]]:
    for other in node.near:
        yield (node, other) if other.layer > node.layer else (other, node)


def _moves(layer: Sequence[Node], node: Node) -> Iterator[list[Node]]:
    """The layer as it is, then with the node anywhere else in it."""
    yield list(layer)
    others = [each for each in layer if each is not node]
    for at in range(len(layer)):
        yield [*others[:at], node, *others[at:]]


def _cost(layer: Sequence[Node], beside: Sequence[tuple[Node, Node]]) -> int:
    """The crossings of the steps beside a layer, which is numbered in this order."""
    for number, node in enumerate(layer, 1):
        node.order = number
    return sum(
        (a.order - c.order) * (b.order - d.order) < 0
        for (a, b), (c, d) in combinations(beside, 2)
        if a.layer == c.layer
    )


def _beginnings(rows: Sequence[Node], start: Node) -> Iterator[Sequence[Node]]:
    """Orders to begin from: as declared, and as a caller would go down every key, in either sense."""
    yield rows
    yield rows[::-1]
    for sense in (1, -1):
        walked: list[Node] = []
        ahead = [start]
        while ahead:
            node = ahead.pop()
            if node not in walked:
                walked.append(node)
                ahead += [other for other in node.near if other.layer > node.layer][::sense]
        yield [*walked, *(node for node in rows if node not in walked)]


def _crossings(rows: Sequence[Node], order: Mapping[int, float]) -> int:
    edges = [(one, other) for one in rows for other in one.near if other.layer == one.layer + 1]
    return sum(
        (order[id(a)] - order[id(c)]) * (order[id(b)] - order[id(d)]) < 0
        for (a, b), (c, d) in combinations(edges, 2)
        if a.layer == c.layer
    )


def settle(rows: Sequence[Node], top: float, floor: Callable[[int], float]) -> None:
    """Put each node as near to those it is joined with as its layer leaves room for."""
    layers: dict[int, list[Node]] = defaultdict(list)
    for node in sorted(rows, key=lambda each: each.order):
        layers[node.layer].append(node)
    room = max(map(floor, layers)) - top
    gap = min(WIDEST_GAP, min(_loose(layer, room) for layer in layers.values()))
    for number, layer in layers.items():
        _spread(layer, [top + room / 2] * len(layer), gap, (top, floor(number)))
    numbers = sorted(layers)
    for sweep in range(SWEEPS):
        for number in numbers if sweep % 2 == 0 else reversed(numbers):
            layer = layers[number]
            wished = [sum(other.y for other in node.near) / len(node.near) if node.near else node.y for node in layer]
            _spread(layer, wished, gap, (top, floor(number)))


def _loose(layer: Sequence[Node], room: float) -> float:
    """The widest gap that leaves a layer on the page."""
    spare = room - sum(node.height + node.below for node in layer)
    return max(GAP, spare / max(1, sum(1.0 if node.name else 0.55 for node in layer) - 0.5))


def _spread(layer: Sequence[Node], wished: Sequence[float], gap: float, within: tuple[float, float]) -> None:
    """The nodes in their order, none over another, as near as can be to what is wished: pooled where they collide."""
    offsets = [0.0]
    for above, below in pairwise(layer):
        between = gap if above.name and below.name else gap * 0.55
        offsets.append(offsets[-1] + (above.height + below.height) / 2 + above.below + between)
    pools: list[tuple[float, int]] = []
    for wish, offset in zip(wished, offsets, strict=True):
        pools.append((wish - offset, 1))
        while len(pools) > 1 and pools[-2][0] > pools[-1][0]:
            (one, few), (other, more) = pools[-2:]
            pools[-2:] = [((one * few + other * more) / (few + more), few + more)]
    flat = [value for value, count in pools for _ in range(count)]
    low = within[0] + layer[0].height / 2
    high = max(low, within[1] - offsets[-1] - layer[-1].height / 2 - layer[-1].below)
    for node, value, offset in zip(layer, flat, offsets, strict=True):
        node.y = min(max(value, low), high) + offset
