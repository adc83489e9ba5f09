"""How gunicorn serves the portal: `gunicorn -c python:pmi_portal.web pmi_portal.wsgi`. The command line has the last word.

Requests are cut here before anything is read into memory; a slow body is the proxy's to end, for a worker that waits for
one costs a thread.
"""

from gunicorn.http import wsgi

from .settings import LOGGING

worker_class = "gthread"
threads = 4
limit_request_line = 2_048  # bytes; our longest address has a few hundred
limit_request_fields = 60
limit_request_field_size = 8_190  # bytes of one header; cookies of ours have a few hundred
keepalive = 5  # seconds
logconfig_dict = LOGGING
access_log_format = (
    "%(m)s %(s)s %(M)s"  # should somebody turn gunicorn's own on: no address, no query, no caller
)

wsgi.SERVER = "portal"  # neither the server's name nor its version
