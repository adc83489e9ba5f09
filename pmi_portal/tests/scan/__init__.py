"""`make scan`: what Mozilla's HTTP Observatory, Wapiti and sqlmap find on a portal of its own, over TLS on this machine."""
