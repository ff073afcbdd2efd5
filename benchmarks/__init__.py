"""Side-by-side measurements of this project and its peers; ``benchmarks/run`` is the way in."""
