"""The portal on one machine with nothing installed: `make run`, `make test` and `make reset`.

Starts PostgreSQL and Valkey from wheels, the web server, the Celery worker and beat, watches them and stops them.
Production does not use this package.
"""
