"""The verbs that need partners and referrals together. Each is one transaction with an explicit actor."""
