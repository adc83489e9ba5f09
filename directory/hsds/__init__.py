"""What is published, as Open Referral HSDS 3.0. docs/hsds.md says which field holds what."""
