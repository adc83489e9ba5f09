"""What makes a migration unsafe, by name, and what to do instead."""

# Names of ours: what the SQL alone does not show.
PYTHON, SQL, UNSEEN = "run-python", "run-sql", "unseen-operation"
MIXED, SEVERAL = "data-beside-tables", "several-without-transaction"
CHECKED_COLUMN, LEFT_REQUIRED = "check-with-column", "required-column-left-behind"
NEW_CHECK, TRIGGER, EMPTIED = "new-check", "new-trigger", "emptied-table"
LOCK, SEVERAL_TABLES = "table-lock", "several-tables"

SENTENCES = {
    PYTHON: "Python runs on rows that people change meanwhile; say why that is safe and how long it takes.",
    SQL: "SQL of our own is written here; say why the version that serves bears it.",
    UNSEEN: "What this operation does is not seen as SQL; say why the version that serves bears it.",
    MIXED: "Rows are rewritten while the lock of a changed table is held; make two migrations of it.",
    SEVERAL: "Without a transaction a break leaves it half done, and it cannot run again; one operation of one statement for each such migration.",
    CHECKED_COLUMN: "The new column's check reads the whole table under a lock; add it NOT VALID by itself and validate it in the next migration.",
    LEFT_REQUIRED: "The column stays in the table, is required and has no default, so rows that do not name it are refused; give it a db_default first.",
    NEW_CHECK: "It binds at once what the version that serves writes, also when it is NOT VALID, and rows that do not keep to it are refused; let a version that keeps to it come out first, and name it in the reason.",
    TRIGGER: "It changes, hides or refuses what the version that serves reads and writes; say why that version bears it.",
    EMPTIED: "The version that serves still reads these rows, and nobody can use the table meanwhile; say why that is meant.",
    LOCK: "Nobody can use the table until it ends; say why it is needed and how long it takes.",
    SEVERAL_TABLES: "The lock of the first table is held while the next is waited for; make a migration for each table.",
    # Names of squawk's.
    "adding-required-field": "The version that serves does not name the new column, and its rows would be refused; give the field a db_default or null=True.",
    "ban-drop-default": "The version that serves does not name this column, and without a default in the database its rows would be refused; give the field a db_default.",
    "adding-not-nullable-field": "The whole table is read under a lock, and what the version that serves leaves empty is refused; once the version that serves fills it, add CHECK (… IS NOT NULL) NOT VALID, validate it one version later, then set NOT NULL.",
    "adding-field-with-default": "Every row is written anew under a lock; add the column with null=True or a constant db_default, and fill it afterwards.",
    "ban-drop-column": "The version that serves still reads this column; take the field out of the model first (SeparateDatabaseAndState) and drop it one version later.",
    "ban-drop-table": "The version that serves still reads this table; take the model out first (SeparateDatabaseAndState) and drop it one version later.",
    "ban-drop-not-null": "The version that serves may meet an empty value where it never did; say why it bears that.",
    "renaming-column": "The version that serves asks for the old name; keep it with db_column, or add a new column, write both and drop the old one one version later.",
    "renaming-table": "The version that serves asks for the old name; keep it with db_table.",
    "changing-column-type": "Every row may be written anew under a lock, and the version that serves writes the old type; add a new column beside it.",
    "require-concurrent-index-creation": "Nobody can write to the table while the index is built; use AddIndexConcurrently with atomic = False.",
    "require-concurrent-index-deletion": "Nobody can use the table while it waits for the lock; use RemoveIndexConcurrently with atomic = False.",
    "constraint-missing-not-valid": "The whole table is read under a lock; use AddConstraintNotValid, and ValidateConstraint one version later.",
    "adding-foreign-key-constraint": "Both tables are locked while all rows are read; add the column with db_constraint=False and db_index=False, the constraint NOT VALID afterwards.",
    "disallowed-unique-constraint": "Nobody can use the table while the index is built; build it with CREATE UNIQUE INDEX CONCURRENTLY, then take it as the constraint.",
    "ban-concurrent-index-creation-in-transaction": "CONCURRENTLY cannot be in a transaction; set atomic = False.",
}

# Squawk's rules that say nothing here. The first two are what `manage.py migrate` sees to; types are Django's to choose;
# that a migration runs once is Django's to know; a dropped constraint refuses less than before.
SILENT = (
    *("require-lock-timeout", "require-statement-timeout"),
    *("prefer-text-field", "prefer-bigint-over-int", "prefer-bigint-over-smallint", "prefer-identity"),
    *("prefer-timestamptz", "ban-char-field", "prefer-robust-stmts", "ban-drop-constraint"),
)
