"""What people do with their own account: preferences, second factor, sessions, and forms that came too late."""
