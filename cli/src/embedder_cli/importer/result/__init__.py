"""What an import did, for its user."""
