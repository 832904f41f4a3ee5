"""Identity: taken out of headers so that a study can travel nameless, and put back again (PS3.15 Annex E)."""
