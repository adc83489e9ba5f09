"""Import-linter as a module: its own script cannot start where the path to .venv holds a space."""

from importlinter.cli import lint_imports_command

if __name__ == "__main__":
    lint_imports_command()
