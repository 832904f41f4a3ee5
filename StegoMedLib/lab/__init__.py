"""The laboratory: attacks, benchmarks, evaluation, the demo and its pictures; the product imports nothing of it."""
