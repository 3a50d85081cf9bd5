"""An HTTP server for WSGI that spends a thread only on whoever has said what they want.

One loop holds every connection; threads compute answers and read the bodies of uploads, nothing else. It
knows nothing of photos, and of the application only that it is one.
"""
