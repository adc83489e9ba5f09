"""`make bench`: how quick looking a person up and the lists are with many cases, beside a floor measured in the same run."""
