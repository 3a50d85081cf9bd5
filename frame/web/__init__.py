"""The relatives' and the owner's pages: one HTTP server, shut by default."""
