"""The relatives' page: send photos, and see what becomes of each."""
