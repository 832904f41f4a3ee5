"""The only place where the stations meet: embed, extract and evaluate a series, and the demo with its phantom."""
