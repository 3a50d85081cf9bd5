"""What people type: one module per command, each imported only when it is asked for."""
