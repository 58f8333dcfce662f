"""Strongly connected components, by Tarjan's algorithm (1972) without recursion, and shortest paths, breadth first.

Both are linear in nodes and edges. networkx has them, too, but takes longer to import than checking a small project;
and a check for cycles needs no more of it.
"""

from collections import deque
from collections.abc import Collection, Iterable, Iterator, Mapping


def strongly_connected(graph: Mapping[str, Collection[str]]) -> Iterator[tuple[str, ...]]:
    """The components of `graph`, each after those that it leads to. Every node is a key."""
    numbers: dict[str, int] = {}
    lowest: dict[str, int] = {}
    """The smallest number of an open node that is reached from a node."""
    opened: list[str] = []
    """The nodes whose components are not complete, in the order in which they were found."""
    closed: set[str] = set()
    path: list[tuple[str, Iterator[str]]] = []
    """The nodes that are being visited, with their remaining targets."""

    def visit(node: str) -> None:
        numbers[node] = lowest[node] = len(numbers)
        opened.append(node)
        path.append((node, iter(graph[node])))

    for root in graph:
        if root not in numbers:
            visit(root)
        while path:
            node, targets = path[-1]
            target = next((each for each in targets if each not in closed), None)
            if target is None:
                path.pop()
                if path:
                    lowest[path[-1][0]] = min(lowest[path[-1][0]], lowest[node])
                if lowest[node] == numbers[node]:
                    component = [opened.pop()]
                    while component[-1] != node:
                        component.append(opened.pop())
                    closed.update(component)
                    yield tuple(component)
            elif target in numbers:
                lowest[node] = min(lowest[node], numbers[target])
            else:
                visit(target)


def component_of(arrows: Iterable[tuple[str, str]]) -> Mapping[str, int]:
    """The number of the strongly connected component of each node of a graph that consists of `arrows`."""
    graph: dict[str, list[str]] = {}
    for one, other in sorted(arrows):
        graph.setdefault(one, []).append(other)
        graph.setdefault(other, [])
    return {name: number for number, names in enumerate(strongly_connected(graph)) for name in names}


def shortest_path(graph: Mapping[str, Collection[str]], source: str, target: str) -> tuple[str, ...]:
    """The first of the shortest paths from `source` to `target`, which must be reachable, in the order of `graph`."""
    before = {source: source}
    queue = deque([source])
    while target not in before:
        node = queue.popleft()
        new = [other for other in graph[node] if other not in before]
        before |= dict.fromkeys(new, node)
        queue.extend(new)
    path = [target]
    while path[-1] != source:
        path.append(before[path[-1]])
    return tuple(reversed(path))
