"""`make mutants`: small faults put into the modules that decide and seal, one at a time; a test has to notice each."""
