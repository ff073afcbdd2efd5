"""The table a fault run ends with: each fault, what the checker counted, and each criterion."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tests.faults.experiment import Experiment, percentile


@dataclass(frozen=True, slots=True)
class Criterion:
    """`figure` is what was measured, for a person."""

    text: str
    figure: str
    met: bool

    def __str__(self) -> str:
        return f"{'ok  ' if self.met else 'FAIL'} {self.text}: {self.figure}"


def at_most(text: str, value: float, limit: float, unit: str = "s") -> Criterion:
    return Criterion(f"{text} ≤ {limit:g} {unit}", f"{value:.3g} {unit}", value <= limit)


def equals(text: str, value: object, wanted: object) -> Criterion:
    return Criterion(f"{text} = {wanted}", str(value), value == wanted)


class Results:
    """The rows so far. `judge` adds one and fails the test whose fault did harm."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def judge(self, fault: str, run: Experiment, *criteria: Criterion) -> None:
        row = list(_row(fault, run, criteria))
        self.lines += row
        print("\n".join(row), flush=True)  # a full run takes long: bin/test --faults shows it now
        failed = [str(criterion) for criterion in criteria if not criterion.met]
        problems = run.verdict.problems() + failed
        assert not problems, "\n".join([fault, *problems])


def _row(fault: str, run: Experiment, criteria: Sequence[Criterion]) -> Iterator[str]:
    scale, verdict = run.scale, run.verdict
    acks = [1000 * (t.acked_at - t.sent_at) for t in run.timings]
    sights = [1000 * (t.seen_at - t.sent_at) for t in run.timings]
    yield ""
    yield f"{fault} — {scale.clients} clients, {scale.rooms} rooms, {scale.rate:g} a second"
    counts = ", ".join(f"{name} {count}" for name, count in verdict.counts().items())
    yield f"  sent {verdict.sent}, acked {verdict.acked}: {counts}"
    yield f"  ms to the ack {_spread(acks)}; until all have seen it {_spread(sights)}"
    closes = ", ".join(f"{count} with {code}" for code, count in sorted(run.closes().items()))
    refusals = ", ".join(f"{count} {code}" for code, count in sorted(run.refusals().items()))
    yield f"  sockets closed: {closes or 'none'}; posts refused: {refusals or 'none'}"
    yield from (f"  {criterion}" for criterion in criteria)


def _spread(values: Sequence[float]) -> str:
    shares = (0.5, 0.95, 0.99, 1.0)
    return " / ".join(f"{percentile(values, share):.0f}" for share in shares)
