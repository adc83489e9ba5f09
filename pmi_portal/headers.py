"""What browsers are told about every answer: what a page may load, who may frame it, what it may ask of the device."""

from __future__ import annotations

from typing import Any

from csp.constants import HEADER
from csp.middleware import CSPMiddleware, PolicyParts
from django.http import HttpRequest, HttpResponseBase

# Everything a page could ask of the device, and nothing of it is wanted, save what stands in ALLOWED
# (https://www.w3.org/TR/permissions-policy/, https://github.com/w3c/webappsec-permissions-policy/blob/main/features.md).
FEATURES = (
    *("accelerometer", "autoplay", "bluetooth", "browsing-topics", "camera", "display-capture"),
    *(
        "encrypted-media",
        "fullscreen",
        "gamepad",
        "geolocation",
        "gyroscope",
        "hid",
        "identity-credentials-get",
    ),
    *("idle-detection", "local-fonts", "magnetometer", "microphone", "midi", "payment", "picture-in-picture"),
    *("screen-wake-lock", "serial", "storage-access", "usb", "web-share", "window-management"),
    "xr-spatial-tracking",
)
ALLOWED = (
    "clipboard-write",
    "publickey-credentials-create",
    "publickey-credentials-get",
)  # copying; passkeys
PERMISSIONS = ", ".join([*(f"{name}=()" for name in FEATURES), *(f"{name}=(self)" for name in ALLOWED)])

# Django's own admin writes script tags without a nonce, and builds its pages from strings.
ADMIN = {"script-src": ["'self'"], "require-trusted-types-for": None, "trusted-types": None}
DOWNLOAD = "sandbox; default-src 'none'"


class HeadersMiddleware(CSPMiddleware):
    """The Content-Security-Policy of CONTENT_SECURITY_POLICY with a nonce of this answer, and what goes with it.

    A file to save gets a policy under which it is nothing but a file, should a browser show it all the same.
    """

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if response.headers.get("Content-Disposition", "").startswith("attachment"):
            response.headers[HEADER] = DOWNLOAD
        response = super().process_response(request, response)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        return response

    def get_policy_parts(
        self, request: HttpRequest, response: HttpResponseBase, report_only: bool = False
    ) -> PolicyParts:
        parts = super().get_policy_parts(request, response, report_only)
        match: Any = request.resolver_match
        if match is not None and match.app_name == "admin":
            parts.replace = ADMIN | (parts.replace or {})
        return parts
