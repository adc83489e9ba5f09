"""`make chaos`: parts of the portal are killed, stopped and lied to while people work, and nothing may be lost or doubled."""
