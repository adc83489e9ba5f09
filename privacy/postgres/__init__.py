"""Django's PostgreSQL engine, with row-level security as the second wall (ADR 0014).

Every connection takes the role DATABASE_ROLE, which owns no table and so is subject to the policies on them; every
transaction says for whom it reads and writes. What changes tables is the owner's work (`owner`).
"""
