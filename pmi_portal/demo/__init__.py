"""The demo: made-up people, cases and referrals, so that every role's first page is alive. Nobody in it exists."""
