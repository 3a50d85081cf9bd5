"""The doors of the frame: watched folders, phones, other frames. Imports `frame.library` only."""
