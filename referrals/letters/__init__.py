"""Papers that leave the portal: what they say (`content`), how they look (`pdf`), and how they are proved (`proof`)."""
