"""Pages: the lists, one referral, the acts on it, and referring a case."""
