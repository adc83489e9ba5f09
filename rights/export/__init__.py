"""The copy of everything that is held about one person: what it says (`content`), and how it looks (`paper`)."""
