"""The laboratory: attacks, benchmarks, evaluation, the demo and its pictures; the product does not import it."""
