"""What Prometheus is shown, as it grew since a test began."""

from collections.abc import Mapping

from prometheus_client import REGISTRY

Labels = tuple[str, ...]
"""The values of a sample's labels, by the labels' names."""


def samples(name: str) -> dict[Labels, float]:
    """Every sample of a name."""
    return {
        tuple(sample.labels[label] for label in sorted(sample.labels)): sample.value
        for metric in REGISTRY.collect()
        for sample in metric.samples
        if sample.name == name
    }


class Growth:
    """What was counted since it was made."""

    def __init__(self, *names: str) -> None:
        self._before = {name: samples(name) for name in names}

    def of(self, name: str) -> Mapping[Labels, float]:
        """How much each sample of a name has grown, those left out that have not."""
        before = self._before[name]
        grown = {labels: value - before.get(labels, 0.0) for labels, value in samples(name).items()}
        return {labels: more for labels, more in grown.items() if more}
